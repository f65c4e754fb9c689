"""What is PostgreSQL's alone: where it is, who has it, what it looks like while it is away."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from bot.broadcast.errors import NotStoredError
from bot.kit.errors import StartError
from bot.storage.address import database_address, shown
from bot.storage.database import open_database, revision
from bot.storage.executing import Upsert
from bot.storage.faults import is_away
from bot.storage.holding import holder_of
from bot.storage.revisions import known_revisions
from bot.storage.schema import guild_settings
from bot.storage.writer import Writer, upsert
from tests.storage.conftest import NOW
from tests.support.pgbouncer import pooled
from tests.support.postgres import EMPTY, Postgres

SECRET = "p4ss%2Fword"


@pytest.fixture
def url(empty_postgres: Postgres) -> Iterator[str]:
    with empty_postgres.database(EMPTY) as made:
        yield made


async def test_a_new_database_is_brought_to_the_newest_schema(postgres: Postgres) -> None:
    """By the same migrations as a file."""
    with postgres.database() as url:
        async with open_database(url, alone=True) as database:
            assert await revision(database) == known_revisions()[-1]


async def test_one_bot_has_it_alone(url: str) -> None:
    """The second is refused in the words of SQLite's, and told who has it; nobody has it afterwards."""
    address = database_address(url)
    async with open_database(url, alone=True):
        by = holder_of(address)
        assert by
        assert by.pid == os.getpid()
        with pytest.raises(StartError, match=r"in use by another bot that runs: process \d+ on .+ Stop that"):
            async with open_database(url, alone=True):
                pass
    assert holder_of(address) is None


async def test_who_lost_it_cannot_write_any_more(
    url: str, empty_postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connections were cut, and another bot was quicker: nothing of the first is stored, or later."""
    monkeypatch.setattr("bot.storage.postgresql.sole_use._TRIES", 5)
    monkeypatch.setattr("bot.storage.writer.ASKED_S", 0.1)
    async with open_database(url, alone=True) as first, Writer(first) as writer:
        await writer.execute(setting(1))
        empty_postgres.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            f"AND datname = '{database_address(url).server.name}'"  # type: ignore[union-attr]
        )
        async with open_database(url, alone=True) as second, Writer(second) as other:
            await other.execute(setting(2))
            with pytest.raises(NotStoredError):
                await writer.execute(setting(3))
            assert {row.guild_id for row in await second.read(select(guild_settings))} == {1, 2}


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql://mika:{SECRET}@127.0.0.1:1/odyssey",
        f"postgres://mika:{SECRET}@127.0.0.1:1/odyssey?sslmode=disable",
        f"postgresql://127.0.0.1:1/odyssey?user=mika&password={SECRET}",
        f"postgresql://mika:{SECRET}@127.0.0.1:1/odyssey?nonsense=1",
        f"postgresql://mika:{SECRET}%ZZ@127.0.0.1:1/odyssey",
    ],
)
async def test_a_password_is_told_to_nobody(url: str) -> None:
    """Not by a refusal, nor by what is behind it, nor by the address itself."""
    with pytest.raises(StartError) as refused:
        async with open_database(url, alone=True):
            pass
    error: BaseException | None = refused.value
    said = [shown(url), repr(database_address(url)), str(database_address(url).server)]
    while error:
        said += [str(error), repr(error)]
        error = error.__cause__ or error.__context__
    assert "127.0.0.1" in said[0]
    for secret in (SECRET, "p4ss"):
        assert secret not in " ".join(said)


@pytest.mark.parametrize("url", ["postgresql://", "postgresql://localhost", "postgresql://localhost/a/b"])
def test_a_url_names_a_database(url: str) -> None:
    """What libpq would fill in by itself is somebody else's database, perhaps."""
    with pytest.raises(ValueError, match="must name a database"):
        database_address(url)


async def test_what_no_text_may_have_is_found_as_nothing(url: str) -> None:
    """A null or half a pair in what somebody asks for is no error of the database's."""
    async with open_database(url) as database:
        for odd in ("\0", "a\0b", "\ud83d", "\U0001f3ae"):
            query = select(guild_settings).where(guild_settings.c.settings == odd)
            assert await database.read(query) == []


def setting(guild_id: int) -> Upsert:
    return upsert(guild_settings, {"guild_id": guild_id, "settings": "{}", "changed_at": NOW})


@pytest.mark.parametrize(
    ("statement", "is_its_absence"),
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())", True),
        ("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$", True),
        ("DO $$ BEGIN RAISE SQLSTATE '53300'; END $$", True),
        ("DO $$ BEGIN RAISE SQLSTATE '25006'; END $$", True),
        ("SET statement_timeout = 1; SELECT pg_sleep(1)", True),
        ("SELECT 1 / 0", False),
        ("INSERT INTO votes (broadcast_id, viewer_id) VALUES ('none', 1)", False),
    ],
)
async def test_a_fault_is_the_servers_or_a_rows(url: str, statement: str, is_its_absence: bool) -> None:
    """Gone, full, with too many connections, read-only, too slow; or what was asked of it was wrong."""
    async with open_database(url) as database:
        with pytest.raises(DBAPIError) as raised:
            await database.transact(lambda connection: connection.exec_driver_sql(statement))
        assert is_away(raised.value) is is_its_absence
        assert await database.ask(lambda connection: connection.exec_driver_sql("SELECT 1").scalar()) == 1


@pytest.mark.parametrize(
    ("mode", "use"),
    [("transaction", "alone"), ("transaction", "shared"), ("transaction", ""), ("session", "alone")],
)
async def test_a_pooler_is_refused(url: str, tmp_path: Path, mode: str, use: str) -> None:
    """Behind it no lock and no rule of a session's lasts: in a sentence, by bots and by a command."""
    async with pooled(url, mode, tmp_path) as through:
        with psycopg.connect(through) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(StartError, match="through a pooler such as pgbouncer"):
            async with open_database(through, alone=use == "alone", shared=use == "shared"):
                pass
    assert holder_of(database_address(url)) is None
