"""What becomes of somebody's votes."""

from __future__ import annotations

from bot.broadcast.model import Suggestion, Viewer
from bot.broadcast.show.session import BroadcastSession
from cogs.wording import suggestions as words


class VoteFate:
    """Follows one person's votes, for a suggestion and on the mode, from where they were last told of them.

    `word` is what is to be told besides what their votes are for now: by and by, what became of them.
    """

    def __init__(self, session: BroadcastSession, viewer: Viewer, word: str | None) -> None:
        self.word = word
        self._session = session
        self._floor = session.floor
        self._viewer = viewer
        self._vote = self._floor.vote_of(viewer)
        self._chosen = self._floor.outlet.chosen
        motion = self._floor.motion
        self._motion = motion if motion and motion.vote_of(viewer) is not None else None
        self._stood = self._stands

    def has_changed(self) -> bool:
        """Looks how they stand, after each change of the broadcast; whether there is something to tell."""
        before, self._stood = self._stood, self._stands
        if self._stood == before:
            return False
        told = [self._of_vote(self._vote) if self._vote else None, self._of_motion()]
        self.word = "\n".join(filter(None, told)) or self.word
        self._vote, self._chosen = self._floor.vote_of(self._viewer), self._floor.outlet.chosen
        return True

    @property
    def _stands(self) -> tuple[object, ...]:
        floor, motion = self._floor, self._motion
        vote = floor.vote_of(self._viewer)
        decided = motion and (motion.is_carried, motion.is_dropped)
        return vote and vote.id, floor.outlet.chosen, floor.mode, self._session.is_closing, decided

    def _of_vote(self, vote: Suggestion) -> str | None:
        """None while it is for what it was for, and that has neither won nor lost."""
        chosen, now = self._floor.outlet.chosen, self._floor.vote_of(self._viewer)
        if chosen and chosen is not self._chosen:
            if any(each.id == vote.id for each in chosen.suggestions):
                return words.vote_won(vote.prompt, chosen)
            for lost in chosen.lost:
                if any(each.id == vote.id for each in lost.choice.suggestions):
                    return words.vote_lost(vote.prompt, lost.votes, chosen)
        if now and now.id == vote.id:
            return None
        return words.vote_undecided(vote.prompt) if self._session.is_closing else words.VOTE_GONE

    def _of_motion(self) -> str | None:
        motion = self._motion
        if motion is None or not (motion.is_dropped or motion.is_carried is not None):
            return None
        self._motion = None
        if motion.is_carried is None:
            return words.VOTE_ON_MODE_OFF
        votes = motion.votes_for, motion.votes_against
        return words.vote_on_mode_closed(motion.mode, *votes, is_carried=motion.is_carried)
