"""Which panels are still to be mended."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from bot.broadcast.states import State
from bot.storage.archive import Archive
from bot.storage.database import MIGRATIONS, open_database
from bot.storage.journal import Post, PostKind
from bot.storage.recovery import close_unfinished
from tests.storage.conftest import NOW, Store, live_broadcast

EARLIER = NOW - timedelta(days=1)


def panel(message_id: int, broadcast_id: str) -> Post:
    """A panel, as it was posted."""
    return Post(message_id, 7, PostKind.PANEL, broadcast_id, NOW)


async def test_a_panel_is_open_from_its_broadcasts_end_until_it_is_closed(store: Store) -> None:
    """Not those of running broadcasts, closed ones, recordings, or old ones."""
    past, stream = await store.past_broadcast(1)
    running = replace(past, id="running", state=State.LIVE)
    await store.journal.save_broadcast(running)
    for post in (panel(1, past.id), panel(2, past.id), panel(3, running.id)):
        await store.journal.save_post(post)
    await store.journal.save_post(Post(4, 7, PostKind.RECORDING, past.id, NOW, stream.id))
    assert [post.message_id for post in await store.archive.open_panels_of_the_past(EARLIER)] == [1, 2]
    await store.journal.close_panel(1, NOW)
    assert await store.archive.open_panels_of_the_past(EARLIER) == [panel(2, past.id)]
    assert await store.archive.open_panels_of_the_past(NOW + timedelta(seconds=1)) == []


async def test_what_was_cut_off_has_its_panels_opened_again(store: Store) -> None:
    """Whatever such a panel shows by now, it is not the end that the database has."""
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_post(panel(1, broadcast.id))
    await store.journal.close_panel(1, NOW)
    await close_unfinished(store.engine, now=NOW, reference="ref")
    assert await store.archive.open_panels_of_the_past(EARLIER) == [panel(1, broadcast.id)]


async def test_an_upgrade_does_not_edit_the_panels_of_years(url: str, tmp_path: Path) -> None:
    """Panels from before the column are taken to be right, except those of broadcasts that were cut off."""
    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix())
    path = tmp_path / "data" / "odyssey.sqlite3"
    path.parent.mkdir()
    older = create_engine(f"sqlite:///{path}")
    with older.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
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
    async with open_database(url) as engine:
        await close_unfinished(engine, now=NOW, reference="ref")
        assert [post.message_id for post in await Archive(engine).open_panels_of_the_past(EARLIER)] == [2]
