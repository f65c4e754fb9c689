"""Whoever runs a broadcast has the others show it, too."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Self

from bot.broadcast.background import Background
from bot.broadcast.clock import Clock
from bot.broadcast.elsewhere.book import ShowBook
from bot.broadcast.elsewhere.document import dated, text_of
from bot.broadcast.errors import NotStoredError
from bot.broadcast.model import Broadcast, Channel
from bot.broadcast.owning.bell import Bell, Ring
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.telling.listeners import Listeners

log = logging.getLogger(__name__)

GAP_S = 0.25
"""Between two rounds: a broadcast is written four times a second at most, however much happens in it."""
AT_ONCE = 10
"""Views that are made to texts in one go: a millisecond."""
AGAIN_S = 2.0
"""After a round in which something could not be stored."""
TIDIED_EVERY_S = 600.0


class Showing(Background):
    """Writes down what is shown of the broadcasts that run here, as it changes, and rings.

    All that has changed is written together, and each broadcast complete, as it stands then: of ten changes
    at once nobody elsewhere is told but the last. What looks as before is not written. An async context
    manager.
    """

    def __init__(
        self,
        broadcasts: Broadcasts,
        listeners: Listeners[Broadcast],
        book: ShowBook,
        bell: Bell,
        clock: Clock,
        name_of: Callable[[Channel], str | None],
    ) -> None:
        super().__init__(name="what others show")
        self._broadcasts = broadcasts
        self._listeners = listeners
        self._book = book
        self._bell = bell
        self._clock = clock
        self._name_of = name_of
        self._changed: set[str] = set()
        self._renewed: set[str] = set()
        self._written: dict[str, tuple[BroadcastSession, str]] = {}
        """By broadcast: what is written of it, but for the time. Of one that comes back nobody knows."""
        self._woken = asyncio.Event()
        self._tidied_at = clock.steady()

    async def __aenter__(self) -> Self:
        self._listeners.listen(self._hear)
        for session in self._broadcasts.running:
            self._hear(session.broadcast)
        return await super().__aenter__()

    async def __aexit__(self, *_: object) -> None:
        self._listeners.leave(self._hear)
        await super().__aexit__()

    def renew(self, broadcast_id: str) -> None:
        """There is news of a broadcast, which may be over: pages elsewhere look at it again."""
        self._renewed.add(broadcast_id)
        self._woken.set()

    def _hear(self, broadcast: Broadcast) -> None:
        if broadcast.state.is_over:  # what is shown of it goes with its last state
            self._changed.discard(broadcast.id)
            self._written.pop(broadcast.id, None)
            self._bell.ring(Ring.SHOWS)
        else:
            self._changed.add(broadcast.id)
            self._woken.set()

    async def _run(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            went_well = await self._round()
            if self._clock.steady() >= self._tidied_at + TIDIED_EVERY_S:
                self._tidied_at = self._clock.steady()
                with suppress(NotStoredError):
                    await self._book.forget_old()
            await self._clock.sleep(GAP_S if went_well else AGAIN_S)

    async def _round(self) -> bool:
        """Writes what has changed. False if some of it could not be stored: then that is still to be done."""
        changed, self._changed = self._changed, set()
        renewed, self._renewed = self._renewed, set()
        running = {session.broadcast.id: session for session in self._broadcasts.running}
        self._written = {
            each: (session, text)
            for each, (session, text) in self._written.items()
            if running.get(each) is session
        }
        writing = [(self._renewed, each, self._book.renew(each)) for each in renewed]
        for number, each in enumerate(changed, start=1):
            if (session := running.get(each)) and (written := self._write(session)):
                writing.append((self._changed, each, written))
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        if not writing:
            return True
        self._bell.ring(Ring.SHOWS)
        answers = await asyncio.gather(*(written for *_, written in writing), return_exceptions=True)
        for (again, broadcast_id, _), answer in zip(writing, answers, strict=True):
            if isinstance(answer, BaseException):
                self._failed(again, broadcast_id, answer)
        return not any(answers)

    def _write(self, session: BroadcastSession) -> Awaitable[None] | None:
        """Has a broadcast written, unless that is so already."""
        if not session.was_stored.is_set() or session.broadcast.state.is_over:
            return None
        broadcast_id = session.broadcast.id
        text = text_of(session.view, self._name_of(session.broadcast.channel))
        if self._written.get(broadcast_id) == (session, text):
            return None
        self._written[broadcast_id] = session, text
        return self._book.show(broadcast_id, dated(text, self._clock.now()))

    def _failed(self, again: set[str], broadcast_id: str, error: BaseException) -> None:
        self._written.pop(broadcast_id, None)
        if isinstance(error, NotStoredError):
            again.add(broadcast_id)
            self._woken.set()
        else:
            log.warning("what is shown of broadcast %s: %s", broadcast_id, type(error).__name__)
