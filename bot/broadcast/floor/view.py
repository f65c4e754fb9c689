"""What is shown of a floor."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.broadcast.arbitration.ballot import PLACES
from bot.broadcast.arbitration.policy import Choice, Mode, Standing
from bot.broadcast.floor.motion import Motion
from bot.broadcast.model import Suggestion, Viewer

CANDIDATES_SHOWN = PLACES


class ShownCandidate(NamedTuple):
    """A candidate, and what it is called.

    `suggestion` has the words that would be sent; `ids` has all that are one candidate. `votes` is None where
    votes do not count.
    """

    number: int
    suggestion: Suggestion
    ids: tuple[str, ...]
    votes: int | None = None


class ShownMotion(NamedTuple):
    """The vote on the mode that is open."""

    mode: Mode
    by: Viewer
    votes_for: int
    votes_against: int
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class FloorView:
    """How a floor stands; by default an empty one. Dates are the wall's.

    `waiting` is how many wait in line, `left_in_line` how many still did when it was shut. `closes_at` is of
    the ballot that is open, for a place on which more wait; `winner` won the one before, while nothing else
    was applied since. Where moderators decide, `to_review` is what they have not approved: nobody else sees
    its words.
    """

    mode: Mode = Mode.QUEUE
    is_paused: bool = False
    waiting: int = 0
    left_in_line: int = 0
    candidates: tuple[ShownCandidate, ...] = ()
    closes_at: datetime | None = None
    waiting_for_a_place: int = 0
    winner: Choice | None = None
    to_review: tuple[Suggestion, ...] = ()
    motion: ShownMotion | None = None


def shown_candidates(mode: Mode, standing: Standing) -> tuple[ShownCandidate, ...]:
    """The likeliest ones, with their numbers. Where people vote, they stand in the order in which they came.

    By votes, a number would change its meaning under somebody's finger. On a ballot, it does not either when
    another candidate leaves.
    """
    shown = standing.candidates[:CANDIDATES_SHOWN]
    if mode.takes_votes:
        shown = tuple(sorted(shown, key=lambda candidate: candidate.place))
    return tuple(
        ShownCandidate(
            candidate.place if mode is Mode.VOTE else number,
            candidate.choice.suggestion,
            tuple(each.id for each in candidate.choice.suggestions),
            candidate.votes if mode.takes_votes else None,
        )
        for number, candidate in enumerate(shown, start=1)
    )


def shown_motion(motion: Motion, date_of: Callable[[float], datetime]) -> ShownMotion:
    return ShownMotion(
        motion.mode, motion.by, motion.votes_for, motion.votes_against, date_of(motion.closes_at)
    )
