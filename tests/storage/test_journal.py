"""What is written down, and found again."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DataError, IntegrityError

from bot.broadcast.model import Channel, Recording, Refusal, Suggestion, Viewer
from bot.broadcast.posts import Post, PostKind
from bot.broadcast.states import Reason, State
from bot.broadcast.wanted import Offered
from bot.storage.recovery import close_unfinished
from bot.storage.schema import broadcasts, streams, suggestions
from tests.storage.conftest import CHANNEL, MIKA, NOW, Store, ended, live_broadcast


async def test_a_broadcast_comes_back_as_it_was_stored(store: Store) -> None:
    """Every field survives, large IDs, time zones and the ending among them."""
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    assert await store.history.broadcast("b") == broadcast
    await store.journal.save_broadcast(ended(broadcast))
    assert await store.history.broadcast("b") == ended(broadcast)


async def test_writes_take_effect_in_order(store: Store) -> None:
    """Of a hundred versions stored at once, the last one stays."""
    broadcast, stream = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_stream(stream)
    suggestion = Suggestion("x", "b", MIKA, "snow", NOW)
    versions = [suggestion] * 99 + [suggestion.refused(Refusal.SERVICE_REFUSED, NOW, "no")]
    await asyncio.gather(*(store.journal.save_suggestion(version) for version in versions))
    with store.database.engine.connect() as connection:
        row = connection.execute(suggestions.select()).one()
    assert (row.outcome, row.refusal, row.detail) == ("refused", "service_refused", "no")


async def test_a_suggestion_is_stored_in_the_order_of_the_calls_not_of_the_waits(store: Store) -> None:
    """The write is on its way with the call: whoever has it done may wait for it later."""
    broadcast, stream = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_stream(stream)
    suggestion = Suggestion("x", "b", MIKA, "snow", NOW)
    first = store.journal.save_suggestion(suggestion)
    await store.journal.save_suggestion(suggestion.sent(stream.id, NOW))
    await first
    with store.database.engine.connect() as connection:
        assert connection.execute(suggestions.select()).one().outcome == "sent"


async def test_a_cancelled_caller_does_not_undo_the_write(store: Store) -> None:
    """Who gives up waiting for the commit still has it committed."""
    broadcast, _ = live_broadcast()
    saving = asyncio.ensure_future(store.journal.save_broadcast(broadcast))
    await asyncio.sleep(0)
    saving.cancel()
    await asyncio.gather(saving, return_exceptions=True)
    await store.journal.save_broadcast(live_broadcast()[0])  # writes are in order, so the first is done now
    assert await store.history.broadcast("b") == broadcast


async def test_one_bad_write_does_not_harm_the_others(store: Store) -> None:
    """In one batch, a row without its broadcast is refused, and its neighbours are stored."""
    broadcast, stream = live_broadcast()
    orphan = Suggestion("x", "no such broadcast", MIKA, "snow", NOW)
    results = await asyncio.gather(
        store.journal.save_broadcast(broadcast),
        store.journal.save_suggestion(orphan),
        store.journal.save_stream(stream),
        return_exceptions=True,
    )
    assert isinstance(results[1], IntegrityError)
    assert await store.history.broadcast("b") == broadcast
    assert await store.history.find_broadcast(CHANNEL.guild_id, "s")


async def test_past_broadcasts_are_paged_newest_first_and_by_guild(store: Store) -> None:
    """A page, the total, and nothing of another server."""
    for number in range(5):
        await store.past_broadcast(number)
    await store.past_broadcast(99, channel=Channel(7, 8))
    page = await store.history.past_broadcasts(CHANNEL.guild_id, limit=2, older_than=5)
    assert ([past.broadcast.id for past in page.broadcasts], page.total) == (["b3", "b2"], 5)
    for shown_id in ("s99", "b99"):
        assert await store.history.find_broadcast(CHANNEL.guild_id, shown_id) is None


@pytest.mark.parametrize(("typed", "found"), [("", ["b2", "b1"]), ("dog", ["b2"]), ("S1", ["b1"]), ("%", [])])
async def test_broadcasts_are_found_by_prompt_and_id(store: Store, typed: str, found: list[str]) -> None:
    """Without regard to case; wildcards of SQL are ordinary characters."""
    await store.past_broadcast(1, prompt="A cat")
    await store.past_broadcast(2, prompt="A DOG runs")
    broadcasts = await store.history.search_broadcasts(CHANNEL.guild_id, typed, limit=25)
    assert [each.id for each in broadcasts] == found


async def test_a_recording_is_kept_without_its_links(store: Store) -> None:
    """Numbers stay; no column of the database has seen a presigned link."""
    _, stream = await store.past_broadcast(1)
    link = "https://bucket.example/video.mp4?signature=secret"
    await store.journal.save_recording(stream, Recording(NOW, link, link, link, link, 840, 42.0))
    found = await store.history.find_broadcast(CHANNEL.guild_id, stream.shown_id)
    assert found
    [past] = found.streams
    assert (past.has_recording, past.frame_count, past.duration_s) == (True, 840, 42.0)
    with store.database.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM recordings")).all()
    assert "secret" not in str(rows)


async def test_a_broadcast_has_one_post_of_its_recordings(store: Store) -> None:
    """However many streams it has; there may be many panels."""
    broadcast, _ = await store.long_broadcast(3)
    post = Post("1", 1, CHANNEL.id, PostKind.RECORDING, broadcast.id, NOW, 2)
    await store.journal.save_post(post)
    assert await store.history.recording_post(broadcast.id) == post
    for kind in (PostKind.RECORDING, PostKind.NO_RECORDING):
        with pytest.raises(IntegrityError):
            await store.journal.save_post(replace(post, id="2", message_id=2, kind=kind))
    for message_id in (3, 4):
        panel = replace(post, id=str(message_id), message_id=message_id, kind=PostKind.PANEL)
        await store.journal.save_post(panel)
    assert await store.history.recording_post(broadcast.id) == post


async def test_a_broadcast_is_found_with_all_that_began_of_it(store: Store) -> None:
    """By its own ID or any of its streams', or as the channel's latest; its streams by their numbers."""
    broadcast, streams = await store.long_broadcast(12)
    await store.journal.save_stream(replace(streams[0], id="never", service_id=None, number=13))
    for shown_id in (broadcast.id, "s1", "s1-2", "s1-12"):
        past = await store.history.find_broadcast(CHANNEL.guild_id, shown_id)
        assert past
        assert past.broadcast == broadcast
        assert [each.stream for each in past.streams] == streams
    assert await store.history.find_broadcast(CHANNEL.guild_id, "never") is None
    assert await store.history.latest_broadcast(CHANNEL) == past
    assert await store.history.past_broadcast(broadcast.id) == past
    for typed in ("S1-1", "scene 7", "A CAT", "mika", ""):
        assert await store.history.search_broadcasts(CHANNEL.guild_id, typed, limit=25) == [
            Offered(broadcast.id, 1, broadcast.requested_at, broadcast.prompt, streams=12)
        ]
    assert (await store.history.past_broadcasts(CHANNEL.guild_id, limit=5)).broadcasts == [past]
    assert await store.history.search_broadcasts(CHANNEL.guild_id, "scene 13", limit=25) == []


async def test_a_channels_last_broadcast_is_the_newest_that_is_over(store: Store) -> None:
    """Not one that runs, nor one that never began, nor another channel's; with what is recorded of it."""
    assert await store.history.last_broadcast(CHANNEL) is None
    for number in (1, 2):
        past, stream = await store.past_broadcast(number)
    await store.past_broadcast(3, channel=replace(CHANNEL, id=7))
    later = replace(past, requested_at=past.requested_at + timedelta(hours=1))
    await store.journal.save_broadcast(replace(later, id="failed", state=State.FAILED))
    await store.journal.save_broadcast(replace(later, id="on", state=State.LIVE))
    await store.journal.save_stream(replace(stream, id="on1", broadcast_id="on", service_id="on1"))
    await store.journal.save_recording(stream, Recording(NOW, "https://odyssey.test/v"))
    last = await store.history.last_broadcast(CHANNEL)
    assert last
    assert (last.broadcast, [each.stream for each in last.recorded]) == (past, [stream])


async def test_what_a_crash_left_unfinished_is_closed(store: Store) -> None:
    """Broadcast, stream and suggestions are marked as interrupted; what was over stays as it was."""
    broadcast, stream = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_stream(stream)
    await store.journal.save_suggestion(Suggestion("x", "b", Viewer(5, "Robin"), "snow", NOW))
    done, _ = await store.past_broadcast(1)
    assert await close_unfinished(store.database, now=NOW, reference="ref") == ["b"]
    closed = await store.history.broadcast("b")
    assert closed
    assert closed.ending
    assert (closed.state, closed.ending.reason, closed.ending.reference) == (
        State.FAILED,
        Reason.INTERRUPTED,
        "ref",
    )
    assert await store.history.broadcast(done.id) == done
    assert await store.owed() == ["recording:own", "recording:own1", "recordings:b", "recordings:b1"]
    with store.database.engine.connect() as connection:
        row = connection.execute(suggestions.select()).one()
    assert (row.outcome, row.refusal) == ("refused", "interrupted")
    assert await close_unfinished(store.database, now=NOW, reference="ref") == []


@pytest.mark.parametrize(
    "text", ["half a pair \ud800", "nothing \x00 at all", "\udfff"], ids=["high", "null", "low"]
)
async def test_text_that_no_database_keeps_is_stored_all_the_same(store: Store, text: str) -> None:
    """Names and prompts come from outside: none may break a write, or a search."""
    broadcast, stream = live_broadcast()
    await store.journal.save_broadcast(replace(broadcast, host=Viewer(1, text), prompt=text))
    await store.journal.save_stream(replace(stream, prompt=text))
    [found] = await store.history.search_broadcasts(CHANNEL.guild_id, text, limit=5)
    assert found.prompt == text.encode(errors="replace").decode().replace("\0", "?")
    assert await store.history.find_broadcast(CHANNEL.guild_id, text) is None


async def test_a_write_that_cannot_be_made_does_not_stop_the_writer(store: Store) -> None:
    """Whatever an impossible write raises, its caller gets it, and the next write is made."""
    broadcast, _ = live_broadcast()
    with pytest.raises((OverflowError, DataError)):
        await store.journal.save_broadcast(replace(broadcast, channel=Channel(1, 2**70)))
    await asyncio.wait_for(store.journal.save_broadcast(broadcast), 5)


@pytest.mark.parametrize(
    ("live_for", "seen_at", "lasted"),
    [(True, 90, 90), (True, None, 0), (True, -3600, 0), (False, 30, None), (False, None, None)],
)
async def test_downtime_is_not_time_on_air(
    store: Store, live_for: bool, seen_at: float | None, lasted: float | None
) -> None:
    """Found eight hours after the crash: it ended when it was last seen, or began."""
    broadcast, stream = live_broadcast()
    if not live_for:
        broadcast = replace(broadcast, state=State.CONNECTING, live_at=None)
    await store.journal.save_broadcast(broadcast)
    if live_for:
        await store.journal.save_stream(stream)
    if seen_at is not None:
        await store.journal.save_signs_of_life(["b", "another"], NOW + timedelta(seconds=seen_at))
    await store.journal.save_broadcast(broadcast)  # its next change takes the sign of life not away
    await close_unfinished(store.database, now=NOW + timedelta(hours=8), reference="ref")
    closed = await store.history.broadcast("b")
    assert closed
    assert closed.ended_at == NOW + timedelta(seconds=max(0, seen_at or 0))
    if lasted is not None:
        past = await store.history.find_broadcast(CHANNEL.guild_id, stream.shown_id)
        assert past
        assert past.streams[0].stream.ended_at == closed.ended_at == NOW + timedelta(seconds=lasted)


@pytest.mark.parametrize(("seen_at", "lasted"), [(150, 150), (130, 141), (None, 141)])
@pytest.mark.parametrize("has_begun", [True, False])
async def test_a_crash_at_a_seam_closes_both_streams(
    store: Store, has_begun: bool, seen_at: float | None, lasted: float
) -> None:
    """At the last sign of life, which a stream's beginning is too: none begins after its broadcast's end."""
    broadcast, first = live_broadcast()
    at_seam = NOW + timedelta(seconds=141)
    second = replace(first, id="own 2", number=2, started_at=at_seam, service_id="s2" if has_begun else None)
    await store.journal.save_broadcast(broadcast)
    for stream in (first, second):
        await store.journal.save_stream(stream)
    if seen_at is not None:
        await store.journal.save_signs_of_life(["b"], NOW + timedelta(seconds=seen_at))
    await close_unfinished(store.database, now=NOW + timedelta(hours=8), reference="ref")
    with store.database.engine.connect() as connection:
        rows = (connection.execute(select(streams.c.state, streams.c.end_reason, streams.c.ended_at))).all()
        columns = (broadcasts.c.state, broadcasts.c.reason, broadcasts.c.ended_at)
        rows = [*rows, *connection.execute(select(*columns)).all()]
    ended_at = NOW + timedelta(seconds=lasted)
    assert [tuple(row) for row in rows] == [("failed", "interrupted", ended_at)] * 3
    followed = [key for key in await store.owed() if key.startswith("recording:")]
    assert followed == ["recording:own", "recording:own 2"][: 1 + has_begun]


async def test_a_stream_whose_end_was_not_stored_ended_with_its_broadcast(store: Store) -> None:
    """The disk was full for a moment: the broadcast knows when it was."""
    broadcast, stream = live_broadcast()
    over = replace(ended(broadcast), ended_at=NOW + timedelta(seconds=70))
    await store.journal.save_broadcast(over)
    await store.journal.save_stream(stream)
    assert await close_unfinished(store.database, now=NOW + timedelta(hours=8), reference="ref") == []
    past = await store.history.find_broadcast(CHANNEL.guild_id, stream.shown_id)
    assert past
    assert past.streams[0].stream.ended_at == over.ended_at


async def test_times_on_air_are_found_as_far_as_is_known(store: Store) -> None:
    """Of this server, and later than that; what has no end yet lasted until its last sign of life."""
    day = timedelta(days=1)
    live, _ = live_broadcast()
    times = {
        "yesterday": (NOW - 2 * day, NOW - day),
        "over midnight": (NOW - day - timedelta(hours=1), NOW - day + timedelta(minutes=1)),
        "today": (NOW, NOW + timedelta(minutes=2)),
    }
    for name, (live_at, ended_at) in times.items():
        await store.journal.save_broadcast(replace(ended(live), id=name, live_at=live_at, ended_at=ended_at))
    elsewhere = replace(ended(live), id="elsewhere", channel=Channel(5, 6))
    await store.journal.save_broadcast(elsewhere)
    await store.journal.save_broadcast(replace(live, id="running"))
    await store.journal.save_broadcast(replace(live, id="connecting", state=State.CONNECTING, live_at=None))
    seen_at = NOW + timedelta(seconds=50)
    await store.journal.save_signs_of_life(["running"], seen_at)
    found = await store.history.times_on_air(CHANNEL.guild_id, since=NOW - day)
    assert {(time.broadcast_id, time.began_at, time.ended_at) for time in found} == {
        ("over midnight", *times["over midnight"]),
        ("today", *times["today"]),
        ("running", NOW, seen_at),
    }


async def test_a_broadcast_of_many_streams_is_on_air_once(store: Store) -> None:
    """Streams that run beside each other at a seam take no more of the day than the broadcast did."""
    live, stream = live_broadcast()
    over = replace(ended(live), ended_at=NOW + timedelta(minutes=6))
    await store.journal.save_broadcast(over)
    for number in (1, 2, 3):
        began_at = NOW + timedelta(seconds=115 * (number - 1))
        named = replace(stream, id=f"own{number}", number=number, service_id=f"s{number}")
        await store.journal.save_stream(
            replace(named, started_at=began_at, ended_at=began_at + timedelta(seconds=130))
        )
    [time] = await store.history.times_on_air(CHANNEL.guild_id, since=NOW - timedelta(days=1))
    assert (time.began_at, time.ended_at) == (NOW, over.ended_at)
    past = await store.history.past_broadcast(live.id)
    assert past
    assert past.on_air_s == 360
