"""Answers that many pages need and that cost something: asked for once, for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from bot.broadcast.clock import Clock

Key = TypeVar("Key")
Answer = TypeVar("Answer")


class AskedOnce(Generic[Key, Answer]):
    """Asks each question once at a time, and remembers its answer for as many seconds as come with it.

    Of `limit` answers at most; those that came first go first.
    """

    def __init__(
        self, ask: Callable[[Key], Awaitable[tuple[Answer, float]]], clock: Clock, *, limit: int
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._limit = limit
        self._known: dict[Key, tuple[Answer, float]] = {}
        self._asking: WeakValueDictionary[Key, asyncio.Lock] = WeakValueDictionary()
        self._forgotten = 0

    async def answer(self, key: Key) -> Answer:
        """What is remembered, or else what is answered now. Raises what asking raises."""
        if self._is_known(key):
            return self._known[key][0]
        asking = self._asking[key] = self._asking.get(key) or asyncio.Lock()
        async with asking:
            if self._is_known(key):  # somebody else has asked meanwhile
                return self._known[key][0]
            forgotten = self._forgotten
            answer, lifetime_s = await self._ask(key)
            if forgotten == self._forgotten:  # else it may be of before the change
                self._known.pop(key, None)
                self._known[key] = answer, self._clock.steady() + lifetime_s
            if len(self._known) > self._limit:
                del self._known[next(iter(self._known))]
            return answer

    def forget(self, key: Key) -> None:
        """The answer is another one from now on."""
        self._forgotten += 1
        self._known.pop(key, None)

    def __iter__(self) -> Iterator[tuple[Key, Answer]]:
        """What is remembered."""
        return ((key, answer) for key, (answer, _) in list(self._known.items()))

    def _is_known(self, key: Key) -> bool:
        return key in self._known and self._clock.steady() < self._known[key][1]
