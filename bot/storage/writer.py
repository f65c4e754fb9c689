"""The one writer of the database."""

import asyncio
import functools
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

from sqlalchemy import Executable, Table, text
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.broadcast.telling.listeners import Listeners
from bot.storage.unbroken import to_the_end

BATCH_LIMIT = 500

_NO_DATABASE = (OperationalError, OSError)
"""Locked, full or gone: that is no row's fault, and to try each alone would take as long for each."""

_PROOF = text("UPDATE alembic_version SET version_num = version_num")
"""Changes nothing, but takes the lock and room on the disk as any other write does."""


class Try(NamedTuple):
    """One try to commit: how many seconds it took, and what the database raised."""

    took_s: float
    error: Exception | None

    @property
    def is_for_want_of_the_database(self) -> bool:
        """Whether it is locked, full or gone, rather than that a row is at fault."""
        return isinstance(self.error, _NO_DATABASE)


class Upsert(NamedTuple):
    """A row that is inserted, or takes the place of the one with its primary key."""

    statement: Executable
    row: Mapping[str, Any]


class _Write(NamedTuple):
    statements: Sequence[Executable | Upsert]
    written: asyncio.Future[None]


class Writer:
    """Executes statements in the order of the calls, those that wait together in one transaction.

    A row that is at fault fails its own call alone; a database that is at fault fails all that wait for it.
    One writer means no "database is locked" among ourselves. A caller that is cancelled gives up waiting,
    never the write. An async context manager: leaving it waits until all is written.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self.tried = Listeners[Try]()
        """Told of each try to commit."""
        self._engine = engine
        self._waiting: asyncio.Queue[_Write] = asyncio.Queue()
        self._tasks = asyncio.TaskGroup()
        self._task: asyncio.Task[None] | None = None
        self._is_left = False

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._task = self._tasks.create_task(self._run(), name="database writer")
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            await to_the_end(self._waiting.join)()
        finally:
            self._is_left = True
            if self._task:
                self._task.cancel()
            # The group sees its own tasks' errors only: it would wrap the caller's in an ExceptionGroup.
            await self._tasks.__aexit__(None, None, None)

    def execute(self, *statements: Executable | Upsert) -> asyncio.Future[None]:
        """Done when the statements are committed, all or none; has what the database raised.

        Takes effect with the call. Raises `RuntimeError` once the writer was left.
        """
        if self._is_left:
            raise RuntimeError("the writer of the database was left")
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait(_Write(statements, written))
        return written

    def prove(self) -> asyncio.Future[None]:
        """Done when the writer has committed something; has what the database raised."""
        return self.execute(_PROOF)

    async def _run(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < BATCH_LIMIT and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            try:
                await self._commit(batch)
            finally:
                for _ in batch:
                    self._waiting.task_done()

    async def _commit(self, batch: Sequence[_Write]) -> None:
        began_at = time.monotonic()
        try:
            async with self._engine.begin() as connection:
                for statement in (statement for write in batch for statement in write.statements):
                    if isinstance(statement, Upsert):
                        await connection.execute(statement.statement, statement.row)
                    else:
                        await connection.execute(statement)
        except Exception as error:  # noqa: BLE001 - raised at its caller: a bad write must not stop the writer
            self.tried.tell(Try(time.monotonic() - began_at, error))
            if len(batch) == 1 or isinstance(error, _NO_DATABASE):
                for write in batch:
                    _answer(write, error)
            else:  # one of them is at fault: the others must not suffer for it
                for write in batch:
                    await self._commit([write])
        else:
            self.tried.tell(Try(time.monotonic() - began_at, None))
            for write in batch:
                _answer(write, None)


def upsert(table: Table, row: Mapping[str, Any]) -> Upsert:
    """Inserts a row, or updates the one with its primary key."""
    return Upsert(_upsert(table, tuple(row)), row)


def insert_new(table: Table, row: Mapping[str, Any]) -> Executable:
    """Inserts a row, unless there is one with a key of its."""
    return insert(table).values(row).on_conflict_do_nothing()


@functools.cache
def _upsert(table: Table, columns: Sequence[str]) -> Executable:
    """Made once for a kind of row: making it takes as long as executing it."""
    statement = insert(table)
    key = [column.name for column in table.primary_key]
    changes: dict[str, Any] = {name: statement.excluded[name] for name in columns if name not in key}
    if "version" in table.c:
        changes["version"] = table.c.version + 1
    return statement.on_conflict_do_update(index_elements=key, set_=changes)


def _answer(write: _Write, error: Exception | None) -> None:
    written = write.written
    if written.done():  # the caller gave up waiting
        return
    if error:
        written.set_exception(error)
    else:
        written.set_result(None)
