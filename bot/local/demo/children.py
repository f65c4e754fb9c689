"""Processes of the demo: started together, ended in order, never left behind."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

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
    name: str, arguments: Sequence[str], *, environment: Mapping[str, str], directory: Path, grace_s: float
) -> AsyncIterator[Child]:
    """Runs `python -m bot ARGUMENTS` in `directory` for as long as the block lasts.

    It gets a session of its own, so that Ctrl-C reaches only the parent, which ends its children in order.
    What it prints can be read by `first_line`; what it logs goes to this process's standard error.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.local.demo.child",
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
