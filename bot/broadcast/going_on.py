"""What is stored of a broadcast as it changes, so that it can go on after a crash: a part of the journal."""

from collections.abc import Awaitable, Collection
from datetime import datetime
from typing import Protocol

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.interrupted import MotionLeft
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.model import Ending
from bot.broadcast.picture import Picture


class GoingOn(Protocol):
    """As the journal has it, all takes effect in the order of the calls. Nobody waits for what is noted."""

    def save_signs_of_life(self, broadcast_ids: Collection[str], at: datetime) -> Awaitable[None]:
        """Stores that these broadcasts still run."""

    def save_last_moment(self, broadcast_id: str, moment: LastMoment, at: datetime) -> Awaitable[None]:
        """Stores how a broadcast stands, in place of how it stood. Only the newest such moments are kept."""

    def save_handed_in(self, broadcast_id: str, picture: Picture) -> Awaitable[None]:
        """Stores what a broadcast is to begin with: until there is a picture of its own, or it is over."""

    def note_floor(self, broadcast_id: str, mode: Mode, *, is_paused: bool) -> None:
        """Has stored how a floor is ruled."""

    def note_ending(self, broadcast_id: str, ending: Ending) -> None:
        """Has stored that a broadcast is about to end, and why: then it does not go on after a crash."""

    def note_approval(self, broadcast_id: str, suggestion_id: str, at: datetime | None) -> None:
        """Has stored since when a suggestion may pass; None if it may not any more."""

    def note_place(self, broadcast_id: str, suggestion_id: str, place: int | None) -> None:
        """Has stored which place on the ballot a suggestion has; None for none."""

    def note_vote(self, broadcast_id: str, viewer_id: int, suggestion_id: str | None) -> None:
        """Has stored what somebody's one vote is for; None if they took it back. Kept while it runs."""

    def note_ballot(self, broadcast_id: str, closes_at: datetime | None) -> None:
        """Has stored when the ballot that is open closes, by the wall; None if none is."""

    def note_motion(self, broadcast_id: str, motion: MotionLeft | None) -> None:
        """Has stored the vote on the mode that is open; None if none is. Kept while it runs."""

    def note_vote_on_mode(self, broadcast_id: str, viewer_id: int, is_for: bool | None) -> None:
        """Has stored somebody's vote on the mode; None if they took it back."""
