"""What is counted as it is told."""

import logging
import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from bot.broadcast.answers import Answer, Call
from bot.broadcast.limits.pool import StreamPool
from bot.broadcast.limits.usage import LimitKind
from bot.broadcast.model import Broadcast, Channel, Ending, Refusal, Stream, Suggestion, Viewer
from bot.broadcast.posts import Post, PostKind
from bot.broadcast.states import Reason, State
from bot.broadcast.telling.errand import Errand, Kind
from bot.metrics.counts import Counts
from bot.metrics.errors import ErrorCounts
from bot.metrics.recordings import FOLLOWED, RecordingTimes
from bot.metrics.standing import Standing
from bot.storage.writer import Try
from tests.broadcast.fakes import SteppedClock, account_of
from tests.metrics.page import STUCK, page_of

NOW = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
MIKA = Viewer(1, "Mika")
SUGGESTION = Suggestion("s", "b", MIKA, "snow", NOW)
STREAM = Stream("own", "b", "A cat", False, NOW, NOW)
BROADCAST = Broadcast("b", Channel(1, 2), MIKA, "A cat", False, NOW)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


def test_a_suggestion_is_counted_once_with_its_times(registry: CollectorRegistry) -> None:
    """Entered, sent after a wait, acknowledged; however often it is stored as it waits."""
    counts = Counts(registry)
    sent = SUGGESTION.sent("own", after(3))
    for fact in (SUGGESTION, SUGGESTION.revised("rain"), sent, sent.acknowledged("Snow.", after(3.2))):
        counts.stored(fact)
    page = page_of(registry)
    assert page.value("odyssey_suggestions_settled_total", outcome="acknowledged") == 1
    assert page.value("odyssey_suggestion_to_wire_seconds_sum") == 3
    assert page.value("odyssey_acknowledgement_seconds_sum") == pytest.approx(0.2)
    assert page.value("odyssey_acknowledgement_seconds_bucket", le="0.1") == 0
    assert page.value("odyssey_acknowledgement_seconds_bucket", le="0.25") == 1


@pytest.mark.parametrize("refusal", Refusal)
def test_a_refusal_is_counted_by_its_reason(registry: CollectorRegistry, refusal: Refusal) -> None:
    """Each there is, before it first happens too."""
    counts = Counts(registry)
    assert f'outcome="{refusal.value}"' in page_of(registry).text
    counts.stored(SUGGESTION.refused(refusal, after(1)))
    page = page_of(registry)
    assert page.value("odyssey_suggestions_settled_total", outcome=refusal.value) == 1
    assert page.value("odyssey_acknowledgement_seconds_count") == 0


def test_a_wall_that_was_set_back_makes_no_time_less_than_none(registry: CollectorRegistry) -> None:
    """A sum that shrinks would be taken for a restart."""
    counts = Counts(registry)
    counts.stored(SUGGESTION.sent("own", after(-3600)).acknowledged("Snow.", after(-3599)))
    assert page_of(registry).value("odyssey_suggestion_to_wire_seconds_sum") == 0


def test_streams_and_broadcasts_are_counted_as_they_begin_and_end(registry: CollectorRegistry) -> None:
    """One that never began is neither a start nor an end."""
    counts = Counts(registry)
    begun = replace(STREAM, service_id="s-1")
    for fact in (
        STREAM,
        replace(STREAM, end_reason=Reason.NO_STREAMER, ended_at=NOW),
        begun,
        replace(begun, end_reason=Reason.CONTINUED, ended_at=NOW),
        BROADCAST,
        replace(BROADCAST, state=State.FAILED, ending=Ending(Reason.NO_STREAMER)),
    ):
        counts.stored(fact)
    page = page_of(registry)
    assert page.value("odyssey_streams_started_total") == 1
    assert page.value("odyssey_streams_ended_total", reason="continued") == 1
    assert page.value("odyssey_streams_ended_total", reason="no_streamer") == 0
    assert page.value("odyssey_broadcasts_ended_total", reason="no_streamer") == 1


def test_answers_commits_and_turns_are_measured(registry: CollectorRegistry) -> None:
    """Good answers with their time, failures by their reason."""
    counts = Counts(registry)
    counts.answered(Answer(Call.START, 4.0))
    counts.answered(Answer(Call.CONNECT, 1.0, Reason.NO_STREAMER))
    counts.answered(Answer(Call.CONNECT, 1.0, LimitKind.MONTH))
    counts.answered(Answer(Call.BREAK, 90.0, Reason.SERVICE_GONE))
    counts.tried(Try(0.002, None))
    counts.tried(Try(5.0, OSError()))
    counts.turned(0.3)
    page = page_of(registry)
    assert page.value("odyssey_service_answers_total", call="start", answer="good") == 1
    assert page.value("odyssey_service_answers_total", call="connect", answer="no_streamer") == 1
    assert page.value("odyssey_service_answers_total", call="connect", answer="month") == 1
    assert page.value("odyssey_service_answers_total", call="break", answer="service_gone") == 1
    assert page.value("odyssey_service_answer_seconds_sum", call="start") == 4
    assert page.value("odyssey_service_answer_seconds_count", call="connect") == 0
    assert page.value("odyssey_database_commit_seconds_sum", outcome="committed") == 0.002
    assert page.value("odyssey_database_commit_seconds_count", outcome="failed") == 1
    assert page.value("odyssey_event_loop_lag_seconds_sum") == 0.3


async def test_a_recording_is_measured_until_its_post_shows_it(registry: CollectorRegistry) -> None:
    """Each stream of the broadcast once, and not before the message is there."""
    clock = SteppedClock()
    times = RecordingTimes(registry, clock)
    for ended_s in (0, 5):
        ended_at = clock.date_of(ended_s)
        times.found(replace(STREAM, service_id="s", ended_at=ended_at, end_reason=Reason.CONTINUED))
    await clock.sleep(20)
    meant = Post("p", None, 2, PostKind.RECORDING, "b", NOW)
    times.stored(meant)
    times.stored(replace(meant, kind=PostKind.PANEL, message_id=7))
    assert page_of(registry).value("odyssey_end_to_post_seconds_count") == 0
    for _ in range(2):
        times.stored(replace(meant, message_id=8, streams_shown=2))
    page = page_of(registry)
    assert page.value("odyssey_end_to_post_seconds_count") == 2
    assert page.value("odyssey_end_to_post_seconds_sum") == 35


def test_recordings_that_nobody_shows_take_no_memory(registry: CollectorRegistry) -> None:
    """A channel is gone, a thousand times."""
    times = RecordingTimes(registry, SteppedClock())
    for number in range(3 * FOLLOWED):
        times.found(replace(STREAM, broadcast_id=f"b{number}", service_id="s", ended_at=NOW))
    assert len(times._ended) == FOLLOWED


@pytest.mark.parametrize(
    ("level", "extra", "error", "counted"),
    [
        ("INFO", {"code": "line_full"}, None, ("info", "line_full")),
        ("WARNING", {"ref": "3f9a", "code": "no_streamer"}, None, ("warning", "no_streamer")),
        ("ERROR", {"ref": "3f9a"}, KeyError("Mika"), ("error", "KeyError")),
        ("ERROR", {}, None, ("error", "unnamed")),
        ("WARNING", {}, None, None),
        ("INFO", {}, None, None),
    ],
)
def test_errors_are_counted_by_code(
    registry: CollectorRegistry,
    level: str,
    extra: dict[str, str],
    error: Exception | None,
    counted: tuple[str, str] | None,
) -> None:
    """What was refused, what failed and what nobody foresaw; no other line of the log, and no words."""
    log = logging.getLogger("tests.errors")
    log.setLevel(logging.INFO)
    handler = ErrorCounts(registry)
    log.addHandler(handler)
    try:
        log.log(logging.getLevelName(level), "failed at %s", "Mika's", extra=extra, exc_info=error)
    finally:
        log.removeHandler(handler)
    page = page_of(registry)
    found = [sample.labels for sample in page.families["odyssey_errors"].samples]
    assert found == ([{"level": counted[0], "code": counted[1]}] if counted else [])
    assert "Mika" not in page.text


def session(state: State, waiting: int, *, is_open: bool) -> Any:
    """A broadcast that runs, as far as it is looked at."""
    return SimpleNamespace(
        broadcast=replace(BROADCAST, state=state),
        floor=SimpleNamespace(waiting=waiting),
        relay=SimpleNamespace(is_open=is_open),
    )


async def test_what_stands_is_read_when_somebody_asks(registry: CollectorRegistry) -> None:
    """Broadcasts by state, lines, slots, pages, Discord."""
    running: list[Any] = []
    latency_s: list[float] = []
    shards: dict[int, float | None] = {3: None}
    owed: list[Errand] = []
    pool = StreamPool(2, SteppedClock())
    registry.register(
        Standing(
            running=lambda: running,
            accounts=lambda: [account_of(pool)],
            pages_open=lambda: 7,
            latency_s=lambda: latency_s[0] if latency_s else None,
            shards=lambda: shards,
            copied_at=lambda: NOW if latency_s else None,
            owed=lambda: owed,
            now=lambda: after(60),
            archive=STUCK,
        )
    )
    page = page_of(registry)
    assert (page.value("odyssey_broadcasts", state="live"), page.value("odyssey_discord_connected")) == (0, 0)
    assert math.isnan(page.value("odyssey_discord_latency_seconds"))
    running += [
        session(State.LIVE, 3, is_open=True),
        session(State.LIVE, 5, is_open=False),
        session(State.REQUESTED, 0, is_open=False),
    ]
    latency_s.append(0.04)
    shards |= {3: 0.04, 7: None}
    owed += [Errand(Kind.SETTLED, "1", after(50)), Errand(Kind.SETTLED, "2", after(20))]
    await pool.turn(pool.claim(lambda: None))
    page = page_of(registry)
    assert page.value("odyssey_broadcasts", state="live") == 2
    assert page.value("odyssey_broadcasts", state="requested") == 1
    assert page.value("odyssey_streams_on_air") == 1
    assert (page.value("odyssey_suggestions_waiting"), page.value("odyssey_line_longest")) == (8, 5)
    pool.is_cut_off(until=900.0)
    page = page_of(registry)
    slots = [
        page.value(f"odyssey_slots_{name}", account="operator")
        for name in ("limit", "held", "dangling", "waiting")
    ]
    assert slots == [2, 1, 1, 0]
    assert page.value("odyssey_outbox_rows", kind="settled") == 2
    assert page.value("odyssey_outbox_oldest_age_seconds", kind="settled") == 40
    assert page.value("odyssey_outbox_oldest_age_seconds", kind="answer") == 0
    assert (page.value("odyssey_archive_room_bytes"), page.value("odyssey_archive_stuck")) == (1_000, 1)
    assert page.value("odyssey_watch_pages_open") == 7
    assert (page.value("odyssey_discord_connected"), page.value("odyssey_discord_latency_seconds")) == (
        1,
        0.04,
    )
    there = [page.value("odyssey_discord_shard_connected", shard=shard) for shard in ("3", "7")]
    assert (there, page.value("odyssey_discord_shard_latency_seconds", shard="3")) == ([1, 0], 0.04)
    latency_s.clear()
    shards.clear()
    assert page_of(registry).value("odyssey_discord_connected") == 1, "who is on no shard lacks none"
