"""The bots of the harness: started by the launcher, killed by their process ID."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.chaos.hooks import kill_at
from tests.chaos.hurry import hurry_up
from tests.chaos.points import Point
from tests.support.processes import Launcher, Program, launcher


class Bot(Program):
    """One process, which writes to a log."""

    @property
    def was_killed(self) -> bool:
        return self.returncode == -signal.SIGKILL

    def ask_what_it_holds(self) -> None:
        """It writes that down: see `hooks.HOLDS`."""
        self.send_signal(signal.SIGUSR2)


class Nursery:
    """Starts bots."""

    def __init__(self, launcher: Launcher) -> None:
        self._launcher = launcher
        self.load_s = launcher.load_s
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
        bot = Bot()
        with (directory / "log").open("ab") as log:
            await self._launcher.start(
                bot,
                ("run",),
                cwd=directory,
                environment=environment,
                files=(log.fileno(), log.fileno()),
                prepare=f"{__name__}:prepare",
                point=str(point) if point else None,
                is_armed=is_armed,
                is_short=is_short,
            )
        return bot


def prepare(asked: Mapping[str, Any]) -> None:
    """In the bot's process, before it becomes one."""
    hurry_up(is_short=asked["is_short"])
    kill_at(Point.read(asked["point"]) if asked["point"] else None, is_armed=asked["is_armed"])


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    """Once the bot is loaded."""
    made = launcher()
    await made.loaded.wait()
    yield Nursery(made)
