"""How much of the loop's time goes into writing to pages: never so much that the chat would wait for it."""

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter

from bot.web.events.page import OpenPage

BATCH = 10
"""Pages that are written to in one go: an eighth of a millisecond."""
REST = 3.0
"""So many times as long as a batch took, the loop is left to others: a quarter of a core is taken at most."""
LEAST_REST_S = 0.0005
"""Timers are no finer than that: shorter rests are taken together."""


class Pace:
    """All who write to pages take turns, a batch each: a link with thousands of pages holds up no other."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._owed_s = 0.0

    async def write(self, pages: Sequence[OpenPage], write: Callable[[OpenPage], bool]) -> list[OpenPage]:
        """Writes to all of them; returns those to which it could not be."""
        late: list[OpenPage] = []
        for start in range(0, len(pages), BATCH):
            async with self._turn:
                began = perf_counter()
                late += [page for page in pages[start : start + BATCH] if not write(page)]
                self._owed_s += REST * (perf_counter() - began)
                rest_s = self._owed_s if self._owed_s >= LEAST_REST_S else 0.0
                self._owed_s -= rest_s
                await asyncio.sleep(rest_s)
        return late
