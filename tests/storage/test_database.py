"""Opening the database."""

import asyncio
import shutil
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, event, literal, select, text

from bot.guilds.first_questions import FirstQuestions
from bot.kit.errors import StartError
from bot.process.clock import SystemClock
from bot.storage import migrating, revisions, schema
from bot.storage.connections import FileDatabase, read
from bot.storage.database import open_database
from bot.storage.guilds import DatabaseGuilds
from bot.storage.writer import Writer
from tests.storage.conftest import Store

pytestmark = pytest.mark.sqlite


async def test_the_migrations_make_the_schema_that_the_code_sees(store: Store) -> None:
    """Alembic finds no difference between the migrated database and `schema/`."""

    def differences(connection: Connection) -> list[object]:
        context = MigrationContext.configure(connection, opts={"include_name": _is_ours})
        return list(compare_metadata(context, [schema.metadata, schema.of_processes]))  # type: ignore[arg-type]

    with store.database.engine.connect() as connection:
        assert differences(connection) == []


def _is_ours(name: str | None, kind: str, _: object) -> bool:
    """The search's index is SQLite's own: `test_search.py` compares it."""
    return kind != "table" or not (name or "").startswith("texts")


async def test_sqlite_is_set_up_for_one_writer_and_many_readers(store: Store) -> None:
    """WAL, foreign keys and patience with locks are on; a commit is on the disk first (2)."""
    with store.database.engine.connect() as connection:
        values = [
            connection.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert values == ["wal", 2, 1, 10_000]


async def test_opening_again_keeps_everything(store: Store) -> None:
    """A second start finds what the first one stored, and migrates nothing."""
    await store.past_broadcast(1)
    async with open_database(store.url) as database:
        with database.engine.connect() as connection:
            count = connection.execute(text("SELECT count(*) FROM streams")).scalar_one()
    assert count == 1


async def test_a_server_that_had_broadcasts_is_past_its_first_start(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An upgrade asks nobody what is asked at a server's first start."""

    with monkeypatch.context() as earlier:
        earlier.setattr("bot.storage.migrating.upgrade", partial(migrating.upgrade, to="0005"))
        async with open_database(url) as database:
            with database.engine.begin() as connection:
                for number, guild_id in enumerate((7, 7, 8)):
                    connection.execute(
                        text(
                            "INSERT INTO broadcasts (id, guild_id, channel_id, host_id, host_name, prompt, "
                            f"portrait, state, requested_at) VALUES ('{number}', {guild_id}, 1, 2, 'Mika', "
                            "'A cat', 0, 'ended', '2026-01-01 00:00:00')"
                        )
                    )
    async with open_database(url) as database, Writer(database) as writer:
        questions = FirstQuestions(DatabaseGuilds(database, writer), SystemClock())
        await questions.load()
    assert [guild_id for guild_id in (7, 8, 9) if questions.is_open(guild_id)] == [9]


async def test_a_database_from_the_future_is_refused(url: str) -> None:
    """An older bot does not touch what a newer one made."""
    async with open_database(url) as database:
        with database.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
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


@pytest.mark.parametrize(
    "folder", ["my bot", "my%20bot", "100%", "бот%", "a;b:c", "a#b", "%(here)s", "$cash"]
)
async def test_every_folder_will_do(tmp_path: Path, folder: str) -> None:
    """What is special in a URL or to the migrations is not so in the name of a folder that is there."""
    (tmp_path / folder).mkdir()
    async with open_database(f"sqlite:///{tmp_path / folder / 'x.sqlite3'}"):
        assert (tmp_path / folder / "x.sqlite3").exists()


async def test_a_url_may_be_written_as_urls_are(tmp_path: Path) -> None:
    """With its blanks and question marks encoded."""
    async with open_database(f"sqlite:///{tmp_path}/a%20b%3F/x%25.sqlite3"):
        assert (tmp_path / "a b?" / "x%.sqlite3").exists()


@pytest.mark.parametrize("folder", ["my%20bot", "%(here)s"])
async def test_the_code_may_be_in_every_folder(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    """The migrations are found there."""
    shutil.copytree(revisions.MIGRATIONS, tmp_path / folder / "migrations")
    monkeypatch.setattr(revisions, "MIGRATIONS", tmp_path / folder / "migrations")
    async with open_database(url):
        pass


async def test_the_patience_with_locks_is_the_operators(url: str) -> None:
    """An option that is taken has its effect."""
    async with open_database(f"{url}?timeout=2.5") as database:
        with database.engine.connect() as connection:
            assert connection.execute(text("PRAGMA busy_timeout")).scalar_one() == 2500


@pytest.mark.parametrize(
    "content", [b"no database at all, but some text" * 40, b"SQLite format 3\0" + bytes(4000)]
)
async def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    """In a sentence, and it stays as it is."""
    path = tmp_path / "x.sqlite3"
    path.write_bytes(content)
    with pytest.raises(StartError, match=r"x\.sqlite3 cannot be used"):
        async with open_database(f"sqlite:///{path}"):
            pass
    assert path.read_bytes() == content


async def test_two_revisions_at_once_are_refused(url: str) -> None:
    """Whatever did that: the sentence names the database."""
    async with open_database(url) as database:
        with database.engine.begin() as connection:
            connection.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    with pytest.raises(StartError, match="cannot be used"):
        async with open_database(url):
            pass


@pytest.mark.parametrize("place", ["", "file.txt/x.sqlite3", "a" * 300])
async def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path, place: str) -> None:
    """A folder, a file as folder, a name too long."""
    (tmp_path / "file.txt").write_text("")
    with pytest.raises(StartError, match="cannot be used"):
        async with open_database(f"sqlite:///{tmp_path}/{place}", alone=True):
            pass


async def test_all_connections_are_there_from_the_start(tmp_path: Path) -> None:
    """However many read at once, none is made any more: so none can be cut off while it is."""
    async with open_database(f"sqlite:///{tmp_path / 'x.sqlite3'}") as database:
        made: list[object] = []
        assert isinstance(database, FileDatabase)
        for engine in (database.engine, database.of_loop.sync_engine):
            event.listen(engine, "connect", lambda connection, _: made.append(connection))
        await asyncio.gather(*(read(database, select(literal(1))) for _ in range(20)))
        await asyncio.gather(*(database.ask(lambda one: one.execute(select(literal(1)))) for _ in range(20)))
        assert made == []
