"""The interface of the ways to decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from bot.broadcast.arbitration.line import Line
from bot.broadcast.model import Suggestion


class Mode(StrEnum):
    """A way to decide which suggestion is next."""

    QUEUE = "queue"
    VOTE = "vote"
    DRAW = "draw"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """What the policies can be told.

    `vote_window` is how long a ballot is open, `ballot_share` how much of one author it has at most.
    """

    vote_window: timedelta = timedelta(seconds=20)
    ballot_share: int = 1
    seed: int | None = None


class Choice(NamedTuple):
    """What is sent next: a suggestion, and those of others that ask for the same and share its outcome."""

    suggestion: Suggestion
    merged: tuple[Suggestion, ...] = ()

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """All of them, the one that is sent first."""
        return (self.suggestion, *self.merged)


class Candidate(NamedTuple):
    """A choice as it stands now, with the number of people for it, and its place among those to choose from.

    The places are in the order in which the candidates came: votes, and whose words are sent, change none.
    """

    choice: Choice
    votes: int
    place: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What is to be seen: the candidates, the likeliest next one first.

    `closes_at` is the steady moment in which the ballot closes; `waiting` says how many more candidates wait
    for a place on it.
    """

    candidates: tuple[Candidate, ...]
    closes_at: float | None = None
    waiting: int = 0


class Policy(Protocol):
    """A way to decide. Pure: its answers follow from the line, the time, and what it was asked before."""

    @property
    def mode(self) -> Mode:
        """Which one it is."""
        ...

    def adopt(self, settings: PolicySettings) -> None:
        """Goes by other settings from now on; what has begun is finished by those before."""
        ...

    def choose(self, line: Line, now: float) -> Choice | None:
        """What is sent now, if anything. The caller takes it out of the line."""
        ...

    def next_due(self, line: Line) -> float | None:
        """When it may choose without the line changing; None if only a change can bring something."""
        ...

    def standing(self, line: Line) -> Standing:
        """How the candidates stand."""
        ...
