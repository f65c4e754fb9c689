"""Whether the process does its work: its loop turns, and its writer commits. /livez and systemd ask it."""

import asyncio
import logging
from typing import Self

from bot.broadcast.background import Background
from bot.broadcast.clock import Clock
from bot.broadcast.telling.listeners import Listeners
from bot.storage.writer import Try, Writer

log = logging.getLogger(__name__)

BEAT_S = 1.0
PROVED_EVERY_S = 20.0
"""So long after its last try to commit the writer is asked to prove that it can."""
SILENT_S = 90.0
"""A writer that then comes to no answer for so long hangs. One that is refused does not: to end the process
would free no disk."""


class Liveness(Background):
    """Looks once a second. An async context manager, to be left before the writer.

    Time is counted in beats: a process that was stopped and goes on is not taken for one that hangs. A loop
    that hangs answers nobody, which is the answer.
    """

    def __init__(self, writer: Writer, clock: Clock) -> None:
        super().__init__(name="liveness")
        self.turned = Listeners[float]()
        """Told once a second by how many seconds the loop was late."""
        self.can_store = True
        """Whether the database took the newest try to commit, as far as that was for it to say."""
        self._writer = writer
        self._clock = clock
        self._silent_beats = 0
        self._proof: asyncio.Future[None] | None = None

    @property
    def problem(self) -> str | None:
        """Why the process is better ended and started anew; None while it does its work."""
        if self._silent_beats * BEAT_S < PROVED_EVERY_S + SILENT_S:
            return None
        return "the writer of the database does not answer"

    async def __aenter__(self) -> Self:
        self._writer.tried.listen(self._tried)
        return await super().__aenter__()

    async def __aexit__(self, *_: object) -> None:
        self._writer.tried.leave(self._tried)
        await super().__aexit__()

    async def _run(self) -> None:
        while True:
            began_at = self._clock.steady()
            await self._clock.sleep(BEAT_S)
            self.turned.tell(max(0.0, self._clock.steady() - began_at - BEAT_S))
            self._beat()

    def _beat(self) -> None:
        had_none = self.problem is None
        self._silent_beats += 1
        if had_none and self.problem:
            log.critical("%s: the process should be ended", self.problem)
        is_asked = self._proof is not None and not self._proof.done()
        if self._silent_beats * BEAT_S >= PROVED_EVERY_S and not is_asked:
            self._proof = self._writer.prove()
            self._proof.add_done_callback(_heard)

    def _tried(self, one: Try) -> None:
        self._silent_beats = 0
        self.can_store = not one.is_for_want_of_the_database


def _heard(proof: asyncio.Future[None]) -> None:
    """What it raised was told as a try."""
    if not proof.cancelled():
        proof.exception()
