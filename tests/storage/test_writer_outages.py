"""A database that is away for a while: locked, full, read-only, gone. All with a real one in a file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Executable, insert, select

from bot.broadcast.errors import Code, NotStoredError
from bot.storage import own_connection, schema, writer
from bot.storage.writer import Try, Writer
from tests.storage.conftest import NOW, Store
from tests.support.own_connection import on_own_connection

pytestmark = pytest.mark.sqlite


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for seconds here."""
    monkeypatch.setattr(own_connection, "LOCK_WAIT_S", 0.01)
    monkeypatch.setattr(writer, "PAUSES_S", (0.005, 0.01))


def setting(guild_id: int, text: str = "{}") -> Executable:
    """A row that needs no other."""
    values = {"guild_id": guild_id, "settings": text, "changed_at": NOW}
    return insert(schema.guild_settings).values(values)


async def stored(store: Store) -> list[int]:
    """The servers that have a row."""
    query = select(schema.guild_settings.c.guild_id).order_by(schema.guild_settings.c.guild_id)
    with store.database.engine.connect() as connection:
        return list(connection.execute(query).scalars())


def path_of(store: Store) -> Path:
    """The database's file."""
    return Path(store.url.removeprefix("sqlite:///"))


@contextmanager
def locked(store: Store) -> Iterator[None]:
    """Another process writes, and does not come to an end."""
    with closing(sqlite3.connect(path_of(store), isolation_level=None)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        yield
        blocker.execute("ROLLBACK")


@contextmanager
def gone(store: Store) -> Iterator[None]:
    """The file is moved away, and back again."""
    path = path_of(store)
    path.rename(path.with_name("elsewhere"))
    yield
    path.with_name("elsewhere").rename(path)


@contextmanager
def replaced(store: Store) -> Iterator[None]:
    """Another file is put in its place for a while."""
    with gone(store):
        path_of(store).write_bytes(b"")
        yield
        assert path_of(store).read_bytes() == b""
        path_of(store).unlink()


@pytest.fixture
async def started(store: Store) -> AsyncIterator[Writer]:
    """A writer that has its connection."""
    async with Writer(store.database) as one:
        await one.prove()
        yield one


async def pragma(one: Writer, words: str) -> None:
    """Sets something on the writer's own connection."""
    await on_own_connection(one, lambda raw: raw.execute(f"PRAGMA {words}"))


async def until_tried(one: Writer, times: int) -> list[Try]:
    """Returns when so many more tries have come to nothing."""
    tries: list[Try] = []
    one.tried.listen(tries.append)
    async with asyncio.timeout(10):
        while len(tries) < times:
            await asyncio.sleep(0.005)
    one.tried.leave(tries.append)
    return tries


@pytest.mark.outage("database locked for a minute", "database file gone")
@pytest.mark.parametrize("away", [locked, gone, replaced])
async def test_what_waits_is_stored_when_the_database_is_back(
    store: Store, started: Writer, away: Callable[[Store], AbstractContextManager[None]]
) -> None:
    """As a whole: each try is one transaction for all of them, and they are stored in their order."""
    with away(store):
        written = [started.execute(setting(number)) for number in range(50)]
        tries = await until_tried(started, 3)
        assert all(one.is_for_want_of_the_database for one in tries)
        assert not any(each.done() for each in written)
        started.tried.listen(tries.append)
    await asyncio.gather(*written)
    assert [one.error for one in tries].count(None) == 1
    assert await stored(store) == list(range(50))


@pytest.mark.outage("disk full and free again")
async def test_a_full_disk_that_is_free_again(store: Store, started: Writer) -> None:
    """SQLite says that it is full, and then not."""
    await pragma(started, "max_page_count=1")
    written = [started.execute(setting(number, "x" * 5000)) for number in range(5)]
    (one, *_) = await until_tried(started, 2)
    assert "full" in str(one.error)
    await pragma(started, "max_page_count=4294967294")
    await asyncio.gather(*written)
    assert await stored(store) == list(range(5))


@pytest.mark.outage("database file read-only")
async def test_a_file_that_is_read_only_for_a_while(store: Store, started: Writer) -> None:
    """As when its disk is mounted anew after an error."""
    await pragma(started, "query_only=1")
    written = started.execute(setting(1))
    (one, *_) = await until_tried(started, 2)
    assert "readonly" in str(one.error)
    await pragma(started, "query_only=0")
    await written
    assert await stored(store) == [1]


async def test_what_is_asked_for_is_refused_after_a_moment_and_not_done_later(
    store: Store, started: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has happened waits on, behind what is asked for meanwhile, too."""
    monkeypatch.setattr(writer, "ASKED_S", 0.05)
    with locked(store):
        asked, fact = started.execute(setting(1)), started.execute(setting(2), is_fact=True)
        later = started.execute(setting(3))
        for each in (asked, later):
            with pytest.raises(NotStoredError, match="not_stored") as refused:
                await each
            assert refused.value.code is Code.NOT_STORED
            assert isinstance(refused.value.__cause__, Exception)
        assert not fact.done()
    await fact
    assert await stored(store) == [2]


async def test_patience_has_an_end_for_all_together(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts from when the database went: what happens later is not waited for as long again.

    What has happened is stored all the same, in its order, when the database is back.
    """
    monkeypatch.setattr(writer, "ASKED_S", 0.05)
    async with Writer(store.database, patience_s=0.3) as one:
        with locked(store):
            facts = [one.execute(setting(number), is_fact=True) for number in range(3)]
            results = await asyncio.gather(*facts, return_exceptions=True)
            assert {type(result) for result in results} == {NotStoredError}
            with pytest.raises(NotStoredError):
                await asyncio.wait_for(one.execute(setting(9), is_fact=True), 0.25)
        await one.execute(setting(4))
    assert await stored(store) == [0, 1, 2, 4, 9]


async def test_a_row_at_fault_fails_alone_in_an_outage_too(store: Store, started: Writer) -> None:
    """It is found when the database is back; its neighbours are stored."""
    with locked(store):
        written = [started.execute(setting(number)) for number in (1, 1, 2)]
        await until_tried(started, 2)
    results = await asyncio.gather(*written, return_exceptions=True)
    assert [isinstance(result, Exception) for result in results] == [False, True, False]
    assert await stored(store) == [1, 2]


async def test_a_stop_waits_for_no_database_that_is_away(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Facts neither; what can still be stored is."""
    monkeypatch.setattr(writer, "LAST_TRIES_S", 0.05)
    with locked(store):
        async with Writer(store.database) as one:
            fact = one.execute(setting(1), is_fact=True)
        with pytest.raises(NotStoredError):
            await fact
