"""The ways to decide: queue, vote, draw, host."""

import random
from collections.abc import Callable, Collection, Iterable

from bot.broadcast.arbitration.ballot import Ballot
from bot.broadcast.arbitration.line import Line, LineLeft, Watcher
from bot.broadcast.arbitration.policy import (
    Candidate,
    Choice,
    Mode,
    Policy,
    PolicySettings,
    Prospect,
    Standing,
)
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import Suggestion


def make_policy(
    mode: Mode,
    line: Line,
    settings: PolicySettings,
    tell: Callable[[str], None],
    note_close: Callable[[float | None], None],
    left: LineLeft | None = None,
) -> Policy:
    """A fresh policy of a mode for a line; `tell` gets the IDs of those that stand otherwise now.

    `note_close` hears when a ballot that is open closes. One that was `left` goes on.
    """
    match mode:
        case Mode.QUEUE:
            return QueuePolicy(line)
        case Mode.VOTE:
            return VotePolicy(line, settings, tell, note_close, left)
        case Mode.DRAW:
            return DrawPolicy(line, random.Random(settings.seed))  # noqa: S311 - a lottery among friends
        case Mode.HOST:
            return HostPolicy(line)


class MemorylessPolicy:
    """A way to decide that goes by the line as it stands: it has no settings, and waits for no time."""

    takes_the_only_one = True
    watcher: Watcher | None = None
    closes_at: float | None = None
    kept: Collection[str] = ()

    def __init__(self, line: Line) -> None:
        self._line = line

    def adopt(self, settings: PolicySettings) -> None:
        """It has none."""

    def place_of(self, suggestion_id: str) -> int | None:
        """There is no ballot."""
        return None

    def check_vote(self, suggestion: Suggestion) -> None:
        raise BroadcastError(Code.VOTES_DO_NOT_COUNT)


class QueuePolicy(MemorylessPolicy):
    """First come, first served, by turns: of k people who wait, each is served once in any k rounds."""

    mode = Mode.QUEUE

    def choose(self, now: float) -> Choice | None:
        first = next(self._line.by_turns(), None)
        return Choice(first) if first else None

    def standing(self) -> Standing:
        return Standing(_candidates(self._line, self._line.by_turns()))

    def prospect(self, suggestion: Suggestion) -> Prospect:
        return Prospect(self.mode, before=self._line.place_of(suggestion) - 1)


class VotePolicy:
    """A ballot is open for a while, then what most people are for is sent; of equals, the earliest.

    Near-duplicates are one candidate; of their words those are sent that most are for. Who gets a place on
    the ballot, and who keeps it for the next one, says `Ballot`. A ballot whose candidates are all gone is
    over: those who come then get one of their own.
    """

    mode = Mode.VOTE
    takes_the_only_one = False

    def __init__(
        self,
        line: Line,
        settings: PolicySettings,
        tell: Callable[[str], None],
        note_close: Callable[[float | None], None],
        left: LineLeft | None,
    ) -> None:
        self._window = settings.vote_window
        placed = left.places if left else {}
        self.watcher = self._ballot = Ballot(line, settings.ballot_share, tell, note_close, placed)
        if left and left.closes_at is not None and not self._ballot.is_empty:
            self._ballot.open(left.closes_at)

    def adopt(self, settings: PolicySettings) -> None:
        """The next ballot is open for as long as these say; one that is open keeps its end."""
        self._window = settings.vote_window
        self._ballot.share = settings.ballot_share
        self._ballot.fill()

    def choose(self, now: float) -> Choice | None:
        """The winner, once the ballot closes. A ballot opens with its first candidate."""
        ballot = self._ballot
        if ballot.closes_at is None:
            if not ballot.is_empty:
                ballot.open(now + self._window.total_seconds())
        elif now >= ballot.closes_at:
            won, *lost = self._candidates()
            all_votes = won.votes + sum(each.votes for each in lost)
            won_by = _choice(ballot.close())
            return won_by._replace(votes=won.votes, all_votes=all_votes, lost=tuple(lost))
        return None

    @property
    def closes_at(self) -> float | None:
        return self._ballot.closes_at

    @property
    def kept(self) -> Collection[str]:
        """Who stands on a ballot that is open is not dropped before people have decided."""
        return self._ballot.kept

    def standing(self) -> Standing:
        waiting = sum(1 for _ in self._ballot.coming())
        return Standing(self._candidates(), self._ballot.closes_at, waiting)

    def prospect(self, suggestion: Suggestion) -> Prospect:
        ballot = self._ballot
        if ballot.has(suggestion.id):
            return Prospect(self.mode, is_shared=ballot.is_shared(suggestion.id))
        coming = enumerate(ballot.coming())
        before = next(number for number, candidate in coming if suggestion.id in candidate)
        waits_for_own = ballot.has_share(suggestion.viewer.id)
        return Prospect(self.mode, is_up=False, before=before, waits_for_own=waits_for_own)

    def place_of(self, suggestion_id: str) -> int | None:
        return self._ballot.place_of(suggestion_id)

    def check_vote(self, suggestion: Suggestion) -> None:
        if not self._ballot.has(suggestion.id):
            raise BroadcastError(Code.NOT_ON_BALLOT)

    def _candidates(self) -> tuple[Candidate, ...]:
        """Those on the ballot, most votes first."""
        return tuple(
            Candidate(_choice(group), votes, number) for number, group, votes in self._ballot.candidates()
        )


class DrawPolicy(MemorylessPolicy):
    """A draw: a candidate's chance is proportional to the number of people for it, its authors included.

    Near-duplicates are one candidate.
    """

    mode = Mode.DRAW

    def __init__(self, line: Line, chance: random.Random) -> None:
        super().__init__(line)
        self._chance = chance

    def choose(self, now: float) -> Choice | None:
        line, waiting = self._line, list(self._line)
        if len(waiting) < 2:
            return next(map(Choice, waiting), None)
        weights = [line.supporters_of(suggestion) for suggestion in waiting]
        while True:
            drawn = self._chance.choices(waiting, weights)[0]
            group = line.group_of(drawn)
            if len(group) == 1:
                return Choice(drawn)
            # Who is for several of a group was counted for each: so it is drawn too often, and put back.
            counted = sum(map(line.supporters_of, group))
            if self._chance.random() * counted < line.people_for(group):
                return _choice(group)

    def standing(self) -> Standing:
        """The candidates, the best chance first: what asks for the same is one; of equals, the earliest."""
        candidates = [
            Candidate(_choice(group), self._line.people_for(group), place)
            for place, group in enumerate(self._line.merged(), start=1)
        ]
        return Standing(tuple(sorted(candidates, key=lambda candidate: -candidate.votes)))

    def prospect(self, suggestion: Suggestion) -> Prospect:
        return Prospect(self.mode, is_shared=len(self._line.group_of(suggestion)) > 1)

    def check_vote(self, suggestion: Suggestion) -> None:
        """All that waits can be voted for."""


class HostPolicy(MemorylessPolicy):
    """Only what a moderator approved is sent, in the order of approval."""

    mode = Mode.HOST
    takes_the_only_one = False

    def choose(self, now: float) -> Choice | None:
        first = next(self._line.approved(), None)
        return Choice(first) if first else None

    def standing(self) -> Standing:
        """What is approved: nobody sees anything else before a moderator did."""
        return Standing(_candidates(self._line, self._line.approved()))

    def prospect(self, suggestion: Suggestion) -> Prospect:
        return Prospect(self.mode, is_up=self._line.is_approved(suggestion))


def _choice(group: list[Suggestion]) -> Choice:
    return Choice(group[0], tuple(group[1:]))


def _candidates(line: Line, suggestions: Iterable[Suggestion]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(Choice(waiting), line.votes_for(waiting), place)
        for place, waiting in enumerate(suggestions, start=1)
    )
