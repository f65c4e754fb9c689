"""The arbiter of one broadcast: line, policy and pace together."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from bot.broadcast.arbitration.line import Line, LineLimits
from bot.broadcast.arbitration.pace import Pace
from bot.broadcast.arbitration.policies import make_policy
from bot.broadcast.arbitration.policy import Choice, Mode, PolicySettings, Standing


@dataclass(frozen=True, slots=True)
class ArbitrationSettings:
    """How a broadcast decides. `gap` is the least time between two interactions."""

    mode: Mode = Mode.QUEUE
    gap: timedelta = timedelta(seconds=3)
    limits: LineLimits = field(default_factory=LineLimits)
    policy: PolicySettings = field(default_factory=PolicySettings)


class Arbiter:
    """Says which suggestion is sent next, and when. Pure: the steady time is told to it."""

    def __init__(self, settings: ArbitrationSettings) -> None:
        self.line = Line(settings.limits)
        self._policy_settings = settings.policy
        self._policy = make_policy(settings.mode, settings.policy)
        self._pace = Pace(settings.gap)

    @property
    def mode(self) -> Mode:
        """How it decides now."""
        return self._policy.mode

    def switch(self, mode: Mode) -> None:
        """Decides in another way from now on. The line stays as it is, turns and votes included."""
        if mode is not self.mode:
            self._policy = make_policy(mode, self._policy_settings)

    def adopt(self, settings: ArbitrationSettings) -> None:
        """Goes by other settings from now on. The mode stays: see `switch`; so does all that waits."""
        self.line.limits = settings.limits
        self._pace.gap = settings.gap
        self._policy_settings = settings.policy
        self._policy.adopt(settings.policy)

    def standing(self) -> Standing:
        """How the candidates stand."""
        return self._policy.standing(self.line)

    def take_next(self, now: float) -> Choice | None:
        """Takes out what is sent now, if anything."""
        if self._pace.not_before(now) is not None:
            return None
        choice = self._policy.choose(self.line, now)
        if choice:
            for suggestion in choice.suggestions:
                self.line.take(suggestion.id)
        return choice

    def next_due(self, now: float) -> float | None:
        """When to ask again, unless the line changes before; None if only a change can bring something."""
        if not len(self.line):
            return None
        pauses = (self._pace.not_before(now), self._policy.next_due(self.line))
        paused_until = max((pause for pause in pauses if pause is not None), default=None)
        due = (paused_until, self.line.next_stale_at())
        return min((moment for moment in due if moment is not None), default=None)

    def settled(self, sent_at: float, now: float) -> None:
        """What was sent is acknowledged or refused: from now on the gap counts."""
        self._pace.settled(sent_at, now)
