"""A vote of the viewers on the way to decide itself."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.clock import Clock
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.floor.notes import Notes
from bot.broadcast.interrupted import MotionLeft
from bot.broadcast.model import Viewer

WINDOW_S = 30.0
QUORUM = 2
"""Votes for it at least: nobody changes the mode alone."""


@dataclass(slots=True)
class Motion:
    """Somebody asks for another mode. Everyone has one vote, which they may change until it closes.

    `closes_at` is a steady moment.
    """

    mode: Mode
    by: Viewer
    closes_at: float
    is_carried: bool | None = None
    """What was decided; None while it takes votes, and of one that was dropped."""
    is_dropped: bool = False
    _is_for: dict[int, bool] = field(default_factory=dict)

    def vote(self, viewer: Viewer, *, is_for: bool) -> None:
        """Takes a viewer's vote, in place of their earlier one."""
        self._is_for[viewer.id] = is_for

    def withdraw(self, viewer: Viewer) -> None:
        self._is_for.pop(viewer.id, None)

    def vote_of(self, viewer: Viewer) -> bool | None:
        """Whether a viewer is for it; None if they have not voted."""
        return self._is_for.get(viewer.id)

    @property
    def voters(self) -> frozenset[int]:
        return frozenset(self._is_for)

    @property
    def votes_for(self) -> int:
        return sum(self._is_for.values())

    @property
    def votes_against(self) -> int:
        return len(self._is_for) - self.votes_for


class Motions:
    """The motions of one broadcast, one at a time. What is carried is done by `switch`."""

    def __init__(self, clock: Clock, switch: Callable[[Mode], None], notes: Notes) -> None:
        self._clock = clock
        self._switch = switch
        self._notes = notes
        self._last: Motion | None = None

    @property
    def open(self) -> Motion | None:
        """The one that takes votes now."""
        return self._last if self._last and self._clock.steady() < self._last.closes_at else None

    @property
    def closes_at(self) -> float | None:
        """The steady moment from which on one can be closed; None if there is none."""
        return self._last.closes_at if self._last else None

    def call(self, mode: Mode, viewer: Viewer) -> None:
        """Puts a mode to the vote; who asks is for it. Raises VOTE_IS_RUNNING."""
        if self.open:
            raise BroadcastError(Code.VOTE_IS_RUNNING)
        self.close_due()  # one that nobody has closed yet, since nothing is forwarded
        closes_at = self._clock.steady() + WINDOW_S
        left = MotionLeft(mode, viewer, self._clock.date_of(closes_at), {viewer.id: True})
        self.restore(left, closes_at)
        self._notes.motion(left)

    def restore(self, left: MotionLeft, closes_at: float) -> None:
        """One is open as it was left, until that steady moment."""
        self._last = Motion(left.mode, left.by, closes_at, _is_for=dict(left.votes))

    def vote(self, viewer: Viewer, *, is_for: bool) -> None:
        """Takes a vote. Raises NO_VOTE_RUNNING."""
        if (motion := self.open) is None:
            raise BroadcastError(Code.NO_VOTE_RUNNING)
        motion.vote(viewer, is_for=is_for)
        self._notes.vote_on_mode(viewer, is_for)

    def withdraw(self, viewer: Viewer) -> None:
        """Takes a vote back, if it was given. Raises NO_VOTE_RUNNING."""
        if (motion := self.open) is None:
            raise BroadcastError(Code.NO_VOTE_RUNNING)
        if motion.vote_of(viewer) is not None:
            motion.withdraw(viewer)
            self._notes.vote_on_mode(viewer, None)

    def close_due(self) -> bool:
        """Closes the one whose time is over, and does what it carried. False if there is none."""
        motion = self._last
        if motion is None or self._clock.steady() < motion.closes_at:
            return False
        self._last = None
        self._notes.motion(None)
        motion.is_carried = motion.votes_for >= QUORUM and motion.votes_for > motion.votes_against
        if motion.is_carried:
            self._switch(motion.mode)
        return True

    def forget(self, person_id: int, nobody: Viewer) -> None:
        """Has nobody in the place of somebody who called one."""
        if self._last and self._last.by.id == person_id:
            self._last.by = nobody

    def drop(self) -> None:
        """It is off: nothing comes of it."""
        if self._last:
            self._last.is_dropped = True
            self._last = None
            self._notes.motion(None)
