"""One bot of the cluster, as a process that can be killed, stopped and started."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from enum import StrEnum

from bot.local.demo.children import Child, before


class Life(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    KILLED = "killed"
    STOPPED = "stopped"
    FAILED = "failed"  # it ended by itself


class Member:
    """`name` is what people call it; `url` is where its pages are. `changed` is called when its life has."""

    def __init__(
        self,
        name: str,
        url: str,
        start: Callable[[], AbstractAsyncContextManager[Child]],
        until_up: Callable[[], Awaitable[object]],
        changed: Callable[[Member], None],
    ) -> None:
        self.name = name
        self.url = url
        self.life = Life.STARTING
        self.pid: int | None = None
        self.was_up = asyncio.Event()
        self.failed: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """Its exit status, if it ended by itself before it was up for the first time."""
        self._start, self._until_up, self._changed = start, until_up, changed
        self._process: Child | None = None
        self._wanted = asyncio.Event()
        self._wanted.set()

    @property
    def is_there(self) -> bool:
        return self.life in (Life.STARTING, Life.RUNNING, Life.STOPPING)

    def kill(self) -> bool:
        """SIGKILL. Whether there was a process."""
        if self._process is None or not self.is_there:
            return False
        self._wanted.clear()
        self._become(Life.KILLED)
        self._process.kill()
        return True

    def stop(self) -> bool:
        """SIGTERM: it hands over, and ends. Whether there was a process that was not told so before."""
        if self._process is None or self.life not in (Life.STARTING, Life.RUNNING):
            return False
        self._wanted.clear()
        self._become(Life.STOPPING)
        self._process.ask_to_end()
        return True

    def begin(self) -> bool:
        """Starts it again. Whether it was away."""
        if self.is_there or self._process is not None:
            return False
        self._become(Life.STARTING)
        self._wanted.set()
        return True

    async def live(self) -> None:
        """From life to life, until it is cancelled."""
        while True:
            await self._wanted.wait()
            async with self._start() as process:
                self._process, self.pid = process, process.pid
                self._become(self.life)
                if await before(process.ended(), self._until_up()) and self.life is Life.STARTING:
                    self.was_up.set()
                    self._become(Life.RUNNING)
                status = await process.ended()
            self._process = self.pid = None
            if self.life is Life.STOPPING and status == 0:
                self._become(Life.STOPPED)
            elif self.life is not Life.KILLED:
                self._wanted.clear()
                self._become(Life.FAILED)
                if not self.was_up.is_set() and not self.failed.done():
                    self.failed.set_result(status)
            else:
                self._become(self.life)

    def _become(self, life: Life) -> None:
        self.life = life
        self._changed(self)
