"""How much of the account's time one server may use."""

from dataclasses import dataclass
from datetime import timedelta

STREAM_LIMIT_S = 150
"""How long one stream lasts at most, as the service sets it by default."""


MINUTES_LIMIT = 24 * 60
"""More than these no broadcast may be asked to last, whatever its server allows."""
LAST_CALL_S = 30.0
"""So long before its end a broadcast calls that out."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A server's share: broadcasts at once, the longest of them, and time on air on one day (UTC).

    `usual` is the length of one for which none is named, as far as the longest allows it. None leaves the day
    to the plan.
    """

    at_once: int
    usual: timedelta
    longest: timedelta
    per_day: timedelta | None
