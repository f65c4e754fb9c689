"""How a broadcast goes on from one stream to the next, and when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

LEAD_S, LEAD_SHARE = 10.0, 0.4
"""How long before a stream's limit the next one is prepared; of a short stream, this share of it at most."""
SLOT_SHARE = 0.35
"""For this part of the lead a slot for the next stream is waited for."""
CUT_SHARE = 0.25
"""With this part of the lead left, a stream that has no other beside it is cut short."""
END_S = 1.0
"""So long before the service would end it, a stream can still be ended in order."""
NOT_WORTH_S = 5.0
"""For what is left of a broadcast, if it is less, no other stream is begun."""
CONNECTION_LIMIT_S = 3600.0
"""How long the service keeps a connection."""
SHORTEST_LIMIT_S = 5.0
"""What ends sooner did not end because it lasted too long, whatever the service says."""


class Continuation(StrEnum):
    """How one stream follows the other."""

    AUTO = "auto"
    """Overlapping while a slot is free, else one after the other."""
    OVERLAP = "overlap"
    """Overlapping: one slot of several is kept for it."""
    SEQUENTIAL = "sequential"
    """One after the other, on the same connection."""


@dataclass(frozen=True, slots=True)
class RelayRules:
    """How broadcasts go on. After so many `tries` in a row that came to nothing, a broadcast ends."""

    continuation: Continuation = Continuation.AUTO
    tries: int = 5


class StreamLimit:
    """How long any stream may last: as it is set, or as the service shows when it is less."""

    def __init__(self, limit_s: float = math.inf) -> None:
        self.limit_s = limit_s

    def learn(self, lasted_s: float) -> None:
        """The service has ended a stream after so long, because its time was up."""
        if lasted_s >= SHORTEST_LIMIT_S:
            self.limit_s = min(self.limit_s, lasted_s)


@dataclass(frozen=True, slots=True)
class Timetable:
    """A stream's last seconds, as steady moments."""

    prepare_at: float
    """The next one is prepared."""
    slot_by: float
    """Whoever has no slot for it by now, does without."""
    cut_at: float
    """It is ended, to go on with the next one on the same connection."""
    over_at: float
    """The service ends it."""

    @classmethod
    def of(cls, began_at: float, limit_s: float) -> Timetable | None:
        """Of a stream that began at a steady moment and may last so long; None without a limit."""
        if limit_s == math.inf:
            return None
        over_at = began_at + limit_s
        lead_s = min(LEAD_S, LEAD_SHARE * limit_s)
        return cls(
            prepare_at=over_at - lead_s,
            slot_by=over_at - (1 - SLOT_SHARE) * lead_s,
            cut_at=over_at - CUT_SHARE * lead_s,
            over_at=over_at,
        )

    def is_enough(self, ends_at: float | None) -> bool:
        """Whether a broadcast that is over at a steady moment, if at any, can end on this stream."""
        return ends_at is not None and ends_at <= self.over_at - END_S


def sits_out_s(now: float, ends_at: float | None) -> float:
    """How long a broadcast without a picture waits for its own end, rather than for another stream."""
    left_s = math.inf if ends_at is None else max(0.0, ends_at - now)
    return left_s + END_S if left_s < NOT_WORTH_S else 0.0
