"""Periods as people type them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.wording.period import period

NOW = datetime(2026, 11, 28, 1, 20, tzinfo=UTC)  # a Saturday


@pytest.mark.parametrize(
    ("typed", "since", "until"),
    [
        ("14 July 2026", "2026-07-14", "2026-07-15"),
        ("14.7.2026", "2026-07-14", "2026-07-15"),
        ("14/07/2026", "2026-07-14", "2026-07-15"),
        ("07/14/2026", "2026-07-14", "2026-07-15"),
        ("July 14th, 2026", "2026-07-14", "2026-07-15"),
        ("２０２６年７月１４日", "2026-07-14", "2026-07-15"),
        ("14.7.", "2026-07-14", "2026-07-15"),
        ("1 December", "2025-12-01", "2025-12-02"),
        ("29 feb", "2024-02-29", "2024-03-01"),
        ("JULY 2026", "2026-07-01", "2026-08-01"),
        ("2026-07", "2026-07-01", "2026-08-01"),
        ("december", "2025-12-01", "2026-01-01"),
        ("2025", "2025-01-01", "2026-01-01"),
        ("today", "2026-11-28", "2026-11-29"),
        ("yesterday", "2026-11-27", "2026-11-28"),
        ("saturday", "2026-11-28", "2026-11-29"),
        ("on Monday", "2026-11-23", "2026-11-24"),
        ("last week", "2026-11-16", "2026-11-23"),
        ("this month", "2026-11-01", "2026-12-01"),
        ("last month", "2026-10-01", "2026-11-01"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("last 7 days", "2026-11-22", "2026-11-29"),
        ("7d", "2026-11-22", "2026-11-29"),
        ("3 days ago", "2026-11-25", "2026-11-26"),
        ("13-20 July", "2026-07-13", "2026-07-21"),
        ("13 – 20 July 2025", "2025-07-13", "2025-07-21"),
        ("1 May to 3 June", "2026-05-01", "2026-06-04"),
        ("Dec 20 to Jan 5", "2025-12-20", "2026-01-06"),
        ("from may to july 2025", "2025-05-01", "2025-08-01"),
        ("2026-07-01..2026-07-04", "2026-07-01", "2026-07-05"),
        ("3 June 2026 - 1 May 2026", "2026-05-01", "2026-06-04"),
        ("between yesterday and today", "2026-11-27", "2026-11-29"),
        ("since July", "2026-07-01", None),
        ("after 14.7.2026", "2026-07-15", None),
        ("before 2026", None, "2026-01-01"),
        ("until yesterday", None, "2026-11-28"),
    ],
)
def test_what_people_type_is_understood(typed: str, since: str | None, until: str | None) -> None:
    """Whole days, by UTC, to the first moment that does not belong to them."""
    found = period(typed, NOW)
    assert found
    ends = found.since, found.until
    assert tuple(None if at is None else at.date().isoformat() for at in ends) == (since, until)
    assert all(at is None or (at.tzinfo is UTC and at.hour == at.minute == 0) for at in ends)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "a cat",
        "dragon may",
        "12",
        "31 feb",
        "2026-13",
        "0.5.2026",
        "9999",
        "0000",
        "99999 days",
        "july the",
    ],
)
def test_what_is_no_period_is_none(typed: str) -> None:
    """No word is taken for half of a date."""
    assert period(typed, NOW) is None


@given(st.one_of(st.text(), st.from_regex(r"\A[0-9./ -]*(to|since|july|days|week|last|ago|-)?[0-9./ -]*\Z")))
def test_nothing_raises(typed: str) -> None:
    """And a period that has two ends does not end before it begins."""
    found = period(typed, NOW)
    if found and found.since and found.until:
        assert found.since <= found.until
