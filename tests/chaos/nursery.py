"""The bots of the harness: started by the launcher, killed by their process ID."""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.points import Point
from tests.support.processes import ROOT


@dataclass(eq=False)
class Bot:
    """One process. `status` is its exit status, negative for the signal that killed it; set with `ended`."""

    pid: int = 0
    began_at: float = 0.0
    """By the loop's clock, as all moments here."""
    ended_at: float = 0.0
    status: int | None = None
    cpu_s: float = 0.0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def was_killed(self) -> bool:
        return self.status == -signal.SIGKILL

    def kill(self) -> None:
        """SIGKILL, now."""
        self.tell(signal.SIGKILL)

    def ask_for_tasks(self) -> None:
        """It writes down how many it has: see `hooks.TASKS`."""
        self.tell(signal.SIGUSR2)

    def tell(self, number: signal.Signals) -> None:
        if not self.ended.is_set():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Nursery:
    """Starts bots, and knows how they ended."""

    def __init__(self, launcher: Process) -> None:
        self._launcher = launcher
        self._bots: dict[int, Bot] = {}
        self._numbers = itertools.count(1)
        self.ready = asyncio.Event()
        self.load_s = 0.0
        """How long it takes to load the bot, which its processes are spared."""

    async def bot(
        self,
        directory: Path,
        environment: Mapping[str, str],
        *,
        point: Point | None,
        is_armed: bool,
        is_short: bool,
    ) -> Bot:
        """A bot that begins now, and kills itself at that point, `is_armed` or once it is told SIGUSR1.

        `is_short`: the client waits for less.
        """
        number, bot = next(self._numbers), Bot()
        self._bots[number] = bot
        asked = {
            "number": number,
            "directory": str(directory),
            "environment": dict(environment),
            "point": str(point) if point else None,
            "is_armed": is_armed,
            "is_short": is_short,
        }
        assert self._launcher.stdin
        bot.began_at = asyncio.get_running_loop().time()
        self._launcher.stdin.write(json.dumps(asked).encode() + b"\n")
        await bot.begun.wait()
        return bot

    async def listen(self) -> None:
        """Hears from the launcher until it is gone."""
        assert self._launcher.stdout
        while line := await self._launcher.stdout.readline():
            told = json.loads(line)
            if "ready" in told:
                self.ready.set()
                continue
            bot = self._bots[told["number"]]
            if "pid" in told:
                bot.pid = told["pid"]
                bot.begun.set()
            else:
                bot.status, bot.cpu_s = told["status"], told["cpu_s"]
                bot.ended_at = asyncio.get_running_loop().time()
                bot.ended.set()


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """For as long as the context lasts; no bot outlives it."""
    launcher = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.chaos.launcher",
        stdin=PIPE,
        stdout=PIPE,
        cwd=ROOT,
        # A library's threads would not be there in what is forked.
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        start_new_session=True,
    )
    made, began_at = Nursery(launcher), asyncio.get_running_loop().time()
    listening = asyncio.create_task(made.listen(), name="chaos: launcher")
    try:
        await made.ready.wait()
        made.load_s = asyncio.get_running_loop().time() - began_at
        yield made
    finally:
        assert launcher.stdin
        launcher.stdin.close()
        await launcher.wait()
        await listening
