"""Signs of life: until when a broadcast ran, and how it stood, should the bot be cut off."""

import logging

from bot.broadcast.background import Background
from bot.broadcast.clock import Clock
from bot.broadcast.ports import Journal
from bot.broadcast.show.service import Broadcasts

log = logging.getLogger(__name__)

INTERVAL_S = 5.0


class Heartbeat(Background):
    """Stores every now and then that the broadcasts that run do, and how. An async context manager."""

    def __init__(self, broadcasts: Broadcasts, journal: Journal, clock: Clock) -> None:
        super().__init__(name="heartbeat")
        self._broadcasts = broadcasts
        self._journal = journal
        self._clock = clock

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
