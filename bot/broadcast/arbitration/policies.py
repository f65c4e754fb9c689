"""The ways to decide: queue, vote, draw, host."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

from bot.broadcast.arbitration.line import Line
from bot.broadcast.arbitration.policy import Candidate, Choice, Mode, Policy, PolicySettings, Standing
from bot.broadcast.model import Suggestion


def make_policy(mode: Mode, settings: PolicySettings) -> Policy:
    """A fresh policy of a mode."""
    match mode:
        case Mode.QUEUE:
            return QueuePolicy()
        case Mode.VOTE:
            return VotePolicy(settings)
        case Mode.DRAW:
            return DrawPolicy(random.Random(settings.seed))  # noqa: S311 - a lottery among friends
        case Mode.HOST:
            return HostPolicy()


class TimelessPolicy:
    """A way to decide for which time does not matter, and which has no settings."""

    def adopt(self, settings: PolicySettings) -> None:
        """It has none."""

    def next_due(self, line: Line) -> float | None:
        """It never waits for a time."""
        return None


class QueuePolicy(TimelessPolicy):
    """First come, first served, by turns: of k people who wait, each is served once in any k rounds."""

    mode = Mode.QUEUE

    def choose(self, line: Line, now: float) -> Choice | None:
        """The oldest suggestion of the person whose turn it is."""
        first = line.first_by_turns()
        return Choice(first) if first else None

    def standing(self, line: Line) -> Standing:
        """All that wait, in the order in which they will be served if nobody else comes."""
        return Standing(_candidates(line, line.by_turns()))


class VotePolicy:
    """A ballot is open for a while, then what most people are for is sent; of equals, the earliest.

    Near-duplicates are one candidate; of their words those are sent that most are for. Who loses stays for
    the next ballot, with its votes. A ballot whose candidates are all gone is over: those who come then get
    one of their own.
    """

    mode = Mode.VOTE

    def __init__(self, settings: PolicySettings) -> None:
        self._window = settings.vote_window
        self._closes_at: float | None = None
        self._opened_in = 0  # the line's `times_emptied`, then

    def adopt(self, settings: PolicySettings) -> None:
        """The next ballot is open for as long as these say; one that is open keeps its end."""
        self._window = settings.vote_window

    def choose(self, line: Line, now: float) -> Choice | None:
        """The winner, once the ballot closes. A ballot opens with its first candidate."""
        closes_at = self.next_due(line)
        if closes_at is None and len(line):
            self._closes_at, self._opened_in = now + self._window.total_seconds(), line.times_emptied
        elif closes_at is not None and now >= closes_at:
            self._closes_at = None
            return self._ranked(line)[0].choice
        return None

    def next_due(self, line: Line) -> float | None:
        """When the ballot closes."""
        return self._closes_at if self._opened_in == line.times_emptied else None

    def standing(self, line: Line) -> Standing:
        """The candidates, most votes first."""
        return Standing(tuple(self._ranked(line)), self.next_due(line))

    def _ranked(self, line: Line) -> list[Candidate]:
        # Everyone has one vote, so nobody is counted twice.
        return _ranked(line, lambda group: sum(map(line.votes_for, group)))


class DrawPolicy(TimelessPolicy):
    """A draw: a candidate's chance is proportional to the number of people for it, its authors included.

    Near-duplicates are one candidate.
    """

    mode = Mode.DRAW

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def choose(self, line: Line, now: float) -> Choice | None:
        """The one that is drawn."""
        waiting = list(line)
        if len(waiting) < 2:
            return next(map(Choice, waiting), None)
        weights = [line.people_for([suggestion]) for suggestion in waiting]
        while True:
            group = line.group_of(self._chance.choices(waiting, weights)[0])
            # Who is for several of a group was counted for each: so it is drawn too often, and put back.
            counted = sum(line.people_for([suggestion]) for suggestion in group)
            if len(group) == 1 or self._chance.random() * counted < line.people_for(group):
                return Choice(group[0], tuple(group[1:]))

    def standing(self, line: Line) -> Standing:
        """The candidates, the best chance first."""
        return Standing(tuple(_ranked(line, line.people_for)))


class HostPolicy(TimelessPolicy):
    """Only what a moderator approved is sent, in the order of approval."""

    mode = Mode.HOST

    def choose(self, line: Line, now: float) -> Choice | None:
        """What was approved first."""
        first = next(line.approved(), None)
        return Choice(first) if first else None

    def standing(self, line: Line) -> Standing:
        """What is approved: nobody sees anything else before a moderator did."""
        return Standing(_candidates(line, line.approved()))


def _candidates(line: Line, suggestions: Iterable[Suggestion]) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(Choice(waiting), line.votes_for(waiting), place)
        for place, waiting in enumerate(suggestions, start=1)
    )


def _ranked(line: Line, votes_for: Callable[[list[Suggestion]], int]) -> list[Candidate]:
    """What asks for the same is one candidate; those with the most votes first, of equals the earliest."""
    candidates = [
        Candidate(Choice(group[0], tuple(group[1:])), votes_for(group), place)
        for place, group in enumerate(line.merged(), start=1)
    ]
    return sorted(candidates, key=lambda candidate: -candidate.votes)
