"""Which panels are still to be mended."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, create_engine, text

from bot.broadcast.model import Recording
from bot.broadcast.posts import Post, PostKind
from bot.broadcast.states import State
from bot.broadcast.telling.errand import Kind
from bot.storage.database import open_database
from bot.storage.history import DatabaseHistory
from bot.storage.migrating import upgrade
from bot.storage.outbox import DatabaseOutbox
from bot.storage.recovery import close_unfinished
from bot.storage.writer import Writer
from tests.storage.conftest import NOW, Store, live_broadcast


def panel(message_id: int, broadcast_id: str) -> Post:
    """A panel, as it was posted."""
    return Post(str(message_id), message_id, 7, PostKind.PANEL, broadcast_id, NOW)


def migrated(tmp_path: Path, revision: str) -> Engine:
    """The test's database, as an older version made it."""
    path = tmp_path / "data" / "odyssey.sqlite3"
    path.parent.mkdir()
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection, revision)
    return engine


async def test_a_panel_is_open_from_its_broadcasts_end_until_it_is_closed(store: Store) -> None:
    """Not those of running broadcasts, closed ones, or recordings."""
    past, _ = await store.past_broadcast(1)
    running = replace(past, id="running", state=State.LIVE)
    await store.journal.save_broadcast(running)
    for post in (panel(1, past.id), panel(2, past.id), panel(3, running.id)):
        await store.journal.save_post(post)
    await store.journal.save_post(Post("4", 4, 7, PostKind.RECORDING, past.id, NOW))
    assert [post.message_id for post in await store.history.open_panels_of_the_past()] == [1, 2]
    await store.journal.close_panel(1, NOW)
    assert await store.history.open_panels_of_the_past() == [panel(2, past.id)]
    assert await store.history.open_panels(running.id) == [panel(3, running.id)]


async def test_what_was_cut_off_has_its_panels_opened_again(store: Store) -> None:
    """Whatever such a panel shows by now, it is not the end that the database has."""
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_post(panel(1, broadcast.id))
    await store.journal.close_panel(1, NOW)
    await close_unfinished(store.database, now=NOW, reference="ref")
    assert await store.history.open_panels_of_the_past() == [panel(1, broadcast.id)]


async def test_an_upgrade_does_not_edit_the_panels_of_years(url: str, tmp_path: Path) -> None:
    """Panels from before the column are taken to be right, except those of broadcasts that were cut off."""
    older = migrated(tmp_path, "0002")
    with older.begin() as connection:
        for broadcast_id, state, message_id in (("over", "ended", 1), ("cut off", "live", 2)):
            connection.execute(
                text(
                    "INSERT INTO broadcasts (id, guild_id, channel_id, host_id, host_name, prompt, portrait,"
                    " state, requested_at) VALUES (:id, 1, 7, 2, 'Mika', 'A cat', 0, :state, :at)"
                ),
                {"id": broadcast_id, "state": state, "at": "2026-08-01 20:00:00"},
            )
            connection.execute(
                text("INSERT INTO posts VALUES (:message_id, 7, 'panel', :id, NULL, :at)"),
                {"message_id": message_id, "id": broadcast_id, "at": "2026-08-01 20:00:00"},
            )
    older.dispose()
    async with open_database(url) as database:
        await close_unfinished(database, now=NOW, reference="ref")
        assert [post.message_id for post in await DatabaseHistory(database).open_panels_of_the_past()] == [2]


async def test_an_upgrade_follows_what_was_told_too_early(url: str, tmp_path: Path) -> None:
    """What was said not to be there, and what was not posted, is awaited again, unless that was long ago."""
    older = migrated(tmp_path, "0003")
    with older.begin() as connection:
        lately, long_ago = datetime.now(UTC) - timedelta(days=1), datetime.now(UTC) - timedelta(days=8)
        for number, (stream_id, ended_at, has_post, has_video) in enumerate(
            [
                ("posted", lately, True, True),
                ("told", lately, True, False),
                ("unposted", lately, False, False),
                ("told long ago", long_ago, True, False),
                ("unposted long ago", long_ago, False, False),
            ]
        ):
            connection.execute(
                text(
                    "INSERT INTO broadcasts (id, guild_id, channel_id, host_id, host_name, prompt, portrait,"
                    " state, requested_at)"
                    " VALUES (:id, 1, 7, 2, 'Mika', 'A cat', 0, 'ended', '2026-08-01 20:00:00')"
                ),
                {"id": f"of {stream_id}"},
            )
            connection.execute(
                text(
                    "INSERT INTO streams (id, broadcast_id, prompt, portrait, state, started_at, ended_at)"
                    " VALUES (:id, 'of ' || :id, 'A cat', 0, 'ended', :at, :at)"
                ),
                {"id": stream_id, "at": f"{ended_at:%Y-%m-%d %H:%M:%S.%f}"},
            )
            if has_post:
                connection.execute(
                    text(
                        "INSERT INTO posts (message_id, channel_id, kind, broadcast_id, stream_id, posted_at)"
                        " VALUES (:number, 7, 'recording', 'of ' || :id, :id, '2026-08-01 20:00:00')"
                    ),
                    {"number": number, "id": stream_id},
                )
            if has_video:
                connection.execute(
                    text("INSERT INTO recordings VALUES (:id, 1, 1.0, 1, 1, 1, 1, '2026-08-01 20:00:00')"),
                    {"id": stream_id},
                )
    older.dispose()
    async with open_database(url) as database, Writer(database) as writer:
        history = DatabaseHistory(database)
        owed = {(each.kind, each.broadcast_id) for each in await DatabaseOutbox(database, writer).errands()}
        awaited = {(Kind.RECORDING, "of told"), (Kind.RECORDING, "of unposted")}
        assert owed == {*awaited, (Kind.RECORDINGS, "of posted")}
        kinds = {PostKind.NO_RECORDING: "told", PostKind.RECORDING: "posted"}
        for kind, stream_id in kinds.items():
            post = await history.recording_post(f"of {stream_id}")
            assert post
            assert post.kind is kind
        assert await history.broadcasts_to_search() == []


async def test_a_late_recording_takes_the_place_of_the_word_that_there_is_none(store: Store) -> None:
    """The same message, which is another kind of post now."""
    broadcast, stream = await store.past_broadcast(1)
    word = Post("1", 1, 7, PostKind.NO_RECORDING, broadcast.id, NOW)
    await store.journal.save_post(word)
    await store.journal.save_recording(stream, Recording(NOW, "https://x/v"))
    recording = replace(word, kind=PostKind.RECORDING, streams_shown=1, closed_at=NOW)
    await store.journal.save_post(recording)
    assert await store.history.recording_post(broadcast.id) == recording


async def test_panels_that_nobody_remembers_are_looked_for_once(store: Store) -> None:
    """Of broadcasts that were cut off, and of those that have none at all: not of those that run."""
    ended, _ = await store.past_broadcast(1)
    remembered, _ = await store.past_broadcast(2)
    await store.journal.save_post(panel(2, remembered.id))
    running, _ = live_broadcast()
    await store.journal.save_broadcast(running)
    await store.journal.save_post(panel(3, running.id))
    assert [b.id for b in await store.history.broadcasts_to_search()] == [ended.id]
    await close_unfinished(store.database, now=NOW, reference="ref")
    assert {b.id for b in await store.history.broadcasts_to_search()} == {ended.id, running.id}
    for broadcast in (ended, running):
        await store.journal.panels_sought(broadcast.id, NOW)
    assert await store.history.broadcasts_to_search() == []
