"""How much of the account's time one server may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

STREAM_LIMIT_S = 150
"""How long one stream lasts at most, as the service sets it by default."""


@dataclass(frozen=True, slots=True)
class Budget:
    """A server's share: broadcasts at once, the longest of them, and time on air on one day (UTC).

    None leaves the length to the service, and the day to the plan.
    """

    at_once: int
    longest: timedelta | None
    per_day: timedelta | None
