"""All pages that are open on one link."""

import asyncio
import math
import random
from collections.abc import Awaitable, Callable

from bot.broadcast.clock import Clock
from bot.web.events.pace import Pace
from bot.web.events.page import OpenPage
from bot.web.events.wire import GONE, HEARTBEAT, NumberedDocument, Written, retry, text_of
from bot.web.state import Document, milliseconds

GAP_S = 0.25
"""Between two documents; longer while it takes longer to hand one out."""
WATCHING_S = 2.0
"""Within which a page that comes or goes is counted: alone it is no reason for a document to all."""
BEAT_S = 15.0
LATE_S = 1.0
"""After which pages that took nothing are tried again: with what is newest by then."""
STUCK_S = 20.0
"""A page that has taken nothing for so long is dropped; if it is there, it comes again."""
RETRY_MS, ROOM_MS = (500, 4000), 10
"""When a page comes again, whose connection was lost: not all in one moment, and a few of them soon."""


class Hall:
    """Tells its pages each change, as soon as there is one, and a heartbeat when there is none.

    `draw` gives the document for so many who watch; `new_number` a larger number each time.
    """

    def __init__(
        self,
        draw: Callable[[int], Awaitable[Document]],
        new_number: Callable[[], int],
        pace: Pace,
        clock: Clock,
    ) -> None:
        self._draw = draw
        self._new_number = new_number
        self._pace = pace
        self._clock = clock
        self._pages: set[OpenPage] = set()
        self._watching = 0
        self._document: NumberedDocument | None = None
        self._woken = asyncio.Event()
        self._look_at = clock.steady()
        """The steady moment from which on the document is to be drawn anew, or pages are late."""
        self._is_gone = False

    @property
    def is_empty(self) -> bool:
        return not self._pages

    async def attend(self, page: OpenPage) -> None:
        """Returns when the page's connection has to end."""
        shortest, longest = RETRY_MS
        latest = min(longest, 2 * shortest + ROOM_MS * len(self._pages))
        page.write(retry(random.randint(shortest, latest)))  # noqa: S311 - nothing depends on it
        if self._document and page.has != self._document.number:
            _hand(page, self._document, self._document.at(self._now_ms))
        self._pages.add(page)
        self._watching += page.is_seen
        self._look(in_s=WATCHING_S)
        try:
            await page.is_closed
        finally:
            self._pages.remove(page)
            self._watching -= page.is_seen
            self._look(in_s=WATCHING_S)

    def changed(self) -> None:
        """What is shown may be another than before."""
        self._look(in_s=0.0)

    def gone(self) -> None:
        """The link leads nowhere any more."""
        self._is_gone = True
        self._woken.set()

    def close(self) -> None:
        for page in tuple(self._pages):
            page.close()

    async def run(self) -> None:
        """Returns when the link is gone and all of its pages know."""
        heard_at = self._clock.steady()
        while not self._is_gone:
            await self._clock.wait(self._woken, until=min(self._look_at, heard_at + BEAT_S))
            self._woken.clear()
            now = self._clock.steady()
            if now >= self._look_at:
                self._look_at = math.inf
                if await self._tell():
                    heard_at = now
                await self._clock.sleep(max(0.0, now + GAP_S - self._clock.steady()))
            elif now >= heard_at + BEAT_S:
                heard_at = now
                self._mind(await self._pace.write([*self._pages], lambda page: page.write(HEARTBEAT)))
        await self._pace.write([*self._pages], lambda page: page.write(GONE))
        self.close()

    async def _tell(self) -> bool:
        """Hands the document to all who do not have it; whether it is a new one."""
        text, before = text_of(await self._draw(self._watching)), self._document
        document = before if before and text == before.text else NumberedDocument(self._new_number(), text)
        self._document = document
        written = document.at(self._now_ms)
        wanting = [page for page in self._pages if page.has != document.number]
        late = await self._pace.write(wanting, lambda page: _hand(page, document, written))
        self._mind(late)
        if late:
            self._look(in_s=LATE_S)
        return document is not before

    def _mind(self, late: list[OpenPage]) -> None:
        now = self._clock.steady()
        for page in late:
            if page.late_since is None:
                page.late_since = now
            elif now - page.late_since >= STUCK_S:
                page.drop()

    def _look(self, *, in_s: float) -> None:
        at = self._clock.steady() + in_s
        if at < self._look_at:
            self._look_at = at
            self._woken.set()

    @property
    def _now_ms(self) -> int:
        return milliseconds(self._clock.now())


def _hand(page: OpenPage, document: NumberedDocument, written: Written) -> bool:
    if not page.write(written):
        return False
    page.has = document.number
    return True
