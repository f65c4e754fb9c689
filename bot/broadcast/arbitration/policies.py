"""The ways to decide: queue, vote, draw, host."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.broadcast.arbitration.duplicates import merged_choices
from bot.broadcast.arbitration.line import Line
from bot.broadcast.arbitration.policy import Candidate, Choice, Mode, Policy, Standing
from bot.broadcast.model import Suggestion


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """What the policies can be told. `vote_window` is how long a ballot is open."""

    vote_window: timedelta = timedelta(seconds=20)
    seed: int | None = None


def make_policy(mode: Mode, settings: PolicySettings) -> Policy:
    """A fresh policy of a mode."""
    match mode:
        case Mode.QUEUE:
            return QueuePolicy()
        case Mode.VOTE:
            return VotePolicy(settings.vote_window)
        case Mode.DRAW:
            return DrawPolicy(random.Random(settings.seed))  # noqa: S311 - a lottery among friends
        case Mode.HOST:
            return HostPolicy()


class QueuePolicy:
    """First come, first served, by turns: of k people who wait, each is served once in any k rounds.

    Whoever was served goes to the back, behind everyone who waits by then.
    """

    mode = Mode.QUEUE

    def __init__(self) -> None:
        self._turns: list[int] = []

    def choose(self, line: Line, now: datetime) -> Choice | None:
        """The oldest suggestion of the person whose turn it is."""
        if not len(line):
            self._turns = []
            return None
        turns = self._take_turns(line)
        viewer = turns[0]
        theirs = [suggestion for suggestion in line if suggestion.viewer.id == viewer]
        # Whoever has nothing else waiting leaves, and comes back as a newcomer, behind those who wait.
        self._turns = [*turns[1:], viewer] if len(theirs) > 1 else turns[1:]
        return Choice(theirs[0])

    def next_due(self, line: Line) -> datetime | None:
        """It never waits."""
        return None

    def standing(self, line: Line) -> Standing:
        """All that wait, in the order in which they will be served if nobody else comes."""
        by_viewer: dict[int, list[Suggestion]] = {viewer: [] for viewer in self._take_turns(line)}
        for suggestion in line:
            by_viewer[suggestion.viewer.id].append(suggestion)
        return Standing(tuple(Candidate(Choice(s), len(line.voters(s.id))) for s in _by_rounds(by_viewer)))

    def _take_turns(self, line: Line) -> list[int]:
        """Who is next, in order: those of before who still wait, then the newcomers as they came."""
        waiting = dict.fromkeys(suggestion.viewer.id for suggestion in line)
        known = [viewer for viewer in self._turns if viewer in waiting]
        return list(dict.fromkeys([*known, *waiting]))


class VotePolicy:
    """A ballot is open for a while, then what most people are for is sent; of equals, the earliest.

    Near-duplicates are one candidate. Who loses stays for the next ballot, with its votes.
    """

    mode = Mode.VOTE

    def __init__(self, window: timedelta) -> None:
        self._window = window
        self._closes_at: datetime | None = None

    def choose(self, line: Line, now: datetime) -> Choice | None:
        """The winner, once the ballot closes. A ballot opens with its first candidate."""
        if not len(line):
            self._closes_at = None
        elif self._closes_at is None:
            self._closes_at = now + self._window
        elif now >= self._closes_at:
            self._closes_at = None
            return self._ranked(line)[0].choice
        return None

    def next_due(self, line: Line) -> datetime | None:
        """When the ballot closes."""
        return self._closes_at

    def standing(self, line: Line) -> Standing:
        """The candidates, most votes first."""
        return Standing(tuple(self._ranked(line)), self._closes_at)

    def _ranked(self, line: Line) -> list[Candidate]:
        candidates = [Candidate(choice, len(_voters(line, choice))) for choice in merged_choices(tuple(line))]
        return sorted(candidates, key=lambda candidate: -candidate.votes)  # stable: of equals, the earliest


class DrawPolicy:
    """A draw: a suggestion's chance is proportional to the number of people for it, its author included."""

    mode = Mode.DRAW

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def choose(self, line: Line, now: datetime) -> Choice | None:
        """The one that is drawn."""
        waiting = list(line)
        if not waiting:
            return None
        return Choice(self._chance.choices(waiting, [_weight(line, suggestion) for suggestion in waiting])[0])

    def next_due(self, line: Line) -> datetime | None:
        """It never waits."""
        return None

    def standing(self, line: Line) -> Standing:
        """All that wait, the best chance first."""
        candidates = [Candidate(Choice(s), _weight(line, s)) for s in line]
        return Standing(tuple(sorted(candidates, key=lambda candidate: -candidate.votes)))


class HostPolicy:
    """Only what a moderator approved is sent, in the order of approval."""

    mode = Mode.HOST

    def choose(self, line: Line, now: datetime) -> Choice | None:
        """What was approved first."""
        approved = line.approved()
        return Choice(approved[0]) if approved else None

    def next_due(self, line: Line) -> datetime | None:
        """It waits for moderators only."""
        return None

    def standing(self, line: Line) -> Standing:
        """What is approved, then what waits for approval."""
        approved = line.approved()
        pending = [suggestion for suggestion in line if suggestion not in approved]
        return Standing(tuple(Candidate(Choice(s), len(line.voters(s.id))) for s in [*approved, *pending]))


def _weight(line: Line, suggestion: Suggestion) -> int:
    return len(line.voters(suggestion.id) | {suggestion.viewer.id})


def _voters(line: Line, choice: Choice) -> frozenset[int]:
    parts = (choice.suggestion, *choice.merged)
    return frozenset().union(*(line.voters(part.id) for part in parts))


def _by_rounds(by_viewer: dict[int, list[Suggestion]]) -> Iterator[Suggestion]:
    """The first of each, then the second of each, and so on."""
    for place in range(max(map(len, by_viewer.values()), default=0)):
        yield from (waiting[place] for waiting in by_viewer.values() if place < len(waiting))
