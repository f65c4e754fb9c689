"""While nothing can be stored, nobody steers: streams are not left running, and the crowd is told."""

import asyncio
import logging
from typing import Self

from bot.broadcast.clock import Clock
from bot.broadcast.model import Ending
from bot.broadcast.outage import Outage
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.states import Reason

log = logging.getLogger(__name__)

_ENDING = Ending(Reason.NOT_STORED)

GRACE_S = 3.0
"""How long the database may be away without a word: a copy of it that is made takes moments."""
AGAIN_S = 1.0
"""Between two looks for streams that began meanwhile."""


class Unstored:
    """Ends the streams of all broadcasts at the service when the database stays away.

    That is noticed with the next sign of life at the latest, so nothing runs on for longer than ten seconds.
    The broadcasts stay: each comes back with its next stream, as soon as it can be stored. An async context
    manager.
    """

    def __init__(self, broadcasts: Broadcasts, outage: Outage, clock: Clock) -> None:
        self._broadcasts = broadcasts
        self._outage = outage
        self._clock = clock
        self._tasks = asyncio.TaskGroup()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._task = self._tasks.create_task(self._run(), name="look for what cannot be stored")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task:
            self._task.cancel()
        # The group sees its own tasks' errors only: it would wrap the caller's in an ExceptionGroup.
        await self._tasks.__aexit__(None, None, None)

    async def _run(self) -> None:
        while True:
            await self._outage.began.wait()
            await self._clock.wait(self._outage.over, self._clock.steady() + GRACE_S)
            if self._outage.is_on:
                log.error("nothing can be stored: streams are ended until that is mended")
                await self._stay_off()
                log.warning("what happens can be stored again")

    async def _stay_off(self) -> None:
        """Returns when the database is back."""
        self._outage.is_told = True
        while self._outage.is_on:
            running = self._broadcasts.running
            try:
                await asyncio.gather(*(session.relay.streams.stop(_ENDING) for session in running))
            except Exception:  # the boundary of one look: the next one is due in a moment
                log.exception("a stream could not be ended")
            for session in running:
                session.look_again()
            await self._clock.wait(self._outage.over, self._clock.steady() + AGAIN_S)
        self._outage.is_told = False
        for session in self._broadcasts.running:
            session.look_again()
