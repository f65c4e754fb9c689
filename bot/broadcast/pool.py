"""The account's concurrent streams, shared by all broadcasts: who finds none free waits in line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


class StreamPool:
    """So many broadcasts may hold a stream at once; the others get one in the order in which they asked."""

    def __init__(self, size: int) -> None:
        self._free = size
        self._waiting: list[tuple[asyncio.Future[None], Callable[[], None]]] = []

    @asynccontextmanager
    async def slot(self, moved_up: Callable[[], None]) -> AsyncIterator[None]:
        """A slot, for as long as the context lasts. `moved_up` is called when the place in line changes."""
        if self._free and not self._waiting:
            self._free -= 1
        else:
            await self._wait(moved_up)
        try:
            yield
        finally:
            self._hand_on()

    def place_of(self, moved_up: Callable[[], None]) -> int | None:
        """The place in line of whoever waits with this callback, 1 for the next; None if they do not wait."""
        return next((place for place, (_, who) in enumerate(self._waiting, start=1) if who == moved_up), None)

    async def _wait(self, moved_up: Callable[[], None]) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((turn, moved_up))
        moved_up()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._hand_on()  # the slot came in the same moment, and is not wanted any more
            else:
                self._waiting = [entry for entry in self._waiting if entry[0] is not turn]
                self._tell()
            raise

    def _hand_on(self) -> None:
        if self._waiting:
            turn, _ = self._waiting.pop(0)
            turn.set_result(None)
            self._tell()
        else:
            self._free += 1

    def _tell(self) -> None:
        for _, moved_up in self._waiting:
            moved_up()
