"""Usage limits of the service, as far as it says what they are."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LimitKind(StrEnum):
    """Which limit was reached."""

    MONTH = "month"  # hours of streaming a month
    STREAMS = "streams"  # streams at once
    LENGTH = "length"  # seconds of one stream
    RATE = "rate"  # requests
    SUSPENDED = "suspended"  # the account may do nothing


@dataclass(frozen=True, slots=True)
class UsageLimit:
    """A limit that was reached. `used` and `limit` are in the unit of the kind; None is what was not said."""

    kind: LimitKind
    used: float | None = None
    limit: float | None = None
    ends_at: datetime | None = None
