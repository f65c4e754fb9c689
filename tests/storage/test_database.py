"""Opening the database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from bot.errors import StartError
from bot.storage import schema
from bot.storage.database import open_database
from tests.storage.conftest import Store


async def test_the_migrations_make_the_schema_that_the_code_sees(store: Store) -> None:
    """Alembic finds no difference between the migrated database and `schema.py`."""

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), schema.metadata))

    async with store.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_sqlite_is_set_up_for_one_writer_and_many_readers(store: Store) -> None:
    """WAL, foreign keys and patience with locks are on."""
    async with store.engine.connect() as connection:
        values = [
            (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        ]
    assert values == ["wal", 1, 10_000]


async def test_opening_again_keeps_everything(store: Store) -> None:
    """A second start finds what the first one stored, and migrates nothing."""
    await store.past_broadcast(1)
    async with open_database(store.url) as engine, engine.connect() as connection:
        count = (await connection.execute(text("SELECT count(*) FROM streams"))).scalar_one()
    assert count == 1


async def test_a_database_from_the_future_is_refused(url: str) -> None:
    """An older bot does not touch what a newer one made."""
    async with open_database(url) as engine, engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StartError, match="9999"):
        async with open_database(url):
            pass


async def test_a_failing_migration_leaves_the_database_as_it_was(url: str) -> None:
    """Migrations are one transaction: a table in the way undoes the tables made before it."""
    path = Path(url.removeprefix("sqlite:///"))
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE posts (x)")
    with pytest.raises(Exception, match="posts"):
        async with open_database(url):
            pass
    with closing(sqlite3.connect(path)) as connection:
        tables = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
    assert tables == {"posts"}
