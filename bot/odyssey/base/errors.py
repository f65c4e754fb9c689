"""What can go wrong, told apart by type, `code` and `status`, never by text.

OdysseyError
├── OdysseyArgumentError        a call's arguments do not go together
├── OdysseyAuthError            the key or a token was refused (401, 403, 422)
├── OdysseyConnectionError      no connection, or it was lost; every pending call gets it at once
├── OdysseyStreamError          a stream, or a call on one, failed; `code` is the service's reason
│   └── StreamSessionTimeoutError   the stream reached its time limit (reason `session_timeout`)
└── OdysseyUsageError           a usage limit (429)
    ├── MonthlyLimitReachedError        MONTHLY_LIMIT_REACHED
    ├── ConcurrentLimitReachedError     CONCURRENT_LIMIT_REACHED
    ├── StreamDurationExceededError     STREAM_DURATION_EXCEEDED
    ├── AccountSuspendedError           ACCOUNT_SUSPENDED
    └── RateLimitError                  RATE_LIMITED
"""

import copy
from collections.abc import Mapping
from typing import Any, Self

from bot.odyssey.base.fields import optional_number, optional_text


class OdysseyError(Exception):
    """The root of the tree.

    `message` is a sentence for people: the service's own if `is_quote`, else ours. `code` is a stable word
    for programs, or None. `status` is the HTTP status behind it, or None. `retryable` says whether the same
    call may succeed later without a change.
    """

    def __init__(
        self, message: str, *, code: str | None = None, status: int | None = None, retryable: bool = False
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.status = status
        self.retryable = retryable
        self.is_quote = False

    def anew(self) -> Self:
        """The same, to be raised at another place: an error holds whoever it went through."""
        return copy.copy(self)


class OdysseyArgumentError(OdysseyError, ValueError):
    """A call was made with arguments that do not go together. A ValueError too, as in any Python call."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="bad_argument")


class OdysseyAuthError(OdysseyError):
    """The API key, or a token made from it, was refused."""


class OdysseyConnectionError(OdysseyError):
    """There is no connection to the service, or it was lost."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = "connection_lost",
        status: int | None = None,
        retryable: bool = True,
    ) -> None:
        super().__init__(message, code=code, status=status, retryable=retryable)


class OdysseyStreamError(OdysseyError):
    """A stream failed, or a call on it did. `code` (also `reason`) is the service's reason, or one of
    `timeout`, `no_stream`, `stream_running`, `stream_ended`, `prompt_too_long`."""

    @property
    def reason(self) -> str:
        """The service's word for it, as `on_stream_error` gets it."""
        return self.code or "unknown"


class StreamSessionTimeoutError(OdysseyStreamError):
    """The stream reached its time limit. Connect again to go on."""


class OdysseyUsageError(OdysseyError):
    """A usage limit. `action` and `action_url` say what the account's owner can do, `details` the numbers."""

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        action: str | None = None,
        action_url: str | None = None,
        details: Mapping[str, Any] | None = None,
        status: int | None = 429,
        retryable: bool = False,
    ) -> None:
        super().__init__(message, code=code, status=status, retryable=retryable)
        self.action = action
        self.action_url = action_url
        self.details: dict[str, Any] = dict(details or {})


class MonthlyLimitReachedError(OdysseyUsageError):
    """The month's hours are used up."""

    @property
    def used_hours(self) -> float | None:
        return optional_number(self.details, "used_hours")

    @property
    def limit_hours(self) -> float | None:
        return optional_number(self.details, "limit_hours")

    @property
    def reset_date(self) -> str | None:
        """When the count starts again, as the service writes it."""
        return optional_text(self.details, "reset_date")


class ConcurrentLimitReachedError(OdysseyUsageError):
    """Too many streams at once. Retryable: one of them will end."""

    @property
    def active_count(self) -> float | None:
        return optional_number(self.details, "active_count")

    @property
    def limit(self) -> float | None:
        return optional_number(self.details, "limit")


class StreamDurationExceededError(OdysseyUsageError):
    """A longer stream was asked for than the plan allows."""

    @property
    def max_duration_seconds(self) -> float | None:
        return optional_number(self.details, "max_duration_seconds")


class AccountSuspendedError(OdysseyUsageError):
    """The account is suspended."""

    @property
    def suspension_reason(self) -> str | None:
        return optional_text(self.details, "reason")


class RateLimitError(OdysseyUsageError):
    """Too many requests. Retryable after `retry_after_seconds`."""

    @property
    def retry_after_seconds(self) -> float | None:
        """How long to wait, in seconds, if the service said so."""
        return optional_number(self.details, "retry_after_seconds")


def usage_error(code: str | None, message: str, answer: Mapping[str, Any]) -> OdysseyUsageError:
    """The typed error for the code of a 429; an unknown code is a plain, retryable `OdysseyUsageError`."""
    kind = _USAGE_ERRORS.get(code or "", OdysseyUsageError)
    details = answer.get("details")
    return kind(
        message,
        code=code,
        action=optional_text(answer, "action"),
        action_url=optional_text(answer, "action_url"),
        details=details if isinstance(details, dict) else None,
        retryable=kind in (OdysseyUsageError, ConcurrentLimitReachedError, RateLimitError),
    )


def stream_error(reason: str, message: str) -> OdysseyStreamError:
    """The error for an `interactive_stream_error` message."""
    kind = StreamSessionTimeoutError if reason == "session_timeout" else OdysseyStreamError
    error = kind(message, code=reason, retryable=reason in _PASSING_STREAM_REASONS)
    error.is_quote = True
    return error


def failed(fault: BaseException) -> OdysseyConnectionError:
    """The error for a fault of ours that ended a connection."""
    return OdysseyConnectionError(
        f"The connection failed ({type(fault).__name__}).", code="internal", retryable=False
    )


_USAGE_ERRORS: dict[str, type[OdysseyUsageError]] = {
    "MONTHLY_LIMIT_REACHED": MonthlyLimitReachedError,
    "CONCURRENT_LIMIT_REACHED": ConcurrentLimitReachedError,
    "STREAM_DURATION_EXCEEDED": StreamDurationExceededError,
    "ACCOUNT_SUSPENDED": AccountSuspendedError,
    "RATE_LIMITED": RateLimitError,
}
_PASSING_STREAM_REASONS = frozenset(
    {"session_timeout", "concurrent_limit_exceeded", "model_error", "timeout"}
)
