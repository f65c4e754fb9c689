"""The interface of the ways to decide."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

from bot.broadcast.arbitration.line import Watcher
from bot.broadcast.model import Suggestion


class Mode(StrEnum):
    """A way to decide which suggestion is next."""

    QUEUE = "queue"
    VOTE = "vote"
    DRAW = "draw"
    HOST = "host"

    @property
    def takes_votes(self) -> bool:
        """Whether votes count; then near-duplicates are one candidate."""
        return self in (Mode.VOTE, Mode.DRAW)


@dataclass(frozen=True, slots=True)
class PolicySettings:
    """What the policies can be told.

    `vote_window` is how long a ballot is open, `ballot_share` how much of one author it has at most.
    """

    vote_window: timedelta
    ballot_share: int
    seed: int | None


class Choice(NamedTuple):
    """What is sent next: a suggestion, and those of others that ask for the same and share its outcome.

    One that won a ballot did so with `votes` of `all_votes`, and the others on it `lost`. With one that
    `begins_anew`, all that the world was before is over.
    """

    suggestion: Suggestion
    merged: tuple[Suggestion, ...] = ()
    votes: int = 0
    all_votes: int = 0
    lost: tuple[Candidate, ...] = ()
    begins_anew: bool = False

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """All of them, the one that is sent first."""
        return (self.suggestion, *self.merged)


class Candidate(NamedTuple):
    """A choice as it stands now, with the number of people for it, and its place among those to choose from.

    On a ballot, a candidate keeps its place, whoever comes and goes. Else the places are in the order in
    which the candidates came. Votes, and whose words are sent, change none.
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


class Prospect(NamedTuple):
    """How a suggestion that waits stands now.

    `is_up`: it is among those that can be chosen: on the ballot, in the draw, or approved. `before` is how
    many come before it: in line by turns, or for a place on the ballot. `is_shared`: it is one candidate with
    others that say the same. `waits_for_own`: it gets no place while others of its author have theirs.
    """

    mode: Mode
    is_up: bool = True
    before: int = 0
    is_shared: bool = False
    waits_for_own: bool = False


class Policy(Protocol):
    """A way to decide, for one line.

    Pure: its answers follow from the line, the time, and what it was told and asked before.
    """

    @property
    def mode(self) -> Mode: ...

    @property
    def takes_the_only_one(self) -> bool:
        """Whether it chooses what waits alone, as soon as that waits."""

    @property
    def watcher(self) -> Watcher | None:
        """Who has to be told every change of the line; None where nobody has."""

    def adopt(self, settings: PolicySettings) -> None:
        """Goes by other settings from now on; what has begun is finished by those before."""

    def choose(self, now: float) -> Choice | None:
        """What is sent now, if anything. The caller takes it out of the line."""

    @property
    def closes_at(self) -> float | None:
        """The steady moment before which it does not choose, that of a ballot's close; None without one."""

    @property
    def kept(self) -> Collection[str]:
        """The IDs of what cannot become stale now."""

    def standing(self) -> Standing: ...

    def prospect(self, suggestion: Suggestion) -> Prospect: ...

    def place_of(self, suggestion_id: str) -> int | None:
        """The number of the place on the ballot that a suggestion has."""

    def check_vote(self, suggestion: Suggestion) -> None:
        """Raises VOTES_DO_NOT_COUNT or NOT_ON_BALLOT where a vote for what waits would be of no use."""
