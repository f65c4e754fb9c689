"""Who somebody is stands in one place, and is read as if it stood everywhere."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from bot.broadcast.audit import Action, ActionKind
from bot.broadcast.intake.intake import Mute
from bot.broadcast.model import Suggestion, Viewer
from bot.storage.database import open_database
from bot.storage.guilds import DatabaseGuilds
from bot.storage.history import DatabaseHistory
from bot.storage.recovery import left_running
from bot.storage.writer import Writer
from tests.storage.conftest import CHANNEL, MIKA, NOW, Store, ended, live_broadcast
from tests.storage.test_panels import migrated

GUILD, AT = CHANNEL.guild_id, "2026-08-01 20:0{}:00.000000"
ROBIN = Viewer(2**62 + 7, "Robin")
SAID = (
    "INSERT INTO suggestions (id, broadcast_id, viewer_id, viewer_name, prompt, outcome, suggested_at)"
    " VALUES ('{}', 'b', {}, '{}', 'snow', 'refused', '" + AT + "')"
)
NOTED = (
    "INSERT INTO actions (guild_id, actor_id, actor_name, kind, subject, at)"
    " VALUES ({}, 3, '{}', '{}', '{}', '{}')"
)
OF_THE_VERSION_BEFORE = (
    "INSERT INTO broadcasts (id, guild_id, channel_id, host_id, host_name, ended_by_id, ended_by_name,"
    f" prompt, portrait, state, reason, requested_at, ended_at)"
    f" VALUES ('b', {GUILD}, {CHANNEL.id}, 3, 'Mika', 4,"
    f" 'Vera', 'A cat', 0, 'ended', 'moderator_ended', '{AT.format(0)}', '{AT.format(1)}')",
    SAID.format("x", 5, "Robin", 2),
    SAID.format("y", 5, "Robin of old", 1),
    SAID.format("z", 6, "Kit", 1),
    SAID.format("w", 7, "Kit", 1),
    f"INSERT INTO mutes VALUES ({GUILD}, 8, 'Alex', '2100-01-01 00:00:00.000000', 3, 'Mika')",
    NOTED.format(GUILD, "Mika the mod", "mute", "Alex for 10 min", AT.format(3)),
    NOTED.format(GUILD, "Mika the mod", "unmute", "Waits for nobody", AT.format(3)),
    NOTED.format(GUILD, "Mika the mod", "mute", "Kit for 7 days", AT.format(3)),
    NOTED.format(GUILD, "Mika the mod", "approve", "Alex for 10 min", AT.format(3)),
)


async def test_a_database_of_the_version_before_keeps_its_names(url: str, tmp_path: Path) -> None:
    """Of each the newest; whom a mute was about is known where only one can be meant, else by name alone."""
    older = migrated(tmp_path, "0015")
    with older.begin() as connection:
        for row in OF_THE_VERSION_BEFORE:
            connection.execute(text(row))
    older.dispose()
    async with open_database(url) as database, Writer(database) as writer:
        broadcast = await DatabaseHistory(database).broadcast("b")
        assert broadcast
        assert broadcast.ending
        assert (broadcast.host, broadcast.ending.by) == (Viewer(3, "Mika the mod"), Viewer(4, "Vera"))
        for suggestion_id, viewer in (("x", Viewer(5, "Robin")), ("y", Viewer(5, "Robin"))):
            suggestion = await DatabaseHistory(database).suggestion(suggestion_id)
            assert suggestion
            assert suggestion.viewer == viewer
        guilds = DatabaseGuilds(database, writer)
        [(_, mute)] = await guilds.remaining_mutes(NOW)
        assert (mute.viewer, mute.by) == (Viewer(8, "Alex"), Viewer(3, "Mika the mod"))
        approved, muted, unmuted, of_alex = await guilds.latest_actions(GUILD, 9)
        assert (of_alex.other, of_alex.subject) == (Viewer(8, "Alex"), "10 min")
        assert (approved.other, approved.subject) == (None, "Alex for 10 min")
        for action, name, how_long in ((muted, "Kit", "7 days"), (unmuted, "Waits for nobody", "")):
            assert action.other
            assert action.other.id < 0
            assert (action.other.name, action.subject) == (name, how_long)
        with database.engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


async def test_names_are_found_wherever_people_are_read(store: Store) -> None:
    """Of hosts, who ended, who suggested, who is muted and by whom, who did what to whom."""
    broadcast, stream = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_stream(stream)
    await store.journal.save_suggestion(Suggestion("x", "b", ROBIN, "snow", NOW), is_new=True)
    [left] = await left_running(store.database, now=NOW, within=NOW - NOW.replace(hour=1))
    assert (left.broadcast.host, left.suggestions[0].suggestion.viewer) == (MIKA, ROBIN)
    await store.journal.save_broadcast(ended(broadcast))
    past = await store.history.past_broadcast("b")
    assert past
    assert past.broadcast.ending
    assert (past.broadcast.host, past.broadcast.ending.by) == (MIKA, MIKA)
    guilds, mute = DatabaseGuilds(store.database, store.writer), Mute(ROBIN, NOW.replace(year=2100), MIKA)
    await guilds.save_mute(GUILD, mute)
    assert await guilds.remaining_mutes(NOW) == [(GUILD, mute)]
    action = Action(GUILD, MIKA, ActionKind.MUTE, "10 min", NOW, ROBIN)
    await guilds.save_action(action)
    assert await guilds.latest_actions(GUILD, 5) == [action]
    assert [each.id for each in await store.history.search_broadcasts(GUILD, "mika", limit=5)] == ["b"]


@pytest.fixture
def written(store: Store) -> Callable[[], list[str]]:
    """The statements that were executed since it was asked last."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: object) -> None:
        statements.append(statement.split("(")[0].strip())

    event.listen(store.writer._connection.engine, "before_cursor_execute", note)  # type: ignore[attr-defined]

    def since() -> list[str]:
        taken, statements[:] = [each for each in statements if each.startswith("INSERT")], []
        return taken

    return since


async def test_a_person_is_written_once_for_a_name(store: Store, written: Callable[[], list[str]]) -> None:
    """Not with each suggestion, nor with what becomes of it; a new name is, and holds for all of theirs."""
    broadcast, stream = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_stream(stream)
    written()
    said = Suggestion("1", "b", ROBIN, "snow", NOW)
    await store.journal.save_suggestion(said, is_new=True)
    assert written() == ["INSERT INTO people", "INSERT INTO suggestions"]
    await store.journal.save_suggestion(said.sent("own", NOW))
    await store.journal.save_suggestion(said._replace(id="2"), is_new=True)
    assert written() == ["INSERT INTO suggestions"] * 2
    renamed = Viewer(ROBIN.id, "Red Robin")
    await store.journal.save_suggestion(said._replace(id="3", viewer=renamed), is_new=True)
    assert written() == ["INSERT INTO people", "INSERT INTO suggestions"]
    await store.journal.save_suggestion(said)
    assert written() == ["INSERT INTO suggestions"], "what they said before is no news of their name"
    for suggestion_id in ("1", "2", "3"):
        suggestion = await store.history.suggestion(suggestion_id)
        assert suggestion
        assert suggestion.viewer == renamed


@pytest.mark.sqlite
async def test_a_name_that_was_not_stored_comes_with_the_next_suggestion(store: Store) -> None:
    """Its transaction failed: whoever is at fault, it is not taken for stored."""
    broadcast, _ = live_broadcast()
    with pytest.raises(Exception, match="FOREIGN KEY"):
        await store.journal.save_suggestion(Suggestion("1", "b", ROBIN, "snow", NOW), is_new=True)
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_suggestion(Suggestion("2", "b", ROBIN, "snow", NOW), is_new=True)
    suggestion = await store.history.suggestion("2")
    assert suggestion
    assert suggestion.viewer == ROBIN


async def test_who_has_no_name_is_read_as_nobody(store: Store) -> None:
    """The ID stays, since things hang on it."""
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_suggestion(Suggestion("1", "b", Viewer(-5, ""), "snow", NOW))
    suggestion = await store.history.suggestion("1")
    assert suggestion
    assert suggestion.viewer == Viewer(-5, "")
