"""Who holds an account's streams, who waits for one, and by which rules that changes."""

import bisect
from typing import Generic, Protocol, TypeVar

FIRST_PAUSE_S, LONGEST_PAUSE_S = 5.0, 60.0
"""Between tries while the service says that all streams are in use: by others, or by a run that crashed."""


class Claim(Protocol):
    """A claim to one of the account's streams. `number` says who asked first."""

    number: int
    went_at: float
    """When its turn came."""


Claimed = TypeVar("Claimed", bound=Claim)


class Claims(Generic[Claimed]):
    """The claims to the streams of one account. `now` is a moment of one clock, and so are all others here.

    So many broadcasts may hold a stream at once; the others get one in the order in which they asked. The
    service has the last word, since others may use the account too. Once it has turned one away, the first in
    line tries again, alone: when a stream of ours has ended, or after a pause, which grows.
    """

    def __init__(self, size: int, kept_for_seams: int) -> None:
        """Of `size` slots so many are `kept_for_seams`: no broadcast starts on them."""
        self.size = size
        self.wanted_for_seams = kept_for_seams
        self.held: list[Claimed] = []
        self.line: list[Claimed] = []
        self.trying: Claimed | None = None
        self.retry_at: float | None = None
        """When one may try again, while the service is known to be full."""
        self.pause_s = FIRST_PAUSE_S
        self.cut_off: list[float] = []
        """Until when connections that died may take a slot each."""

    def enter(self, claim: Claimed, now: float, *, is_taken_up: bool) -> None:
        """It waits, where it stood before if it was turned away.

        For a broadcast that is taken up its own old connection is no reason to wait.
        """
        bisect.insort(self.line, claim, key=lambda each: each.number)
        is_doubtful = len(self.held) < self._for_starts <= self._blocked(now)
        if is_doubtful and self.retry_at is None and not is_taken_up:
            self.retry_at = now + self.pause_s

    def may_go(self, claim: Claimed, now: float) -> bool:
        if not self.line or self.line[0] is not claim or len(self.held) >= self._for_starts:
            return False
        return self.retry_at is None or (self.trying is None and now >= self.retry_at)

    def go(self, claim: Claimed, now: float) -> None:
        """Its turn has come."""
        self.line.remove(claim)
        self.hold(claim, now)
        if self.retry_at is not None:
            self.trying = claim

    def hold(self, claim: Claimed, now: float) -> None:
        self.held.append(claim)
        claim.went_at = now

    def has_room_for_a_seam(self, now: float) -> bool:
        """Of what is not kept for them, seams get only what nobody waits for."""
        is_for_starts = len(self.held) < self._for_starts and self.line
        return self._blocked(now) < self.size and not is_for_starts and self.retry_at is None

    def there_is_room(self) -> None:
        """As far as is known: the service has begun a stream."""
        self._try_as_usual()
        free = max(0, self.size - len(self.held))
        del self.cut_off[: max(0, len(self.cut_off) - free)]  # so many cannot take one

    def turned_away(self, claim: Claimed, now: float) -> None:
        """The service says that all streams are in use, whatever is counted here."""
        self._let_go(claim)
        if self.retry_at is None or self.retry_at <= claim.went_at:
            self.retry_at = now + self.pause_s
            self.pause_s = min(2 * self.pause_s, LONGEST_PAUSE_S)

    def give_up(self, claim: Claimed, now: float) -> None:
        """It is needed no more, or waits no more."""
        if claim in self.line:
            self.line.remove(claim)
        elif claim in self.held:
            self._let_go(claim)
            self.look_again(now)  # one of ours is free
        if not self.line:  # whoever comes next may as well try at once
            self._try_as_usual()

    def is_left(self, until: float, now: float) -> None:
        """A connection that was cut off until then takes none any more."""
        if until in self.cut_off:
            self.cut_off.remove(until)
            self.look_again(now)

    def look_again(self, now: float) -> None:
        """Now there may be room."""
        if self.retry_at is not None:
            self.retry_at = now

    def dangling(self, now: float) -> int:
        """How many connections that died may take a slot."""
        return sum(until > now for until in self.cut_off)

    @property
    def _for_starts(self) -> int:
        return self.size - min(self.wanted_for_seams, self.size - 1)

    def _blocked(self, now: float) -> int:
        """How many are held, or may be blocked by what was cut off."""
        return len(self.held) + self.dangling(now)

    def _let_go(self, claim: Claimed) -> None:
        if claim in self.held:
            self.held.remove(claim)
        if self.trying is claim:
            self.trying = None

    def _try_as_usual(self) -> None:
        self.trying = self.retry_at = None
        self.pause_s = FIRST_PAUSE_S
