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
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool

from bot.storage.database import open_database

Answer = TypeVar("Answer")

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


class LoopDatabase:
    """What the storage uses of a `Database`, for one run. `passed` is told of each commit.

    In a question and in a transaction nobody waits.
    """

    dialect = "sqlite"

    def __init__(self, disk: Disk, luck: random.Random, passed: Callable[[str], None]) -> None:
        self._disk = disk
        self._passed = passed
        self._random = luck

    async def ask(self, question: Callable[[Connection], Answer]) -> Answer:
        await self._wait()
        try:
            return question(self._disk.connection)
        finally:
            self._disk.connection.rollback()
            await self._wait()

    async def read(self, query: Executable) -> Any:
        return await self.ask(lambda connection: connection.execute(query).all())

    async def transact(self, work: Callable[[Connection], Answer]) -> Answer:
        await self._wait()
        await self._wait()
        if self._disk.is_full:
            raise _full()
        with self._disk.connection.begin():
            answer = work(self._disk.connection)
        self._passed("commit")
        await self._wait()
        await self._wait()
        return answer

    async def close(self) -> None:
        await self._wait()

    async def _wait(self) -> None:
        luck = self._random.random()
        if luck < 0.7:
            await asyncio.sleep(0)
        else:
            await asyncio.sleep(2 * luck if luck > 1 - STALLS else luck / 300)


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
