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
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine
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

    def wipe(self) -> None:
        """As a first start of the newest version finds it, once it has made its tables."""
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
        self._disk = disk
        self._random = luck
        self._passed = passed

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[InTheLoop]:
        await self._wait()
        with self._disk.connection.begin():
            yield InTheLoop(self._disk.connection)
        self._passed("commit")
        await self._wait()

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[InTheLoop]:
        await self._wait()
        with self._disk.connection.begin():
            yield InTheLoop(self._disk.connection)
        await self._wait()

    async def _wait(self) -> None:
        luck = self._random.random()
        if luck < 0.7:
            await asyncio.sleep(0)
        else:
            await asyncio.sleep(2 * luck if luck > 1 - STALLS else luck / 300)


class InTheLoop:
    """What the storage uses of an `AsyncConnection`: nobody waits in here."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(self, statement: Any, row: Any = None) -> Any:
        return self._connection.execute(statement, row)

    async def run_sync(self, work: Callable[..., Any], *args: Any) -> Any:
        return work(self._connection, *args)


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
