"""Processes of the demo: started together, ended in order, never left behind."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


class Child:
    """One `python -m bot …` of its own. `name` is how a sentence about it begins, as "The bot"."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self._process = process

    async def first_line(self) -> str:
        """What it prints first; empty when it ended without a word."""
        output = self._process.stdout
        line = await output.readline() if output else b""
        return line.decode("utf-8", "replace").strip()

    async def ended(self) -> int:
        """Waits until it has ended; returns its exit status (negative: the signal that killed it)."""
        return await self._process.wait()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask_to_end(self) -> None:
        """SIGTERM."""
        with suppress(ProcessLookupError):
            self._process.terminate()

    def kill(self) -> None:
        """SIGKILL, now."""
        with suppress(ProcessLookupError):
            self._process.kill()

    async def end(self, *, grace_s: float) -> None:
        """Asks it to end, and kills it when it has not done so in time."""
        with suppress(ProcessLookupError):
            self._process.terminate()
            try:
                async with asyncio.timeout(grace_s):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
        await self._process.wait()


@asynccontextmanager
async def child(
    name: str,
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    directory: Path,
    grace_s: float,
    module: str = "bot.local.demo.child",
) -> AsyncIterator[Child]:
    """Runs `python -m bot ARGUMENTS` in `directory` for as long as the block lasts.

    Another `module` is run in its place; it ends when its standard input does.

    It gets a session of its own, so that Ctrl-C reaches only the parent, which ends its children in order.
    What it prints can be read by `first_line`; what it logs goes to this process's standard error.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        *arguments,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**environment, "PYTHONPATH": str(ROOT)},
        cwd=directory,
        start_new_session=True,
    )
    started = Child(name, process)
    try:
        yield started
    finally:
        await started.end(grace_s=grace_s)


async def before(end: Coroutine[Any, Any, int], awaited: Awaitable[object]) -> bool:
    """Whether what is awaited came before that end, and was no failure."""
    ending, coming = asyncio.ensure_future(end), asyncio.ensure_future(awaited)
    try:
        await asyncio.wait({ending, coming}, return_when=asyncio.FIRST_COMPLETED)
        return coming.done() and coming.result() is not False
    finally:
        for each in (ending, coming):
            each.cancel()
        await asyncio.wait({ending, coming})
