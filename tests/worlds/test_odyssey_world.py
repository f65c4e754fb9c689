"""What becomes of the client's errors on their way to people."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.broadcast.limits.usage import LimitKind, UsageLimit
from bot.broadcast.model import Ending
from bot.broadcast.states import Reason
from bot.odyssey.api.rest import error_for
from bot.odyssey.base.errors import OdysseyUsageError, stream_error, usage_error
from bot.odyssey.http.http import Response
from bot.worlds.errors import reason_of
from bot.worlds.usage import usage_limit
from cogs.wording.endings import ending

NOW = datetime(2026, 8, 11, 20, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 9, 1, tzinfo=UTC)


def limit_of(code: str, **details: Any) -> UsageLimit | None:
    """The limit that a usage error of the service stands for."""
    return usage_limit(usage_error(code, "said", {"details": details}), NOW)


@pytest.mark.parametrize(
    ("code", "details", "sentence"),
    [
        (
            "MONTHLY_LIMIT_REACHED",
            {"used_hours": 10.25, "limit_hours": 10, "reset_date": "2026-09-01"},
            f"This month's hours at Odyssey are used up (10.25 of 10). "
            f"New ones are there <t:{MIDNIGHT.timestamp():.0f}:R>.",
        ),
        ("MONTHLY_LIMIT_REACHED", {}, "are used up. Ask the bot's operator"),
        ("CONCURRENT_LIMIT_REACHED", {"active_count": 5, "limit": 5}, "are in use (5 of 5)."),
        ("STREAM_DURATION_EXCEEDED", {"max_duration_seconds": 150}, "streams of at most 2 min 30 s."),
        (
            "RATE_LIMITED",
            {"retry_after_seconds": 30},
            f"try again <t:{(NOW + timedelta(seconds=30)).timestamp():.0f}:R>.",
        ),
        ("RATE_LIMITED", {}, "try again in a minute."),
        ("ACCOUNT_SUSPENDED", {"reason": "unpaid"}, "has suspended the bot's account."),
    ],
)
def test_a_usage_limit_is_told_from_its_details(code: str, details: dict[str, Any], sentence: str) -> None:
    """Which limit it is, how much is used, and when it ends, where the service says so."""
    end = Ending(Reason.USAGE_LIMIT, limit=limit_of(code, **details))
    assert sentence in ending(end)


@pytest.mark.parametrize(
    "date", ["2026-09-01", "2026-09-01T00:00:00", "2026-09-01T00:00:00Z", "2026-09-01T02:00:00+02:00"]
)
def test_a_date_may_be_written_in_several_ways(date: str) -> None:
    """Without a zone it is UTC."""
    assert limit_of("MONTHLY_LIMIT_REACHED", reset_date=date) == UsageLimit(LimitKind.MONTH, ends_at=MIDNIGHT)


HOSTILE: tuple[object, ...] = (
    None, True, -1, 0.0, 10**400, -(10**400), float("nan"), float("inf"), "", "soon", "\ud800", "9999-12-31",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2020-01-01", "x" * 10_000, "<@1>", [], {},
    [[]], b"x",
)  # fmt: skip

DETAILS = (
    "used_hours", "limit_hours", "reset_date", "active_count", "limit", "max_duration_seconds",
    "retry_after_seconds", "reason",
)  # fmt: skip


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize(
    "code",
    [
        "MONTHLY_LIMIT_REACHED",
        "CONCURRENT_LIMIT_REACHED",
        "STREAM_DURATION_EXCEEDED",
        "ACCOUNT_SUSPENDED",
        "RATE_LIMITED",
        "UNKNOWN",
    ],
)
def test_hostile_details_are_as_good_as_none(code: str, value: object) -> None:
    """No type and no size raises, and no end is shown that is past or years away."""
    limit = limit_of(code, **dict.fromkeys(DETAILS, value))
    shown = ending(Ending(Reason.USAGE_LIMIT, limit=limit))
    assert len(shown) < 200
    assert not re.search(r"<t:|nan|inf|<@", shown)


def said(status: int, body: object) -> str | None:
    """What people would read behind "Odyssey says" for an answer of the service."""
    error = error_for(Response(status, httpx.Headers(), json.dumps(body).encode()))
    return error.message if error.is_quote else None


def test_only_the_services_own_words_are_called_its_words() -> None:
    """A sentence that the client made up, for want of one or by itself, is none."""
    usage = {"error": "RATE_LIMITED", "message": "Slow down.", "action": "wait"}
    assert said(429, usage) == "Slow down."
    assert said(429, {"detail": usage}) == "Slow down."
    assert said(403, {"detail": "Account disabled."}) == "Account disabled."
    for status in (400, 401, 403, 404, 429, 500, 503):
        assert said(status, {}) is None
        assert said(status, {"message": ["no", "sentence"]}) is None
    assert stream_error("moderation_failed", "Not that.").is_quote
    assert not OdysseyUsageError("ours").is_quote


@pytest.mark.parametrize(
    ("status", "body", "code", "reason", "words"),
    [
        (402, b'{"detail": "Payment required."}', "refused", Reason.REFUSED, "Payment required."),
        (402, b"Your card was declined.", "refused", Reason.REFUSED, "Your card was declined."),
        (402, b"<html>", "refused", Reason.REFUSED, None),
        (409, b'{"error": "It is taken."}', "refused", Reason.REFUSED, "It is taken."),
        (422, b'{"detail": [{"msg": "field required"}]}', "refused", Reason.REFUSED, "field required"),
        (451, b"", "refused", Reason.REFUSED, None),
        (500, b'{"detail": "traceback"}', "service_failed", Reason.UNREACHABLE, None),
        (503, b"<html>maintenance", "service_failed", Reason.UNREACHABLE, None),
        (503, b'{"detail": "maintenance"}', "service_failed", Reason.UNREACHABLE, None),
        (429, b'{"error": "RATE_LIMITED", "action": 5, "details": "soon"}', "RATE_LIMITED",
         Reason.USAGE_LIMIT, None),
    ],
)  # fmt: skip
def test_what_a_refusal_means(status: int, body: bytes, code: str, reason: Reason, words: str | None) -> None:
    """An unknown refusal is told as one, in the service's own words; 503 says nothing about streamers."""
    error = error_for(Response(status, httpx.Headers(), body))
    assert (error.code, reason_of(error, Reason.UNREACHABLE)) == (code, reason)
    assert (error.message if error.is_quote else None) == words
    assert "did not answer" not in ending(Ending(Reason.REFUSED, detail=words))
