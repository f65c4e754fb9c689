"""Keys of our own: what is meant can be stored before the service and Discord have their IDs for it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.broadcast.model import Origin, Recording, Suggestion
from bot.broadcast.posts import Post, PostKind
from bot.storage.contents import whole_contents
from bot.storage.database import open_database
from bot.storage.guilds import DatabaseGuilds
from bot.storage.history import DatabaseHistory
from bot.storage.recovery import close_unfinished
from tests.storage.conftest import CHANNEL, MIKA, NOW, Store, live_broadcast
from tests.storage.test_panels import migrated

AT = "2026-08-01 20:00:00.000000"
OLD_ROWS = (
    "INSERT INTO broadcasts (id, guild_id, channel_id, host_id, host_name, prompt, portrait, state,"
    f" requested_at) VALUES ('b', {CHANNEL.guild_id}, {CHANNEL.id}, 3, 'Mika', 'A cat', 0, 'ended', '{AT}')",
    "INSERT INTO streams (id, broadcast_id, prompt, portrait, state, end_reason, started_at, ended_at)"
    f" VALUES ('stream-of-the-service', 'b', 'A cat', 0, 'ended', 'host_ended', '{AT}', '{AT}')",
    "INSERT INTO suggestions (id, broadcast_id, stream_id, viewer_id, viewer_name, prompt, outcome,"
    f" suggested_at) VALUES ('x', 'b', 'stream-of-the-service', 5, 'Robin', 'snow', 'refused', '{AT}')",
    f"INSERT INTO recordings VALUES ('stream-of-the-service', 840, 42.0, 1, 1, 1, 1, '{AT}')",
    "INSERT INTO posts (message_id, channel_id, kind, broadcast_id, stream_id, posted_at)"
    f" VALUES ({2**62 + 9}, {CHANNEL.id}, 'recording', 'b', 'stream-of-the-service', '{AT}')",
    "INSERT INTO posts (message_id, channel_id, kind, broadcast_id, posted_at)"
    f" VALUES ({2**62 + 8}, {CHANNEL.id}, 'panel', 'b', '{AT}')",
)


@pytest.mark.parametrize("revision", [f"{number:04}" for number in range(1, 7)])
async def test_an_upgrade_carries_everything_over(url: str, tmp_path: Path, revision: str) -> None:
    """From whatever version: all is found as before, hangs together, and lies beside it as it was."""
    older = migrated(tmp_path, revision)
    with older.begin() as connection:
        for row in OLD_ROWS:
            connection.execute(text(row))
    older.dispose()
    async with open_database(url) as database:
        history = DatabaseHistory(database)
        found = await history.find_broadcast(CHANNEL.guild_id, "stream-of-the-service")
        assert found
        [past] = found.streams
        stream = past.stream
        assert (past.duration_s, stream.number, stream.intended_at) == (42.0, 1, NOW)
        assert stream.started_at == stream.ended_at == NOW
        post = await history.recording_post("b")
        assert post
        assert (post.message_id, post.kind, post.streams_shown) == (2**62 + 9, PostKind.RECORDING, 1)
        assert await history.newest_panel("b") == 2**62 + 8
        with database.engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            kept = connection.execute(text("SELECT stream_id, version FROM suggestions")).one()
        assert tuple(kept) == (stream.id, 1)
    [copy] = (tmp_path / "data" / "backups").iterdir()
    assert whole_contents(copy).revision == revision


async def test_a_stream_is_stored_before_the_service_knows_of_it(store: Store) -> None:
    """Nobody is shown it, and nothing is asked for, until its ID is added: it is the same stream then."""
    broadcast, stream = live_broadcast()
    meant = replace(stream, service_id=None, intended_at=NOW - timedelta(seconds=3))
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_stream(meant)
    assert (await store.history.past_broadcasts(CHANNEL.guild_id, limit=5)).total == 0
    assert await store.history.search_broadcasts(CHANNEL.guild_id, "", limit=5) == []
    assert await store.history.find_broadcast(CHANNEL.guild_id, broadcast.id) is None
    begun = replace(meant, service_id="s", started_at=NOW)
    await store.journal.save_stream(begun)
    page = await store.history.past_broadcasts(CHANNEL.guild_id, limit=5)
    [past] = page.broadcasts
    assert ([each.stream for each in past.streams], page.total) == ([begun], 1)


@pytest.mark.sqlite
async def test_a_crash_closes_a_stream_that_never_got_its_id(store: Store) -> None:
    """As the others; its recording is not asked for, and it is not the channel's latest."""
    broadcast, stream = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_stream(replace(stream, service_id=None))
    assert await close_unfinished(store.database, now=NOW, reference="ref") == [broadcast.id]
    assert await store.owed() == []
    assert await store.history.latest_broadcast(CHANNEL) is None
    with store.database.engine.connect() as connection:
        row = connection.execute(text("SELECT state, end_reason, ended_at FROM streams")).one()
    assert tuple(row) == ("failed", "interrupted", AT)


async def test_two_streams_without_an_id_are_two(store: Store) -> None:
    """Each has its own key, and its number in the broadcast."""
    broadcast, stream = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    for number in (1, 2):
        meant = replace(stream, id=f"own {number}", number=number, service_id=None)
        await store.journal.save_stream(meant)
    with store.database.engine.connect() as connection:
        rows = connection.execute(text("SELECT id, number FROM streams ORDER BY number"))
        assert [tuple(row) for row in rows] == [("own 1", 1), ("own 2", 2)]


async def test_a_post_is_stored_before_discord_has_it(store: Store) -> None:
    """Until its message is there it counts as not posted; then it is the same post."""
    broadcast, stream = await store.past_broadcast(1)
    await store.journal.save_recording(stream, Recording(NOW, "https://x/v"))
    meant = Post("own", None, CHANNEL.id, PostKind.RECORDING, broadcast.id, NOW, 1)
    await store.journal.save_post(meant)
    await store.journal.save_post(replace(meant, id="panel", kind=PostKind.PANEL))
    assert await store.history.recording_post(broadcast.id) is None
    assert await store.history.open_panels(broadcast.id) == []
    assert [each.id for each in await store.history.broadcasts_to_search()] == [broadcast.id]
    posted = replace(meant, message_id=7, closed_at=NOW)
    await store.journal.save_post(posted)
    assert await store.history.recording_post(broadcast.id) == posted


async def test_a_post_that_is_found_again_stays_as_it_is_remembered(store: Store) -> None:
    """The message is known: it keeps its key, and is not open again."""
    broadcast, _ = await store.past_broadcast(1)
    panel = Post("own", 7, CHANNEL.id, PostKind.PANEL, broadcast.id, NOW)
    await store.journal.add_post(panel)
    assert await store.history.open_panels(broadcast.id) == [panel]
    await store.journal.close_panel(7, NOW)
    await store.journal.add_post(replace(panel, id="another"))
    assert await store.history.open_panels(broadcast.id) == []
    with store.database.engine.connect() as connection:
        assert connection.execute(text("SELECT id FROM posts")).scalars().all() == ["own"]


async def test_what_is_overwritten_whole_has_a_version(store: Store) -> None:
    """It goes up with every change, a crash's too, so that who has read an earlier one can notice it."""
    broadcast, stream = live_broadcast()
    records = DatabaseGuilds(store.database, store.writer)
    for _ in range(2):
        await store.journal.save_broadcast(broadcast)
        await store.journal.save_stream(stream)
        await store.journal.save_suggestion(Suggestion("x", "b", MIKA, "snow", NOW))
        await records.save_settings(CHANNEL.guild_id, "{}", NOW)
    await store.journal.save_signs_of_life([broadcast.id], NOW)  # overwrites nothing
    assert await _versions(store) == [2, 2, 2, 2]
    await close_unfinished(store.database, now=NOW, reference="ref")
    assert await _versions(store) == [3, 3, 3, 2]


async def test_where_a_suggestion_came_from_is_stored(store: Store) -> None:
    """Its channel, and its message if it was one, whatever became of it."""
    broadcast, stream = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_stream(stream)
    said = Suggestion("said", "b", MIKA, "snow", NOW, Origin(2**62 + 2, 2**62 + 7))
    await store.journal.save_suggestion(said.sent(stream.id, NOW).acknowledged("Snow", NOW))
    await store.journal.save_suggestion(Suggestion("slash", "b", MIKA, "rain", NOW, Origin(5)))
    await store.journal.save_suggestion(Suggestion("unknown", "b", MIKA, "hail", NOW))
    with store.database.engine.connect() as connection:
        rows = connection.execute(text("SELECT channel_id, message_id FROM suggestions ORDER BY id"))
        assert [tuple(row) for row in rows] == [(2**62 + 2, 2**62 + 7), (5, None), (None, None)]


async def test_a_recording_hangs_on_the_streams_own_key(store: Store) -> None:
    """Whatever the service calls it."""
    _, stream = await store.past_broadcast(1)
    assert stream.id != stream.service_id
    await store.journal.save_recording(stream, Recording(NOW, duration_s=42.0))
    found = await store.history.find_broadcast(CHANNEL.guild_id, stream.shown_id)
    assert found
    [past] = found.streams
    assert (past.stream.id, past.duration_s) == (stream.id, 42.0)


async def _versions(store: Store) -> list[int]:
    tables = ("broadcasts", "streams", "suggestions", "guild_settings")
    with store.database.engine.connect() as connection:
        found = [connection.execute(text(f"SELECT version FROM {table}")) for table in tables]
        return [each.scalar_one() for each in found]
