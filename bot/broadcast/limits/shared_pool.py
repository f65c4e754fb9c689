"""The pool of an account whose streams several processes share."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.broadcast.clock import Clock
from bot.broadcast.limits.pool import Slot
from bot.broadcast.limits.shared_claims import SharedClaim, SharedClaims, SlotBook


@dataclass(slots=True)
class _Look:
    """One look at the claims, and what comes of it. What could not be stored is done anew, from the start."""

    claims: SharedClaims
    owner: str
    numbers: dict[Slot, int]
    """Of the slots of this process that have a claim."""
    cut_off: dict[float, float]
    """Of the connections that this process knows to be cut off: until when, there."""
    went: list[Slot] = field(default_factory=list)

    def claim_of(self, slot: Slot) -> SharedClaim | None:
        """None too if another process has it by now, with its broadcast."""
        number = self.numbers.get(slot)
        ours = (each for each in self.claims if each.number == number and each.owner == self.owner)
        return next(ours, None)

    def enter(self, slot: Slot) -> None:
        """It waits, or has its turn: where its broadcast stood, if another process had that until now."""
        claim = self.claim_of(slot)
        if claim is None:
            if any(each.number == self.numbers.get(slot) for each in self.claims):
                return  # now it is the other way round
            claim = self._left_by_another(slot) or self._new(slot)
        if claim in self.claims.held:
            claim.went_at = self.claims.now
            self.went.append(slot)
        elif claim not in self.claims.line:
            self.claims.enter(claim, self.claims.now, is_taken_up=slot.is_taken_up)

    def go(self, waiting: Sequence[Slot], seams: Sequence[Slot]) -> None:
        """Whose turn it is of these goes; those who wait to start come before seams."""
        claims, slots = self.claims, {self.numbers[slot]: slot for slot in waiting}
        while claims.line and (slot := slots.get(claims.line[0].number)):
            if not claims.may_go(claims.line[0], claims.now):
                break
            claims.go(claims.line[0], claims.now)
            self.went.append(slot)
        for slot in seams:
            if claims.has_room_for_a_seam(claims.now):
                claims.hold(self._new(slot), claims.now)
                self.went.append(slot)

    def tidy(self) -> None:
        """Leaves what an earlier look stored, though it was not known whether it had."""
        known = set(self.numbers.values())
        for claim in tuple(self.claims):
            if claim.owner == self.owner and claim.number not in known:
                self.claims.drop(claim)

    def _left_by_another(self, slot: Slot) -> SharedClaim | None:
        """What it held before what it waited for; a broadcast needs no more than one to go on."""
        known = set(self.numbers.values())
        left = [each for each in self.claims if slot.of and each.of == slot.of and each.number not in known]
        for other in left[1:]:
            self.claims.drop(other)
        if not left:
            return None
        self.claims.take_over(left[0], self.owner)
        self.numbers[slot] = left[0].number
        return left[0]

    def _new(self, slot: Slot) -> SharedClaim:
        claim = self.claims.new(slot.of, self.owner)
        self.numbers[slot] = claim.number
        return claim


Step = Callable[[_Look], None]


class SharedPool:
    """A `Pool` by claims that are kept elsewhere: what is done here is done there with the next look.

    `asks` is called when there is something to look for; whoever hears it calls `look` soon, and again when
    another process has changed something, and at `look_at`.
    """

    def __init__(
        self,
        account: str,
        size: int,
        book: SlotBook,
        owner: str,
        clock: Clock,
        *,
        kept_for_seams: int,
        asks: Callable[[SharedPool], None],
    ) -> None:
        self.size = size
        self.look_at: float | None = None
        """The steady moment in which one of ours may try again, if it is the first in line."""
        self._account = account
        self._book = book
        self._owner = owner
        self._clock = clock
        self._kept_for_seams = kept_for_seams
        self._asks = asks
        self._names = itertools.count()
        self._steps: list[Step] = []
        self._numbers: dict[Slot, int] = {}
        self._cut_off: dict[float, float] = {}
        self._waiting: list[Slot] = []
        self._seams: list[Slot] = []
        self._held: set[Slot] = set()

    @property
    def has_steps(self) -> bool:
        """Whether something was done here that is not known elsewhere yet."""
        return bool(self._steps)

    @property
    def is_waited_for(self) -> bool:
        return bool(self._waiting or self._seams)

    @property
    def is_used(self) -> bool:
        return bool(self._steps or self._waiting or self._seams or self._numbers)

    @property
    def held(self) -> int:
        return len(self._held)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def dangling(self) -> int:
        """Those that this process has found."""
        now = self._clock.steady()
        return sum(until > now for until in self._cut_off)

    def resize(self, size: int) -> None:
        self.size = size
        self._asks(self)

    def is_cut_off(self, until: float) -> None:
        lasts_s = until - self._clock.steady()
        self._cut_off[until] = 0.0

        def cut_off(look: _Look) -> None:
            look.cut_off[until] = look.claims.now + lasts_s
            look.claims.cut_off.append(look.cut_off[until])

        self._do(cut_off)

    def is_left(self, until: float) -> None:
        self._do(lambda look: look.claims.is_left(look.cut_off.get(until, 0.0), look.claims.now))

    def claim(self, moved_up: Callable[[], None], *, of: str = "", is_taken_up: bool = False) -> Slot:
        return Slot(next(self._names), moved_up, of=of, is_taken_up=is_taken_up)

    async def turn(self, slot: Slot) -> None:
        slot.woken.clear()
        self._held.discard(slot)
        if slot not in self._waiting:
            self._waiting.append(slot)
        self._asks(self)
        await slot.woken.wait()

    async def seam(self, moved_up: Callable[[], None], *, of: str = "", until: float) -> Slot | None:
        slot = self.claim(moved_up, of=of)
        self._seams.append(slot)
        self._asks(self)
        try:
            await self._clock.wait(slot.woken, until=until)
        except BaseException:
            self.give_up(slot)
            raise
        if slot in self._held:
            return slot
        self.give_up(slot)
        return None

    def there_is_room(self) -> None:
        self._do(lambda look: look.claims.there_is_room())

    def turned_away(self, slot: Slot) -> None:
        self._held.discard(slot)

        def turned_away(look: _Look) -> None:
            if claim := look.claim_of(slot):
                look.claims.turned_away(claim, look.claims.now)
                look.claims.enter(claim, look.claims.now, is_taken_up=False)

        self._do(turned_away)

    def give_up(self, slot: Slot) -> None:
        self._leave(slot, lambda claims, claim: claims.drop(claim))

    def hand_over(self, slot: Slot) -> None:
        self._leave(slot, lambda claims, claim: claims.leave_behind(claim))

    async def look(self) -> None:
        """Does what was asked for, and tells who has a turn or another place. Raises what the book raises."""
        steps, waiting, seams = tuple(self._steps), tuple(self._waiting), tuple(self._seams)
        numbers, cut_off = dict(self._numbers), dict(self._cut_off)

        def changed(claims: SharedClaims) -> _Look:
            claims.size, claims.wanted_for_seams = self.size, self._kept_for_seams
            look = _Look(claims, self._owner, dict(numbers), dict(cut_off))
            for step in steps:
                step(look)
            for slot in waiting:
                look.enter(slot)
            look.go([slot for slot in waiting if slot not in look.went], seams)
            look.tidy()
            return look

        look = await self._book.change(self._account, changed)
        del self._steps[: len(steps)]
        self._numbers = look.numbers
        still = {until for until, there in look.cut_off.items() if there in look.claims.cut_off}
        self._cut_off = {
            until: look.cut_off.get(until, there)
            for until, there in self._cut_off.items()
            if until in still or until not in cut_off
        }
        self._tell(look)

    def _tell(self, look: _Look) -> None:
        claims, now = look.claims, self._clock.steady()
        for slot in look.went:
            if slot in self._waiting or slot in self._seams:  # else it was given up meanwhile
                (self._waiting if slot in self._waiting else self._seams).remove(slot)
                self._held.add(slot)
                slot.woken.set()
                slot.stands(None)
        places = {claim.number: place for place, claim in enumerate(claims.line, start=1)}
        for slot in tuple(self._waiting):
            slot.stands(places.get(self._numbers.get(slot, 0), slot.place))
        is_ours = bool(claims.line) and claims.line[0].owner == self._owner
        may_try = is_ours and claims.retry_at is not None and claims.trying is None
        self.look_at = now + max(0.0, (claims.retry_at or 0.0) - claims.now) if may_try else None

    def _leave(self, slot: Slot, how: Callable[[SharedClaims, SharedClaim], None]) -> None:
        for those in (self._waiting, self._seams):
            if slot in those:
                those.remove(slot)
        self._held.discard(slot)
        slot.place = None

        def leave(look: _Look) -> None:
            if claim := look.claim_of(slot):
                how(look.claims, claim)
            look.numbers.pop(slot, None)

        self._do(leave)

    def _do(self, step: Step) -> None:
        self._steps.append(step)
        self._asks(self)
