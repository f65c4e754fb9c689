"""How fast interactions follow one another."""

from __future__ import annotations

from datetime import datetime, timedelta

SMOOTHING = 0.3
"""How much the newest acknowledgement counts against those before."""
GAP_PER_ACKNOWLEDGEMENT = 2.0
"""The gap is at least so many times what an acknowledgement takes: a slow world needs more time."""


class Pace:
    """Says when the next interaction may be sent. `gap` may change at any time, and counts at once."""

    def __init__(self, gap: timedelta) -> None:
        self.gap = gap
        self._acknowledgement_s: float | None = None
        self._settled_at: datetime | None = None

    @property
    def effective_gap(self) -> timedelta:
        """The gap, adapted to how long acknowledgements take."""
        if not self.gap or self._acknowledgement_s is None:
            return self.gap
        return max(self.gap, timedelta(seconds=GAP_PER_ACKNOWLEDGEMENT * self._acknowledgement_s))

    def settled(self, sent_at: datetime, now: datetime) -> None:
        """An interaction was acknowledged, or refused."""
        taken_s = (now - sent_at).total_seconds()
        before_s = taken_s if self._acknowledgement_s is None else self._acknowledgement_s
        self._acknowledgement_s = before_s + SMOOTHING * (taken_s - before_s)
        self._settled_at = now

    def not_before(self, now: datetime) -> datetime | None:
        """When the next one may be sent; None for at once."""
        if self._settled_at is None:
            return None
        not_before = self._settled_at + self.effective_gap
        return not_before if not_before > now else None
