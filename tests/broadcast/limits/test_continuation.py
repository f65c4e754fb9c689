"""The timetable of a stream's last seconds."""

import math

import pytest

from bot.broadcast.limits.continuation import Timetable, sits_out_s


def test_without_a_limit_there_is_none() -> None:
    """Nothing has to be prepared for a stream that may last for ever."""
    assert Timetable.of(0, math.inf) is None


@pytest.mark.parametrize("limit_s", [5.0, 20.0, 150.0])
def test_its_moments_are_in_order(limit_s: float) -> None:
    """It is prepared for, does without a second slot, is cut short, and would be over."""
    plan = Timetable.of(100, limit_s)
    assert plan
    assert 100 < plan.prepare_at < plan.slot_by < plan.cut_at < plan.over_at == 100 + limit_s


@pytest.mark.parametrize(
    ("ends_at", "is_enough"),
    [(None, False), (230.0, True), (245.0, True), (249.0, True), (249.1, False), (251.0, False)],
)
def test_a_stream_is_enough_for_a_broadcast_that_ends_first(ends_at: float | None, is_enough: bool) -> None:
    """Up to the last second of the service's limit, in which nothing ends in order any more."""
    plan = Timetable.of(100, 150)
    assert plan
    assert plan.is_enough(ends_at) is is_enough


@pytest.mark.parametrize(
    ("ends_at", "wait_s"), [(None, 0.0), (160.0, 0.0), (105.0, 0.0), (104.0, 5.0), (100.0, 1.0), (90.0, 1.0)]
)
def test_last_seconds_without_a_picture_are_sat_out(ends_at: float | None, wait_s: float) -> None:
    """Until just after the end, when it has come unless there is more time meanwhile."""
    assert sits_out_s(100, ends_at) == wait_s
