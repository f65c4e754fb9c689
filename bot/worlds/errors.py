"""The client's errors in the domain's words."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from bot.broadcast.clock import Clock
from bot.broadcast.errors import WorldError
from bot.broadcast.limits.usage import LimitKind, UsageLimit
from bot.broadcast.states import Reason
from bot.odyssey import (
    OdysseyAuthError,
    OdysseyConnectionError,
    OdysseyError,
    OdysseyStreamError,
    OdysseyUsageError,
)
from bot.worlds.usage import usage_limit

log = logging.getLogger(__name__)

DETAIL_LIMIT = 300

STREAM_REASONS = {
    "session_timeout": Reason.TIME_LIMIT,
    "quota_exceeded": Reason.USAGE_LIMIT,
    "concurrent_limit_exceeded": Reason.USAGE_LIMIT,
    "lease_denied": Reason.USAGE_LIMIT,
    "timeout": Reason.UNREACHABLE,
}
"""What the service's reasons for a stream error mean to us; any other is a STREAM_ERROR."""
STREAM_LIMITS = {
    "quota_exceeded": UsageLimit(LimitKind.MONTH),
    "concurrent_limit_exceeded": UsageLimit(LimitKind.STREAMS),
}


@contextmanager
def in_domain_words(clock: Clock, *, lost: Reason) -> Iterator[None]:
    """Turns the client's errors into `WorldError`s; `lost` is what a lost connection means here.

    Only the service's own words are passed on as its word; those of the client are for the log.
    """
    try:
        yield
    except OdysseyError as error:
        if not error.is_quote:
            log.info("Odyssey: %s (%s)", error.message, error.code)
        raise WorldError(
            reason_of(error, lost),
            one_line(error.message) if error.is_quote else None,
            retryable=error.retryable,
            limit=_limit_of(error, clock),
        ) from error


def _limit_of(error: OdysseyError, clock: Clock) -> UsageLimit | None:
    if isinstance(error, OdysseyUsageError):
        return usage_limit(error, clock.now())
    return STREAM_LIMITS.get(error.reason) if isinstance(error, OdysseyStreamError) else None


def reason_of(error: OdysseyError, lost: Reason) -> Reason:
    if isinstance(error, OdysseyAuthError):
        return Reason.BAD_KEY
    if isinstance(error, OdysseyUsageError):
        return Reason.USAGE_LIMIT
    if isinstance(error, OdysseyStreamError):
        return STREAM_REASONS.get(error.reason, Reason.STREAM_ERROR)
    if isinstance(error, OdysseyConnectionError):
        return Reason.NO_STREAMER if error.code == "no_streamer" else lost
    return Reason.REFUSED if error.status is not None and 400 <= error.status < 500 else lost


def one_line(text: str | None) -> str | None:
    if not text:
        return None
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:DETAIL_LIMIT] or None
