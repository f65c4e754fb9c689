"""How one floor stands, written down as it changes: whoever goes on after a crash finds it so."""

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.clock import Clock
from bot.broadcast.interrupted import MotionLeft
from bot.broadcast.model import Viewer
from bot.broadcast.ports import Journal


class Notes:
    """Nobody waits for them. Once the floor `is_shut`, what opens and closes stays in the books as it was."""

    def __init__(self, broadcast_id: str, journal: Journal, clock: Clock) -> None:
        self.is_shut = False
        self._broadcast_id = broadcast_id
        self._journal = journal
        self._clock = clock

    def ruled(self, mode: Mode, *, is_paused: bool) -> None:
        self._journal.note_floor(self._broadcast_id, mode, is_paused=is_paused)

    def vote(self, viewer_id: int, suggestion_id: str | None) -> None:
        self._journal.note_vote(self._broadcast_id, viewer_id, suggestion_id)

    def place(self, suggestion_id: str, place: int | None) -> None:
        self._journal.note_place(self._broadcast_id, suggestion_id, place)

    def approval(self, suggestion_id: str, *, is_approved: bool) -> None:
        at = self._clock.now() if is_approved else None
        self._journal.note_approval(self._broadcast_id, suggestion_id, at)

    def ballot(self, closes_at: float | None) -> None:
        """It closes at that steady moment; None if none is open."""
        if not self.is_shut:
            date = None if closes_at is None else self._clock.date_of(closes_at)
            self._journal.note_ballot(self._broadcast_id, date)

    def motion(self, left: MotionLeft | None) -> None:
        """It is put to the vote, with its first vote; None if none is."""
        if not self.is_shut:
            self._journal.note_motion(self._broadcast_id, left)

    def vote_on_mode(self, viewer: Viewer, is_for: bool | None) -> None:
        """None if they took it back."""
        self._journal.note_vote_on_mode(self._broadcast_id, viewer.id, is_for)
