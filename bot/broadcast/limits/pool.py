"""The account's concurrent streams, shared by all broadcasts: who finds none free waits in line."""

import asyncio
import bisect
import itertools
from collections.abc import Callable

from bot.broadcast.clock import Clock

FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 60.0
"""Between tries while the service says that all streams are in use: by others, or by a run that crashed."""


class Slot:
    """A claim to one of the account's streams.

    `number` says who asked first; `place` in line is 1 for the next, and None for one that does not wait.
    """

    def __init__(self, number: int, moved_up: Callable[[], None], *, is_taken_up: bool) -> None:
        self.number = number
        self.moved_up = moved_up
        self.is_taken_up = is_taken_up
        self.place: int | None = None
        self.woken = asyncio.Event()
        self.went_at = 0.0
        """The steady moment in which its turn came."""


class StreamPool:
    """So many broadcasts may hold a stream at once; the others get one in the order in which they asked.

    The service has the last word, since others may use the account too. Once it has turned one away, the
    first in line tries again, alone: when a stream of ours has ended, or after a pause, which grows.

    Nothing is handed over, so nothing can be lost on the way: who is first in line takes what is free, in its
    own turn of the loop.

    Connections of an earlier run that died with it count for a while: see `is_cut_off`.
    """

    def __init__(self, size: int, clock: Clock, *, kept_for_seams: int = 0) -> None:
        """Of `size` slots so many are `kept_for_seams`: no broadcast starts on them."""
        self.size = size
        self._wanted_for_seams = kept_for_seams
        self._kept_for_seams = min(kept_for_seams, size - 1)
        self._clock = clock
        self._numbers = itertools.count()
        self._held: set[Slot] = set()
        self._line: list[Slot] = []
        self._seams: list[Slot] = []
        self._trying: Slot | None = None
        self._retry_at: float | None = None
        """When one may try again, while the service is known to be full."""
        self._pause_s = FIRST_PAUSE_S
        self._dangling: list[float] = []
        """Until which steady moments."""

    def resize(self, size: int) -> None:
        """So many broadcasts may hold a stream from now on; who holds one keeps it."""
        self.size = size
        self._kept_for_seams = min(self._wanted_for_seams, size - 1)
        self._number_the_line()

    @property
    def held(self) -> int:
        """How many slots broadcasts hold."""
        return len(self._held)

    @property
    def waiting(self) -> int:
        """How many broadcasts wait for one."""
        return len(self._line)

    @property
    def dangling(self) -> int:
        """How many connections of an earlier run may block one."""
        now = self._clock.steady()
        return sum(until > now for until in self._dangling)

    def is_cut_off(self, until: float) -> None:
        """A connection was cut off without a word: until then it may take one of the account's streams.

        Who would need that one waits in line, and tries now and then, as if turned away: the service may
        have noticed before.
        """
        self._dangling.append(until)

    def is_left(self, until: float) -> None:
        """One of those takes none any more: it could be told goodbye."""
        if until in self._dangling:
            self._dangling.remove(until)
            self._look_again()

    def claim(self, moved_up: Callable[[], None], *, is_taken_up: bool = False) -> Slot:
        """A claim, to be made good by `turn`, and given up. `moved_up` is called when its place changes.

        For a broadcast that is taken up its own old connection is no reason to wait.
        """
        return Slot(next(self._numbers), moved_up, is_taken_up=is_taken_up)

    async def turn(self, slot: Slot) -> None:
        """Returns when it may start a stream. One that was turned away waits where it stood before."""
        if slot in self._held:
            slot.went_at = self._clock.steady()
            return
        bisect.insort(self._line, slot, key=lambda each: each.number)
        is_doubtful = len(self._held) < self._for_starts <= self._blocked
        if is_doubtful and self._retry_at is None and not slot.is_taken_up:
            self._retry_at = self._clock.steady() + self._pause_s
        if not self._may_go(slot):
            self._number_the_line()
        while not self._may_go(slot):
            slot.woken.clear()
            is_paused = self._retry_at is not None and self._retry_at > self._clock.steady()
            await self._clock.wait(slot.woken, until=self._retry_at if is_paused else None)
        self._line.remove(slot)
        self._held.add(slot)
        slot.went_at = self._clock.steady()
        if self._retry_at is not None:
            self._trying = slot
        if slot.place:
            slot.place = None
            slot.moved_up()
        self._number_the_line()

    async def seam(self, moved_up: Callable[[], None], *, until: float) -> Slot | None:
        """A second slot for a broadcast that changes over to its next stream; None if none is free in time.

        `until` is a steady moment. Broadcasts that wait to start come first: who gets nothing here can go on
        with the slot it has.
        """
        slot = self.claim(moved_up)
        self._seams.append(slot)
        try:
            while not self._has_room_for_a_seam():
                if self._clock.steady() >= until:
                    return None
                slot.woken.clear()
                await self._clock.wait(slot.woken, until=until)
        finally:
            self._seams.remove(slot)
        self._held.add(slot)
        return slot

    def there_is_room(self) -> None:
        """As far as is known: the service has begun a stream."""
        self._trying = self._retry_at = None
        self._pause_s = FIRST_PAUSE_S
        free = max(0, self.size - len(self._held))
        del self._dangling[: max(0, len(self._dangling) - free)]  # so many cannot take one
        self._number_the_line()

    def turned_away(self, slot: Slot) -> None:
        """The service says that all streams are in use, whatever is counted here: the next `turn` waits."""
        self._let_go(slot)
        if self._retry_at is None or self._retry_at <= slot.went_at:
            self._retry_at = self._clock.steady() + self._pause_s
            self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        self._number_the_line()

    def _has_room_for_a_seam(self) -> bool:
        """Of what is not kept for them, seams get only what nobody waits for."""
        held, blocked = len(self._held), self._blocked
        is_for_starts = held < self._for_starts and self._line
        return blocked < self.size and not is_for_starts and self._retry_at is None

    @property
    def _for_starts(self) -> int:
        return self.size - self._kept_for_seams

    @property
    def _blocked(self) -> int:
        """How many are held, or may be blocked by what was cut off."""
        return len(self._held) + self.dangling

    def _may_go(self, slot: Slot) -> bool:
        if self._line[0] is not slot or len(self._held) >= self._for_starts:
            return False
        return self._retry_at is None or (self._trying is None and self._clock.steady() >= self._retry_at)

    def give_up(self, slot: Slot) -> None:
        """It is needed no more, or waits no more."""
        if slot in self._line:
            self._line.remove(slot)
            slot.place = None
        elif slot in self._held:
            self._let_go(slot)
            self._look_again()  # one of ours is free
        if self._line:
            self._number_the_line()
        else:  # whoever comes next may as well try at once
            self._trying = self._retry_at = None
            self._pause_s = FIRST_PAUSE_S
            self._number_the_line()

    def _look_again(self) -> None:
        """Now there may be room."""
        if self._retry_at is not None:
            self._retry_at = self._clock.steady()
        self._number_the_line()

    def _let_go(self, slot: Slot) -> None:
        self._held.discard(slot)
        if self._trying is slot:
            self._trying = None

    def _number_the_line(self) -> None:
        """Tells everyone whose place has changed, and has the first one look whether it may go."""
        for place, slot in enumerate(self._line, start=1):
            if slot.place != place:
                slot.place = place
                slot.moved_up()
        for slot in (*self._line[:1], *self._seams):
            slot.woken.set()
