"""Odyssey's usage errors as the domain's `UsageLimit`.

The numbers come from outside: one that is missing, of another type or beyond reason is as good as not said.
"""

from datetime import UTC, datetime, timedelta

from bot.broadcast.limits.usage import LimitKind, UsageLimit
from bot.odyssey import (
    AccountSuspendedError,
    ConcurrentLimitReachedError,
    MonthlyLimitReachedError,
    OdysseyUsageError,
    RateLimitError,
    StreamDurationExceededError,
)

NUMBER_LIMIT = 1_000_000
LATEST_END = timedelta(days=3660)
"""A limit that would end later is not believed."""


def usage_limit(error: OdysseyUsageError, now: datetime) -> UsageLimit | None:
    """Which limit an error speaks of; None if it does not say."""
    match error:
        case MonthlyLimitReachedError():
            ends_at = _end(_date(error.reset_date), now)
            return UsageLimit(LimitKind.MONTH, _number(error.used_hours), _number(error.limit_hours), ends_at)
        case ConcurrentLimitReachedError():
            return UsageLimit(LimitKind.STREAMS, _number(error.active_count), _number(error.limit))
        case StreamDurationExceededError():
            return UsageLimit(LimitKind.LENGTH, limit=_number(error.max_duration_seconds))
        case AccountSuspendedError():
            return UsageLimit(LimitKind.SUSPENDED)
        case RateLimitError():
            wait_s = _number(error.retry_after_seconds)
            ends_at = None if wait_s is None else _end(now + timedelta(seconds=wait_s), now)
            return UsageLimit(LimitKind.RATE, ends_at=ends_at)
        case _:
            return None


def _number(value: float | None) -> float | None:
    """From zero up to a million; NaN is neither."""
    return value if value is not None and 0 <= value <= NUMBER_LIMIT else None


def _date(text: str | None) -> datetime | None:
    """A date or a time in ISO 8601, in UTC if it does not say otherwise."""
    try:
        date = datetime.fromisoformat(text or "")
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):  # no date, or none that the calendar has
        return None


def _end(at: datetime | None, now: datetime) -> datetime | None:
    """That time, if it is to come, and soon enough to be true."""
    return at if at and now < at <= now + LATEST_END else None
