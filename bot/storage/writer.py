"""The one writer of the database."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Self

from sqlalchemy import Executable, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

BATCH_LIMIT = 500

_Write = tuple[Executable, "asyncio.Future[None]"]


class Writer:
    """Executes statements in the order of the calls, those that wait together in one transaction.

    One writer means no "database is locked" among ourselves. A caller that is cancelled gives up waiting,
    never the write. An async context manager: leaving it waits until all is written.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._waiting: asyncio.Queue[_Write] = asyncio.Queue()
        self._tasks = asyncio.TaskGroup()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._task = self._tasks.create_task(self._run(), name="database writer")
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._waiting.join()
        if self._task:
            self._task.cancel()
        # The group sees its own tasks' errors only: it would wrap the caller's in an ExceptionGroup.
        await self._tasks.__aexit__(None, None, None)

    async def execute(self, statement: Executable) -> None:
        """Returns when the statement is committed; raises what the database raises."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((statement, written))
        await written

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
        try:
            async with self._engine.begin() as connection:
                for statement, _ in batch:
                    await connection.execute(statement)
        except SQLAlchemyError as error:
            if len(batch) == 1:
                _answer(batch[0], error)
            else:  # one of them is at fault: the others must not suffer for it
                for write in batch:
                    await self._commit([write])
        else:
            for write in batch:
                _answer(write, None)


def upsert(engine: AsyncEngine, table: Table, row: Mapping[str, Any]) -> Executable:
    """Inserts a row, or updates the one with its primary key."""
    insert = (postgresql if engine.dialect.name == "postgresql" else sqlite).insert(table).values(**row)
    key = [column.name for column in table.primary_key]
    changes = {name: value for name, value in row.items() if name not in key}
    statement: Executable = insert.on_conflict_do_update(index_elements=key, set_=changes)
    return statement


def _answer(write: _Write, error: SQLAlchemyError | None) -> None:
    _, written = write
    if written.done():  # the caller gave up waiting
        return
    if error:
        written.set_exception(error)
    else:
        written.set_result(None)
