"""`python -m bot …` as a process of its own, forked from one that has loaded the bot."""

from __future__ import annotations

import asyncio
import atexit
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
from asyncio import StreamReader
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.launcher import MESSAGE_LIMIT

ROOT = Path(__file__).parents[2]


class Program:
    """One process. What it is asked, and what it says, is as of `asyncio.subprocess.Process`."""

    def __init__(self, stdout: StreamReader | None = None, stderr: StreamReader | None = None) -> None:
        self.pid = 0
        self.returncode: int | None = None
        """Negative for the signal that killed it."""
        self.cpu_s = 0.0
        self.began_at = self._now()
        """By the loop's clock, as `ended_at`."""
        self.ended_at = 0.0
        self.stdout, self.stderr = stdout, stderr
        self.begun, self.ended = asyncio.Event(), asyncio.Event()

    def hear(self, told: Mapping[str, Any]) -> None:
        """What the launcher says of it."""
        if "pid" in told:
            self.pid = told["pid"]
            self.begun.set()
            return
        self.returncode, self.cpu_s = told["status"], told["cpu_s"]
        self.ended_at = self._now()
        self.ended.set()

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int | None:
        """Its exit status."""
        await self.ended.wait()
        return self.returncode

    async def communicate(self) -> tuple[bytes, bytes]:
        """All that it still says, once it has ended."""
        told = await asyncio.gather(*(each.read() for each in (self.stdout, self.stderr) if each))
        await self.wait()
        return told[0], told[1]

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


class Launcher:
    """Starts programs, and hears how they ended; see `launcher.py`. None of them outlives it."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.launcher", str(theirs.fileno())],
                cwd=ROOT,
                # A library's threads would not be there in what is forked.
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.loaded = asyncio.Event()
        self.load_s = 0.0
        """How long it takes to load the bot, once it is `loaded`."""
        self._programs: dict[int, Program] = {}
        self._numbers = itertools.count(1)
        asyncio.get_running_loop().add_reader(self._socket, self._hear)

    def close(self) -> None:
        self._socket.close()
        self._process.wait()

    async def start(
        self,
        program: Program,
        arguments: tuple[str, ...],
        *,
        cwd: Path,
        environment: Mapping[str, str],
        files: tuple[int, int],
        prepare: str = "",
        **more: Any,
    ) -> None:
        """Returns when it has begun; writes to these files."""
        number = next(self._numbers)
        self._programs[number] = program
        asked = {
            "number": number,
            "arguments": arguments,
            "directory": str(cwd),
            "environment": dict(environment),
            "ignored": [each for each in (signal.SIGHUP,) if signal.getsignal(each) is signal.SIG_IGN],
            "prepare": prepare,
            **more,
        }
        socket.send_fds(self._socket, [json.dumps(asked).encode()], files)
        await program.begun.wait()

    def _hear(self) -> None:
        told = json.loads(self._socket.recv(MESSAGE_LIMIT))
        if "load_s" in told:
            self.load_s = told["load_s"]
            self.loaded.set()
        else:
            self._programs[told["number"]].hear(told)


@cache
def launcher() -> Launcher:
    """The one of this process, for as long as it lasts."""
    made = Launcher()
    atexit.register(made.close)
    return made


@asynccontextmanager
async def python_m_bot(*arguments: str, cwd: Path, **environment: str) -> AsyncIterator[Program]:
    """The command with this environment and no other, killed if the test leaves it running."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environment}
    async with _heard() as (out, told), _heard() as (err, complained):
        process = Program(told, complained)
        files = (out.fileno(), err.fileno())
        await launcher().start(process, arguments, cwd=cwd, environment=environment, files=files)
        out.close()
        err.close()
        try:
            yield process
        finally:
            process.kill()
            await process.communicate()


@asynccontextmanager
async def _heard() -> AsyncIterator[tuple[socket.socket, StreamReader]]:
    """Where somebody writes to, and where that is read."""
    ours, theirs = socket.socketpair()
    with theirs:
        heard, writer = await asyncio.open_connection(sock=ours)
        try:
            yield theirs, heard
        finally:
            writer.close()
            await writer.wait_closed()
