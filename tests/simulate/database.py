"""The database without threads: the storage's own SQL on SQLite in memory, in the loop's virtual time.

A transaction takes place in one moment; before and after it time passes, in which a run can be dropped: it is
committed then, or not. What is committed stays.
"""

from __future__ import annotations

import asyncio
import functools
import random
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from bot.storage.database import open_database

STALLS = 0.01
"""Of so many transactions the disk makes something longer."""


class Disk:
    """One database for one evening after the other."""

    def __init__(self) -> None:
        # The driver opens transactions by itself, before it changes something: nobody else is there.
        raw = sqlite3.connect(":memory:", check_same_thread=False)
        self._raw = raw
        engine = create_engine("sqlite://", creator=lambda: raw, poolclass=StaticPool)
        self.connection: Connection = engine.connect()
        self.is_full = False
        """Whether nothing can be stored now; what is stored can be read."""

    def wipe(self) -> None:
        """As a first start of the newest version finds it, once it has made its tables."""
        self.is_full = False
        self._raw.deserialize(_empty())
        self._raw.execute("PRAGMA foreign_keys=ON")

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        """For who checks, in no time."""
        cursor = self._raw.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(query, values).fetchall()


class LoopEngine:
    """What the storage uses of an `AsyncEngine`, for one run. `passed` is told of each commit."""

    def __init__(self, disk: Disk, luck: random.Random, passed: Callable[[str], None]) -> None:
        self.disk = disk
        self.passed = passed
        self._random = luck

    def connect(self) -> Connected:
        return Connected(self)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Connected]:
        async with self.connect() as connection, connection.begin():
            yield connection

    async def wait(self) -> None:
        luck = self._random.random()
        if luck < 0.7:
            await asyncio.sleep(0)
        else:
            await asyncio.sleep(2 * luck if luck > 1 - STALLS else luck / 300)


class Connected:
    """What the storage uses of an `AsyncConnection`. In a transaction nobody waits."""

    def __init__(self, engine: LoopEngine) -> None:
        self._engine = engine
        self._connection = engine.disk.connection

    def __await__(self) -> Generator[Any, None, Connected]:
        return self.__aenter__().__await__()

    async def __aenter__(self) -> Connected:
        await self._engine.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Connected]:
        await self._engine.wait()
        if self._engine.disk.is_full:
            raise _full()
        with self._connection.begin():
            yield self
        self._engine.passed("commit")
        await self._engine.wait()

    async def execute(self, statement: Any, row: Any = None) -> Any:
        return self._connection.execute(statement, row)

    async def exec_driver_sql(self, statement: str) -> Any:
        return self._connection.exec_driver_sql(statement)

    async def run_sync(self, work: Callable[..., Any], *args: Any) -> Any:
        return work(self._connection, *args)

    async def rollback(self) -> None:
        if self._connection.in_transaction():
            self._connection.rollback()

    async def close(self) -> None:
        await self.rollback()
        await self._engine.wait()


class LoopTransactions:
    """The writer's `OwnConnection`, in the loop's time."""

    def __init__(self, engine: LoopEngine) -> None:
        self._engine = engine

    async def transact(self, work: Callable[[Connection], None]) -> None:
        async with self._engine.begin() as connection:
            await connection.run_sync(work)

    async def close(self) -> None:
        await self._engine.wait()


def _full() -> OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return OperationalError("COMMIT", None, error)


@functools.cache
def _empty() -> bytes:
    """The file of an empty database, as the migrations leave it."""

    async def make(path: Path) -> None:
        async with open_database(f"sqlite:///{path}"):
            pass

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "empty.sqlite3"
        asyncio.run(make(path))
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # in memory there is no other
            return connection.serialize()
