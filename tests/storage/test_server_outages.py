"""A server that is away for a while, in the ways in which one can be: what happened is stored in the end."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select

from bot.broadcast.errors import NotStoredError
from bot.storage.connections import Database
from bot.storage.database import open_database
from bot.storage.postgresql import connections
from bot.storage.schema import guild_settings
from bot.storage.writer import Upsert, Writer, upsert
from tests.storage.conftest import NOW
from tests.support.outages import Outage, frozen, killed, of_both, read_only, stopped
from tests.support.postgres import Postgres, running_postgres, server_directory, small_disk


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for seconds here."""
    monkeypatch.setattr("bot.storage.writer.ASKED_S", 0.3)


@pytest.fixture
def server() -> Iterator[Postgres]:
    """One of the test's own."""
    with server_directory() as directory, running_postgres(directory) as server:
        yield server


@pytest.mark.outage("PostgreSQL restarted, frozen or gone for a moment", "PostgreSQL read-only or full")
@pytest.mark.parametrize("how", [stopped, killed, frozen, read_only])
async def test_what_has_happened_waits_for_a_server_that_is_away(
    server: Postgres, how: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked for is refused after a moment; then all goes on by itself, with the server's return."""
    monkeypatch.setattr(connections, "WRITE_S", 1.0)  # who is frozen is hung up on after that
    async with storage(server.new_database()) as (database, writer):
        await writer.execute(setting(1))
        async with how(server):
            fact = await only_a_fact_waits(writer)
        await asyncio.wait_for(fact, 60)
        assert await known(database) == {1, 2}


@pytest.mark.outage("PostgreSQL read-only or full")
@pytest.mark.parametrize("what", ["its tables", "its log"])
async def test_what_has_happened_waits_for_a_server_whose_disk_is_full(what: str) -> None:
    """Where the log has no room the server goes down, and cannot come back before there is some."""
    with small_disk(160) as disk, running_postgres(disk) as server:
        async with storage(server.new_database()) as (database, writer):
            await writer.execute(setting(1))
            server.execute("CHECKPOINT")
            filler = disk / "filler"
            filled(filler)
            if what == "its log":
                await asyncio.to_thread(log_until_down, server, filler)
            fact = await only_a_fact_waits(writer, os.urandom(1_500_000).hex())
            filler.unlink()
            await asyncio.to_thread(server.start)  # unless it is there
            await asyncio.wait_for(fact, 60)
            assert await known(database) == {1, 2}


@pytest.mark.outage("PostgreSQL failing over")
async def test_what_was_stored_is_where_a_standby_takes_over(server: Postgres) -> None:
    """Nothing that was said to be stored is missing, and all goes on at the other one."""
    url = server.new_database()
    with server_directory() as directory, server.standby(directory) as standby:
        # It is named first, and taken only when its time has come.
        async with storage(of_both(standby, server, url)) as (database, writer):
            before = set(range(10, 20))
            for number in before:
                await writer.execute(setting(number))
            await asyncio.to_thread(server.kill)
            fact = await only_a_fact_waits(writer)
            await asyncio.to_thread(standby.execute, "SELECT pg_promote()")
            await asyncio.wait_for(fact, 60)
            assert await known(database) == {2, *before}


async def only_a_fact_waits(writer: Writer, text: str = "{}") -> asyncio.Future[None]:
    """What is asked for is refused after a moment."""
    fact = writer.execute(setting(2, text), is_fact=True)
    with pytest.raises(NotStoredError):
        await writer.execute(setting(3))
    assert not fact.done()
    return fact


@asynccontextmanager
async def storage(url: str) -> AsyncIterator[tuple[Database, Writer]]:
    """A bot's."""
    async with open_database(url, alone=True) as database, Writer(database, patience_s=60) as writer:
        yield database, writer


async def known(database: Database) -> set[int]:
    """Whose settings are stored. A connection that was cut is noticed by whoever asks first."""
    return {row.guild_id for row in await database.read(select(guild_settings))}


def setting(guild_id: int, text: str = "{}") -> Upsert:
    return upsert(guild_settings, {"guild_id": guild_id, "settings": text, "changed_at": NOW})


def log_until_down(server: Postgres, filler: Path) -> None:
    """Its log gets longer, and no room to do so."""
    while server.is_running:
        with suppress(psycopg.Error):
            server.execute("SELECT pg_switch_wal()")
            server.execute("SELECT pg_logical_emit_message(false, 'odyssey', 'a word')")
        filled(filler)


def filled(path: Path) -> None:
    """A file takes all the room that there is."""
    with path.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(65536))
