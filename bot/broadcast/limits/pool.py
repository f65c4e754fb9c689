"""The account's concurrent streams, shared by all broadcasts: who finds none free waits in line."""

import asyncio
import itertools
from collections.abc import Callable
from typing import Protocol

from bot.broadcast.clock import Clock
from bot.broadcast.limits.claims import Claims


class Slot:
    """A claim to one of the account's streams, of the broadcast with that ID.

    `number` says who asked first; `place` in line is 1 for the next, and None for one that does not wait.
    """

    def __init__(
        self, number: int, moved_up: Callable[[], None], *, of: str = "", is_taken_up: bool = False
    ) -> None:
        self.number = number
        self.moved_up = moved_up
        self.of = of
        self.is_taken_up = is_taken_up
        self.place: int | None = None
        self.woken = asyncio.Event()
        self.went_at = 0.0
        """The steady moment in which its turn came."""

    def stands(self, place: int | None) -> None:
        """In line, from now on."""
        if self.place != place:
            self.place = place
            self.moved_up()


class Pool(Protocol):
    """So many broadcasts may hold a stream at once; the others get one in the order in which they asked.

    Connections of an earlier run that died with it count for a while: see `is_cut_off`.
    """

    @property
    def size(self) -> int:
        """How many streams the account may run at once."""
        ...

    def resize(self, size: int) -> None:
        """So many broadcasts may hold a stream from now on; who holds one keeps it."""

    @property
    def held(self) -> int:
        """How many slots broadcasts of this process hold."""
        ...

    @property
    def waiting(self) -> int:
        """How many of its broadcasts wait for one."""
        ...

    @property
    def dangling(self) -> int:
        """How many connections of an earlier run may block one."""
        ...

    def is_cut_off(self, until: float) -> None:
        """A connection was cut off without a word: until then it may take one of the account's streams.

        Who would need that one waits in line, and tries now and then, as if turned away: the service may
        have noticed before.
        """

    def is_left(self, until: float) -> None:
        """One of those takes none any more: it could be told goodbye."""

    def claim(self, moved_up: Callable[[], None], *, of: str = "", is_taken_up: bool = False) -> Slot:
        """A claim of a broadcast, to be made good by `turn`, and given up.

        `moved_up` is called when its place changes. For a broadcast that is taken up its own old connection
        is no reason to wait.
        """
        ...

    async def turn(self, slot: Slot) -> None:
        """Returns when it may start a stream. One that was turned away waits where it stood before."""

    async def seam(self, moved_up: Callable[[], None], *, of: str = "", until: float) -> Slot | None:
        """A second slot for a broadcast that changes over to its next stream; None if none is free in time.

        `until` is a steady moment. Broadcasts that wait to start come first: who gets nothing here can go on
        with the slot it has.
        """
        ...

    def there_is_room(self) -> None:
        """As far as is known: the service has begun a stream."""

    def turned_away(self, slot: Slot) -> None:
        """The service says that all streams are in use, whatever is counted here: the next `turn` waits."""

    def give_up(self, slot: Slot) -> None:
        """It is needed no more, or waits no more."""

    def hand_over(self, slot: Slot) -> None:
        """It is needed no more here; who goes on with its broadcast has it, in another process perhaps."""


MakePool = Callable[[str | None, int], Pool]
"""Of an account's ID, None for the operator's, and its slots."""


class StreamPool:
    """The pool of a process that has the account alone. Its rules are those of `Claims`.

    Nothing is handed over, so nothing can be lost on the way: who is first in line takes what is free, in its
    own turn of the loop.
    """

    def __init__(self, size: int, clock: Clock, *, kept_for_seams: int = 0) -> None:
        """Of `size` slots so many are `kept_for_seams`: no broadcast starts on them."""
        self._claims = Claims[Slot](size, kept_for_seams)
        self._clock = clock
        self._numbers = itertools.count()
        self._seams: list[Slot] = []

    @property
    def size(self) -> int:
        return self._claims.size

    def resize(self, size: int) -> None:
        self._claims.size = size
        self._number_the_line()

    @property
    def held(self) -> int:
        return len(self._claims.held)

    @property
    def waiting(self) -> int:
        return len(self._claims.line)

    @property
    def dangling(self) -> int:
        return self._claims.dangling(self._clock.steady())

    def is_cut_off(self, until: float) -> None:
        self._claims.cut_off.append(until)

    def is_left(self, until: float) -> None:
        self._claims.is_left(until, self._clock.steady())
        self._number_the_line()

    def claim(self, moved_up: Callable[[], None], *, of: str = "", is_taken_up: bool = False) -> Slot:
        return Slot(next(self._numbers), moved_up, of=of, is_taken_up=is_taken_up)

    async def turn(self, slot: Slot) -> None:
        claims, clock = self._claims, self._clock
        if slot in claims.held:
            slot.went_at = clock.steady()
            return
        claims.enter(slot, clock.steady(), is_taken_up=slot.is_taken_up)
        if not claims.may_go(slot, clock.steady()):
            self._number_the_line()
        while not claims.may_go(slot, clock.steady()):
            slot.woken.clear()
            is_paused = claims.retry_at is not None and claims.retry_at > clock.steady()
            await clock.wait(slot.woken, until=claims.retry_at if is_paused else None)
        claims.go(slot, clock.steady())
        slot.stands(None)
        self._number_the_line()

    async def seam(self, moved_up: Callable[[], None], *, of: str = "", until: float) -> Slot | None:
        slot = self.claim(moved_up, of=of)
        self._seams.append(slot)
        try:
            while not self._claims.has_room_for_a_seam(self._clock.steady()):
                if self._clock.steady() >= until:
                    return None
                slot.woken.clear()
                await self._clock.wait(slot.woken, until=until)
        finally:
            self._seams.remove(slot)
        self._claims.hold(slot, self._clock.steady())
        return slot

    def there_is_room(self) -> None:
        self._claims.there_is_room()
        self._number_the_line()

    def turned_away(self, slot: Slot) -> None:
        self._claims.turned_away(slot, self._clock.steady())
        self._number_the_line()

    def give_up(self, slot: Slot) -> None:
        self._claims.give_up(slot, self._clock.steady())
        slot.place = None
        self._number_the_line()

    def hand_over(self, slot: Slot) -> None:
        self.give_up(slot)

    def _number_the_line(self) -> None:
        """Tells everyone whose place has changed, and has the first one look whether it may go."""
        for place, slot in enumerate(self._claims.line, start=1):
            slot.stands(place)
        for slot in (*self._claims.line[:1], *self._seams):
            slot.woken.set()
