"""Work on the database whose callers do not wait for it: no connection is left open, nor its thread."""

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, select

from bot.app.wiring import run_bot
from bot.storage.connections import CONNECTIONS, FileDatabase
from bot.storage.database import open_database
from bot.storage.history import DatabaseHistory
from bot.storage.schema import guild_settings
from bot.storage.writer import Writer
from tests.e2e.conftest import House, house
from tests.storage.conftest import NOW, Store
from tests.support.database import PutDatabase

pytestmark = pytest.mark.sqlite

__all__ = ["house"]  # the fixtures

TURNS = [*range(20), *range(20, 200, 15), *range(200, 3000, 300)]
"""Of the loop, after which something is cancelled."""


async def cancelled_after(turns: int, work: Coroutine[Any, Any, object]) -> bool:
    """Whether it was still under way when it was cancelled."""
    working = asyncio.create_task(work)
    for _ in range(turns):
        await asyncio.sleep(0)
    is_early = working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    return is_early


def connections() -> list[threading.Thread]:
    """The threads behind the connections that are open."""
    kinds = "database_", "_connection_worker_thread"
    return [thread for thread in threading.enumerate() if any(kind in thread.name for kind in kinds)]


def questions(history: DatabaseHistory) -> list[Coroutine[Any, Any, object]]:
    """More than there are connections, of each kind."""
    single = [history.channels(1) for _ in range(CONNECTIONS + 1)]
    return [*single, *(history.past_broadcast("b") for _ in range(CONNECTIONS + 1))]


async def until_none_is_open() -> None:
    """Returns once all threads have ended: they do so a moment after their connections are closed."""
    for thread in connections():
        await asyncio.to_thread(thread.join, 10)
    assert connections() == []


async def test_a_cancelled_read_leaves_its_connection_as_it_was(tmp_path: Path) -> None:
    """Whenever it is cancelled, and twice too: no connection is thrown away or made anew."""
    async with open_database(f"sqlite:///{tmp_path / 'odyssey.sqlite3'}") as database:
        history, made = DatabaseHistory(database), list[object]()
        assert isinstance(database, FileDatabase)
        for engine in (database.engine, database.of_loop.sync_engine):
            event.listen(engine, "connect", lambda connection, _: made.append(connection))
        for turns in range(60):
            reads = [asyncio.create_task(each) for each in questions(history)]
            for _ in range(turns):
                await asyncio.sleep(0)
            for _ in range(2):
                for read in reads:
                    read.cancel()
                await asyncio.sleep(0)
            await asyncio.gather(*reads, return_exceptions=True)
        assert await history.channels(1) == []
        assert made == []
        assert len(connections()) <= 2 * CONNECTIONS


async def test_a_start_that_is_cancelled_leaves_no_connection_open(
    house: House, put_database: PutDatabase
) -> None:
    """Whenever: while the database is opened, migrated, read, written, or closed again."""
    path = house.directory / "odyssey.sqlite3"
    for number, turns in enumerate(TURNS):
        put_database(path)
        if number % 6 == 5:
            path.unlink()
        await cancelled_after(turns, run_bot(house.settings_of(), asyncio.Event()))
        await until_none_is_open()


async def test_a_database_that_is_left_waits_for_those_who_read(url: str) -> None:
    """Each gets an answer, or is refused; all connections are closed."""
    for turns in range(0, 60, 3):
        async with open_database(url) as database:
            history = DatabaseHistory(database)
            reads = [asyncio.create_task(each) for each in questions(history)]
            for _ in range(turns):
                await asyncio.sleep(0)
        answers = await asyncio.gather(*reads, return_exceptions=True)
        assert all(not answer or isinstance(answer, RuntimeError) for answer in answers)
        await until_none_is_open()


async def test_who_reads_too_late_is_refused(url: str) -> None:
    """A command that outlives the bot: it opens no connection, which nobody would close."""
    async with open_database(url) as database:
        history = DatabaseHistory(database)
    for question in questions(history):
        with pytest.raises(RuntimeError, match="was left"):
            await question
    await until_none_is_open()


async def test_a_writer_that_is_left_in_a_hurry_still_writes(store: Store) -> None:
    """Who leaves it is cancelled, whenever: what was handed over is written first."""
    handed_over: list[int] = []

    async def write(number: int) -> None:
        async with Writer(store.database) as writer:
            _ = writer.execute(insert(guild_settings).values(guild_id=number, settings="{}", changed_at=NOW))
            handed_over.append(number)

    for turns in range(0, 60, 3):
        await cancelled_after(turns, write(turns))
    with store.database.engine.connect() as connection:
        assert list(connection.execute(select(guild_settings.c.guild_id)).scalars()) == handed_over
