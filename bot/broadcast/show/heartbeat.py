"""Signs of life: until when a broadcast ran, and how it stood, should the bot be cut off."""

import asyncio
import logging
from typing import Self

from bot.broadcast.clock import Clock
from bot.broadcast.ports import Journal
from bot.broadcast.show.service import Broadcasts

log = logging.getLogger(__name__)

INTERVAL_S = 5.0


class Heartbeat:
    """Stores every now and then that the broadcasts that run do, and how. An async context manager."""

    def __init__(self, broadcasts: Broadcasts, journal: Journal, clock: Clock) -> None:
        self._broadcasts = broadcasts
        self._journal = journal
        self._clock = clock
        self._tasks = asyncio.TaskGroup()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._task = self._tasks.create_task(self._run(), name="heartbeat")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()
        # The group sees its own tasks' errors only: it would wrap the caller's in an ExceptionGroup.
        await self._tasks.__aexit__(None, None, None)

    async def _run(self) -> None:
        while True:
            await self._broadcasts.are_running.wait()
            running = self._broadcasts.running
            ids = [session.broadcast.id for session in running]
            try:
                await self._journal.save_signs_of_life(ids, self._clock.now())
            except Exception as error:  # noqa: BLE001 - the boundary of one beat: the next one is due soon
                log.warning("that broadcasts run could not be stored: %s", type(error).__name__)
            for session in running:
                if not session.is_closing:
                    await self._broadcasts.last_moments.follow(session.broadcast.id, session.last_moment)
            await self._clock.sleep(INTERVAL_S)
