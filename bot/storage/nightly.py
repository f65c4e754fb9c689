"""A copy of the database each night."""

import asyncio
import logging
import threading
from datetime import datetime, timedelta
from typing import Self

from bot.broadcast.clock import Clock
from bot.storage.backup import BackupError
from bot.storage.kept_copies import NIGHTLY, KeptCopies

log = logging.getLogger(__name__)

HOUR = 4
"""By the machine's own time: when fewest people steer anything."""
AFTER_START_S = 600.0
"""A night that was slept through is made up for, but not while the bot starts."""
AGAIN_S = 3600.0
"""After a copy that failed."""
LOOK_S = 900.0
"""Waiting goes by the steady clock, the night by the wall: it may be set meanwhile."""


class NightlyCopies:
    """Makes them for as long as the context lasts; a copy that is under way then is given up.

    `made_at` is when the newest one was made, and `problem` what the last try failed of, if it did.
    """

    def __init__(self, copies: KeptCopies, clock: Clock) -> None:
        self._copies = copies
        self._clock = clock
        self._is_left = threading.Event()
        self._task: asyncio.Task[None] | None = None
        self.made_at: datetime | None = None
        self.problem: str | None = None

    async def __aenter__(self) -> Self:
        self.made_at = await asyncio.to_thread(self._copies.made_at, NIGHTLY)
        self._task = asyncio.create_task(self._run(), name="nightly copies")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_left.set()
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        await self._clock.sleep(AFTER_START_S)
        while True:
            now = self._clock.now()
            # One of the future was made while the wall was wrong.
            due_at = next_night(self.made_at) if self.made_at and self.made_at <= now else now
            if now < due_at:
                await self._clock.sleep(min(LOOK_S, (due_at - now).total_seconds()))
            elif not await self._make(now):
                await self._clock.sleep(AGAIN_S)

    async def _make(self, now: datetime) -> bool:
        try:
            path, contents = await asyncio.to_thread(self._copies.make, NIGHTLY, now, self._is_left.is_set)
        except (BackupError, OSError) as error:
            if not self._is_left.is_set():
                self.problem = str(error)
                log.warning("there is no copy of the database of this night: %s", error)
            return False
        self.made_at, self.problem = now, None
        log.info("the database was copied to %s (%d bytes, checked)", path, contents.size_bytes)
        return True


def next_night(after: datetime) -> datetime:
    """The first moment after this one at which a copy is due."""
    local = after.astimezone()
    due_at = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return due_at if due_at > local else due_at + timedelta(days=1)
