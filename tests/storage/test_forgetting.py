"""Whoever is forgotten leaves every table; and whoever asks is told what is in them."""

import json
import re
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import BigInteger, LargeBinary, Table, text

from bot.broadcast.model import Suggestion, Viewer
from bot.broadcast.posts import Post, PostKind
from bot.broadcast.telling.errand import Kind
from bot.process.clock import SystemClock
from bot.storage import schema
from bot.storage.people import forgetting
from bot.storage.people.columns import person_columns, personal_tables, stays
from bot.storage.people.forgetting import DatabasePeople
from tests.storage.conftest import NOW, Store, live_broadcast
from tests.storage.test_privacy import HERE, PLACES, ROBIN, everything, file_of, fill

NOBODY = Viewer(-77, "")
COUNTS = PLACES | {"size_bytes", "number", "news"}
TABLES_FILLED = {"people", "broadcasts", "suggestions", "votes", "mutes", "actions"}
AT = "2026-08-01 20:00:00"
SAID = (
    "INSERT INTO suggestions (id, broadcast_id, viewer_id, prompt, outcome, detail, settled_at, suggested_at,"
    " channel_id, message_id)"
    f" VALUES ('{{0}}', 'R7002', 111, 'so {{0}}', '{{0}}', 'it said so {{0}}', '{AT}', '{AT}', 1, 2)"
)
APPROVED = (
    "INSERT INTO actions (guild_id, actor_id, kind, subject, at)"
    f" VALUES (7001, 222, 'approve', 'so {{0}}', '{AT}')"
)


def keeper_of(store: Store) -> DatabasePeople:
    """What the database keeps of people, beside the journal of the test."""
    return DatabasePeople(store.database, store.writer, store.outbox, store.journal.names, SystemClock())


@pytest.mark.parametrize("table", schema.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_column_with_somebody_is_known_for_it(table: Table) -> None:
    """A new one that is not would be forgotten by forgetting: it could be the ID of anybody, or a name."""
    for column in table.columns:
        is_told = column in person_columns(table) or column.name in COUNTS
        assert is_told or not isinstance(column.type, BigInteger), column
        assert not column.name.endswith("_name"), f"{column}: names stand in the table of people alone"


@pytest.mark.sqlite
async def test_nothing_is_left_of_who_is_forgotten(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither ID nor name, in any table, however few rows at a time; rows and counts are as many as before.

    Their own mute stays, by its ID alone: nobody gets rid of it so.
    """
    monkeypatch.setattr(forgetting, "AT_ONCE", 1)
    await fill(store, HERE)
    before, people = everything(store), keeper_of(store)
    assert await people.forget(ROBIN.id, NOBODY)
    assert await people.forget(ROBIN.id, Viewer(-78, "")), "again, as after a crash"
    after = everything(store)
    with_id = [line for line in after.splitlines() if re.search(r"\b111\b", line)]
    assert [line.split(":")[0] for line in with_id] == ["mutes"]
    assert "Robin Redbreast" not in after
    assert "-78" not in after
    lost = [line for line in before.splitlines() if line.startswith("people")]
    assert len(lost) == 2
    owed = [line for line in after.splitlines() if line.startswith("outbox") and "unnamed" in line]
    assert len(after.splitlines()) - len(owed) == len(before.splitlines()) - 1
    assert after.count("222") == before.count("222")
    assert after.count("-77") == len(re.findall(r"\b111\b", before)) - 2, "all but the name's and the mute's"


@pytest.mark.sqlite
async def test_what_the_world_took_stays_and_what_it_did_not_goes(store: Store) -> None:
    """With the words goes a moderator's entry of them; nothing leads to the message any more."""
    await fill(store, HERE)
    people = keeper_of(store)
    for outcome in ("refused", "acknowledged"):
        with store.database.engine.begin() as connection:
            connection.execute(text(SAID.format(outcome)))
            connection.execute(text(APPROVED.format(outcome)))
    await people.forget(ROBIN.id, NOBODY)
    after = everything(store)
    assert "so refused" not in after
    assert after.count("'so acknowledged'") == 2
    kept = await store.history.suggestion("acknowledged")
    assert kept
    assert (kept.viewer, kept.origin) == (NOBODY, None)


async def test_what_shows_the_name_is_owed_anew(store: Store) -> None:
    """Each broadcast that had something of theirs, in the transaction that takes it out; and no other."""
    await fill(store, HERE)
    other, _ = await store.past_broadcast(5)
    for message_id, broadcast_id in ((8, other.id), (9, "S7002")):
        panel = Post(str(message_id), message_id, 7, PostKind.PANEL, broadcast_id, NOW, closed_at=NOW)
        await store.journal.save_post(panel)
    await keeper_of(store).forget(ROBIN.id, NOBODY)
    assert [key for key in await store.owed() if key.startswith(Kind.UNNAMED)] == [
        "unnamed:R7002",
        "unnamed:S7002",
    ]
    assert [post.message_id for post in await store.history.open_panels_of_the_past()] == [9]


async def test_what_is_under_way_is_left_to_who_runs_it(store: Store) -> None:
    """It is stored anew when it is settled, and would bring the ID back."""
    broadcast, stream = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    await store.journal.save_stream(stream)
    sent = Suggestion("x", "b", ROBIN, "snow", NOW).sent(stream.id, NOW)
    await store.journal.save_suggestion(sent)
    await keeper_of(store).forget(ROBIN.id, NOBODY)
    suggestion = await store.history.suggestion("x")
    assert suggestion
    assert suggestion == sent._replace(viewer=Viewer(ROBIN.id, ""), origin=None)


async def test_who_goes_on_is_known_anew(store: Store) -> None:
    """What they suggest after that is theirs again, with the name that they show then."""
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    said = Suggestion("x", "b", ROBIN, "snow", NOW)
    await store.journal.save_suggestion(said, is_new=True)
    await keeper_of(store).forget(ROBIN.id, NOBODY)
    await store.journal.save_suggestion(said._replace(id="y"), is_new=True)
    suggestion = await store.history.suggestion("y")
    assert suggestion
    assert suggestion.viewer == ROBIN


async def test_a_name_that_only_an_entry_of_before_had_goes_too(store: Store) -> None:
    """Earlier versions noted whom a mute was about by name: a key stands there."""
    await fill(store, HERE)
    with store.database.engine.begin() as connection:
        for guild_id in (7001, 9001):
            connection.execute(
                text(
                    f"INSERT INTO people VALUES ({guild_id}, -5, 'Robin Redbreast'), ({guild_id}, -6, 'Kit')"
                )
            )
    await keeper_of(store).forget(ROBIN.id, NOBODY)
    with store.database.engine.connect() as connection:
        left = connection.execute(text("SELECT guild_id, person_id FROM people WHERE person_id < 0"))
        assert {tuple(row) for row in left} == {(7001, -6), (9001, -5), (9001, -6)}


@pytest.mark.sqlite
async def test_the_name_leaves_the_file_as_well(store: Store) -> None:
    """Once the bot was stopped, no byte of it is left in the database or beside it."""
    await fill(store, HERE)
    assert _raw(store).count(b"Robin Redbreast")
    await keeper_of(store).forget(ROBIN.id, NOBODY)
    await store.writer._connection.close()
    await store.let_go()
    with closing(sqlite3.connect(file_of(store))) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert not _raw(store).count(b"Robin Redbreast")


async def test_whoever_asks_is_told_all_that_is_kept_of_them(store: Store) -> None:
    """A row of each table that has them, with every fact that is not about somebody else, or a secret."""
    await fill(store, HERE)
    told = await keeper_of(store).tell(ROBIN.id)
    assert set(told) == {table.name for table in personal_tables() if told.get(table.name)} | {"streams"}
    for table in personal_tables():
        if not any(stays(column) for column in person_columns(table)) and table.name in TABLES_FILLED:
            assert told[table.name], table.name
    as_json = json.dumps(told, ensure_ascii=False)
    assert "222" not in as_json
    assert "Sasha" not in as_json
    for name, entries in told.items():
        assert all(111 in entry.values() for entry in entries) or name == "streams"
    secret = {
        c.name for t in schema.metadata.sorted_tables for c in t.columns if isinstance(c.type, LargeBinary)
    }
    assert not secret & {name for entries in told.values() for entry in entries for name in entry}


async def test_ids_are_told_so_that_nobody_rounds_them(store: Store) -> None:
    """JSON's readers take numbers for floating ones."""
    broadcast, _ = live_broadcast()
    await store.journal.save_broadcast(broadcast)
    told = await keeper_of(store).tell(broadcast.host.id)
    assert told["people"] == [
        {
            "guild_id": str(broadcast.channel.guild_id),
            "person_id": str(broadcast.host.id),
            "name": broadcast.host.name,
        }
    ]


def _raw(store: Store) -> bytes:
    return b"".join(each.read_bytes() for each in file_of(store).parent.iterdir())
