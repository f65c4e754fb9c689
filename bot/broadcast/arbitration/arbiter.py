"""The arbiter of one broadcast: line, policy and pace together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.broadcast.arbitration.line import Line, LineLeft, LineLimits
from bot.broadcast.arbitration.pace import Pace
from bot.broadcast.arbitration.policies import make_policy
from bot.broadcast.arbitration.policy import Choice, Mode, Policy, PolicySettings, Prospect, Standing
from bot.broadcast.arbitration.votes import Note
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import Suggestion, Viewer


@dataclass(frozen=True, slots=True)
class ArbitrationSettings:
    """How a broadcast decides. `gap` is the least time between two interactions."""

    mode: Mode
    gap: timedelta
    limits: LineLimits
    policy: PolicySettings


class Arbiter:
    """Says which suggestion is sent next, and when. Pure: the steady time is told to it."""

    def __init__(
        self,
        settings: ArbitrationSettings,
        tell: Callable[[str], None] = lambda _: None,
        note_vote: Note = lambda *_: None,
        note_close: Callable[[float | None], None] = lambda _: None,
    ) -> None:
        """`tell` gets the ID of each suggestion whose prospect is another one now, but for a mere number.

        `note_vote` hears of each vote, `note_close` of the steady moment in which a ballot closes; None if
        none is open any more.
        """
        self.line = Line(settings.limits, note_vote)
        self._tell = tell
        self._note_close = note_close
        self._policy_settings = settings.policy
        self._pace = Pace(settings.gap)
        self._policy = self._make_policy(settings.mode)

    @property
    def mode(self) -> Mode:
        return self._policy.mode

    def switch(self, mode: Mode) -> None:
        """Decides in another way from now on. The line stays as it is, turns and votes included."""
        if mode is not self.mode:
            if self.closes_at is not None:
                self._note_close(None)
            self._policy = self._make_policy(mode)
            for suggestion in self.line:
                self._tell(suggestion.id)

    def restore(self, left: LineLeft) -> None:
        """The line stands as it was left."""
        self.line.restore(left)
        self._policy = self._make_policy(self.mode, left)

    def adopt(self, settings: ArbitrationSettings) -> None:
        """Goes by other settings from now on. The mode stays: see `switch`; so does all that waits."""
        self.line.limits = settings.limits
        self._pace.gap = settings.gap
        self._policy_settings = settings.policy
        self._policy.adopt(settings.policy)

    def place_of(self, suggestion_id: str) -> int | None:
        """The place on the ballot that a suggestion has."""
        return self._policy.place_of(suggestion_id)

    @property
    def closes_at(self) -> float | None:
        """The steady moment in which the ballot closes; None while none is open."""
        return self._policy.closes_at

    def standing(self) -> Standing:
        return self._policy.standing()

    def prospect(self, suggestion: Suggestion) -> Prospect:
        return self._policy.prospect(suggestion)

    def vote(self, viewer: Viewer, suggestion_id: str) -> None:
        """Moves a viewer's one vote. Raises NOT_IN_LINE, NOT_ON_BALLOT or VOTES_DO_NOT_COUNT."""
        suggestion = self.line.get(suggestion_id)
        if suggestion is None:
            raise BroadcastError(Code.NOT_IN_LINE)
        self._policy.check_vote(suggestion)
        self.line.vote(viewer, suggestion_id)

    def approve(self, suggestion_id: str) -> bool:
        """A moderator lets a suggestion pass; False if it does not wait any more."""
        is_approved = self.line.approve(suggestion_id)
        if is_approved:
            self._tell(suggestion_id)
        return is_approved

    def remove_stale(self, now: float) -> list[Suggestion]:
        """Takes out what has waited for too long; but nobody's who stands on a ballot that is open."""
        return self.line.remove_stale(now, but=self._policy.kept)

    def takes_what_comes(self, now: float) -> bool:
        """Whether a suggestion that comes now is what is sent next, at once."""
        is_alone = self._policy.takes_the_only_one and self.line.is_empty
        return is_alone and self._pace.not_before(now) is None

    def take_next(self, now: float) -> Choice | None:
        """Takes out what is sent now, if anything."""
        if self._pace.not_before(now) is not None:
            return None
        choice = self._policy.choose(now)
        if choice:
            self.line.take(choice.suggestions)
        return choice

    def next_due(self, now: float) -> float | None:
        """When to ask again after `now`, unless something changes; None if only a change can bring more."""
        if not len(self.line):
            return None
        pauses = (self._pace.not_before(now), self.closes_at)
        paused_until = max((pause for pause in pauses if pause is not None), default=None)
        due = (paused_until, self.line.next_stale_at(but=self._policy.kept))
        return min((moment for moment in due if moment is not None and moment > now), default=None)

    def settled(self, sent_at: float, now: float) -> None:
        """What was sent is acknowledged or refused: from now on the gap counts."""
        self._pace.settled(sent_at, now)

    def _make_policy(self, mode: Mode, left: LineLeft | None = None) -> Policy:
        policy = make_policy(mode, self.line, self._policy_settings, self._tell, self._note_close, left)
        self.line.watcher = policy.watcher
        return policy
