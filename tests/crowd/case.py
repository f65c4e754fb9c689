"""One thing that one person was told, beside what was so at that time."""

from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.crowd.people import Person, Said
from tests.crowd.seen import Version
from tests.crowd.truth import Fate, Moment, Truth

BEFORE_S, AFTER_S = 5.0, 1.0
"""What is told was so at some moment around: it takes a while until it is composed, sent and shown."""
FOLLOWS_S = 4.0
"""What is told to be so until further notice is put right within this time."""


@dataclass(frozen=True)
class Case:
    """One thing that one person was told: `version` of a message, about `said` and its row, if about any."""

    truth: Truth
    person: Person
    version: Version
    said: Said | None
    fate: Fate | None

    def ever(self, holds: Callable[[Moment], bool]) -> bool:
        """Whether it was so at some moment around the one in which it was told.

        Nothing is known of what came and went between two looks.
        """
        if self.fate and self.fate.id not in self.truth.suggestions:
            return True
        at = self.version.at
        return any(holds(moment) for moment in self._between(at - BEFORE_S, at + AFTER_S))

    def stays(self, holds: Callable[[Moment], bool]) -> bool:
        """Whether it was so, and was put right soon when it was so no more."""
        until = self.version.until or self.truth.moments[-1].at
        wrong_since = self.version.at
        for moment in self._between(self.version.at, until):
            if holds(moment):
                wrong_since = moment.at
            elif moment.at - wrong_since > FOLLOWS_S:
                return False
        return self.ever(holds)

    def _between(self, begin: float, end: float) -> Iterable[Moment]:
        """The moments in that time, and the last one before it: that held until then."""
        moments = self.truth.moments
        first = max(0, bisect_left(moments, begin, key=lambda moment: moment.at) - 1)
        for moment in moments[first:]:
            if moment.at > end:
                return
            yield moment

    def is_on_ballot(self, moment: Moment) -> bool:
        """Whether there was a button for what it is about."""
        return any(self.own_id in one for one in moment.ballot.values())

    @property
    def own_id(self) -> str:
        """The suggestion that it is about."""
        return self.fate.id if self.fate else (self.said.suggestion_id or "" if self.said else "")
