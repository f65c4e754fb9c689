"""What only one process does, whoever has the lease of it."""

import asyncio
import logging
from contextlib import AsyncExitStack

from bot.app.company import Work
from bot.broadcast.background import Background
from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotStoredError
from bot.broadcast.owning.directory import Directory
from bot.broadcast.owning.lease import HOUSE

log = logging.getLogger(__name__)

LOOK_S = 5.0
"""Between two looks whether the lease can be had."""


class Housekeeping(Background):
    """Keeps house for as long as nobody else does. An async context manager."""

    def __init__(self, directory: Directory, clock: Clock, *works: Work, keeps: asyncio.Event) -> None:
        """`keeps` is set while it is this process that does."""
        super().__init__(name="housekeeping")
        self._directory = directory
        self._clock = clock
        self._works = works
        self._keeps = keeps
        self._is_over = asyncio.Event()

    async def _run(self) -> None:
        self._directory.lost.listen(self._lost)
        try:
            while True:
                if await self._is_had():
                    await self._keep()
                await self._clock.sleep(LOOK_S)
        finally:
            self._directory.lost.leave(self._lost)

    async def _is_had(self) -> bool:
        self._is_over.clear()
        try:
            return HOUSE in await self._directory.take([HOUSE])
        except NotStoredError:
            return False  # the database is away, which others tell

    async def _keep(self) -> None:
        log.info("this process keeps house")
        async with AsyncExitStack() as stack:
            for work in self._works:
                await stack.enter_async_context(work())
            self._keeps.set()
            stack.callback(self._keeps.clear)
            await self._is_over.wait()

    def _lost(self, name: str) -> None:
        if name == HOUSE:
            self._is_over.set()
