"""How fast interactions follow one another."""

from datetime import timedelta

SMOOTHING = 0.3
"""How much the newest acknowledgement counts against those before."""
GAP_PER_ACKNOWLEDGEMENT = 2.0
"""The gap is at least so many times what an acknowledgement takes: a slow world needs more time."""


class Pace:
    """Says when the next interaction may be sent. `gap` may change at any time, and counts at once.

    All moments are steady ones.
    """

    def __init__(self, gap: timedelta) -> None:
        self.gap = gap
        self._acknowledgement_s: float | None = None
        self._settled_at: float | None = None

    @property
    def effective_gap_s(self) -> float:
        """The gap, adapted to how long acknowledgements take."""
        gap_s = self.gap.total_seconds()
        if not gap_s or self._acknowledgement_s is None:
            return gap_s
        return max(gap_s, GAP_PER_ACKNOWLEDGEMENT * self._acknowledgement_s)

    def settled(self, sent_at: float, now: float) -> None:
        taken_s = now - sent_at
        before_s = taken_s if self._acknowledgement_s is None else self._acknowledgement_s
        self._acknowledgement_s = before_s + SMOOTHING * (taken_s - before_s)
        self._settled_at = now

    def not_before(self, now: float) -> float | None:
        """When the next one may be sent; None for at once."""
        if self._settled_at is None:
            return None
        not_before = self._settled_at + self.effective_gap_s
        return not_before if not_before > now else None
