"""The claims of several processes to the streams of one account, kept in one place for all of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from bot.broadcast.limits.claims import Claims

CLAIMED_S = 15.0
"""So long a claim is its owner's, unless that renews it."""
KEPT_S = 15.0
"""So long afterwards it is kept for whoever takes over its broadcast."""
RENEWED_EVERY_S = 5.0

Answer = TypeVar("Answer")


@dataclass(eq=False, slots=True)
class SharedClaim:
    """A claim of a broadcast's. Its owner is the process that runs it; nobody, while it is handed over."""

    number: int
    of: str
    owner: str
    until: float
    """It is its owner's, as long as that did not renew it."""
    went_at: float = 0.0

    def is_absent(self, now: float) -> bool:
        """Whether its process is gone, for all that is known."""
        return not self.owner or self.until <= now


class SharedClaims(Claims[SharedClaim]):
    """All of an account's, as they stand `now`, which is by the clock of where they are kept.

    Of processes that are gone, what they held is still held for a while; what waited is passed over.
    """

    def __init__(self, now: float, *, size: int = 1, kept_for_seams: int = 0) -> None:
        super().__init__(size, kept_for_seams)
        self.now = now
        self.absent: list[SharedClaim] = []
        """What waited, and may be taken up again: each with the place that it had."""
        self.next_number = 1

    def put_in_order(self) -> None:
        """Leaves out what is over."""
        self.cut_off = [until for until in self.cut_off if until > self.now]
        self.held = [each for each in self.held if self._is_kept(each)]
        waiting = sorted((*self.line, *self.absent), key=lambda each: each.number)
        self.line = [each for each in waiting if not each.is_absent(self.now)]
        self.absent = [each for each in waiting if each.is_absent(self.now) and self._is_kept(each)]
        if self.trying and (self.trying not in self.held or self.trying.is_absent(self.now)):
            self.trying = None

    def __iter__(self) -> Iterator[SharedClaim]:
        yield from (*self.held, *self.line, *self.absent)

    def new(self, of: str, owner: str) -> SharedClaim:
        """A claim that is later than all others."""
        claim = SharedClaim(self.next_number, of, owner, self.now + CLAIMED_S)
        self.next_number += 1
        return claim

    def take_over(self, claim: SharedClaim, owner: str) -> None:
        """From now on it is this one's; what waited waits where it stood."""
        claim.owner, claim.until = owner, self.now + CLAIMED_S
        if claim in self.absent:
            self.absent.remove(claim)
            self.enter(claim, self.now, is_taken_up=True)

    def leave_behind(self, claim: SharedClaim) -> None:
        """It is nobody's: for whoever goes on with its broadcast."""
        claim.owner, claim.until = "", self.now + CLAIMED_S
        if claim in self.line:
            self.line.remove(claim)
            self.absent.append(claim)

    def drop(self, claim: SharedClaim) -> None:
        """It is needed no more, wherever it stands."""
        if claim in self.absent:
            self.absent.remove(claim)
        self.give_up(claim, self.now)

    def _is_kept(self, claim: SharedClaim) -> bool:
        return self.now < claim.until + KEPT_S


class SlotBook(Protocol):
    """Where they are kept."""

    async def change(self, account: str, change: Callable[[SharedClaims], Answer]) -> Answer:
        """Has an account's claims changed by one alone at a time, and the others told if they were.

        `change` may be called in another thread, and again, if what it did could not be stored. Raises what
        the database raises, and then nothing was changed, or all was.
        """
        ...

    async def renew(self) -> None:
        """All claims of this process are its own for another while. Raises what the database raises."""
