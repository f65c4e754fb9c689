"""While nothing can be stored, nobody steers: streams are not left running, and the crowd is told."""

import asyncio
import logging

from bot.broadcast.background import Background
from bot.broadcast.clock import Clock
from bot.broadcast.model import Ending
from bot.broadcast.outage import Outage
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.states import Reason

log = logging.getLogger(__name__)

_ENDING = Ending(Reason.NOT_STORED)

GRACE_S = 3.0
"""How long the database may be away without a word: a copy of it that is made takes moments."""
SERVERS_GRACE_S = 15.0
"""The same of a server's, which is restarted, or fails over to another one, in some ten seconds."""
AGAIN_S = 1.0
"""Between two looks for streams that began meanwhile."""


class Unstored(Background):
    """Ends the streams of all broadcasts at the service when the database stays away.

    That is noticed with the next sign of life at the latest, so nothing runs on for long.
    The broadcasts stay: each comes back with its next stream, as soon as it can be stored. An async context
    manager.
    """

    def __init__(
        self, broadcasts: Broadcasts, outage: Outage, clock: Clock, *, of_server: bool = False
    ) -> None:
        super().__init__(name="look for what cannot be stored")
        self._broadcasts = broadcasts
        self._outage = outage
        self._clock = clock
        self._of_server = of_server

    async def _run(self) -> None:
        while True:
            await self._outage.began.wait()
            grace_s = SERVERS_GRACE_S if self._of_server else GRACE_S
            await self._clock.wait(self._outage.over, self._clock.steady() + grace_s)
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
