"""The writer's own connection to the database."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage import pragmas
from bot.storage.faults import SameFile

LOCK_WAIT_S = 0.25
"""So long one try waits for a lock: in between it is seen who waits no more."""

Work = Callable[[Connection], None]


class Transactions(Protocol):
    """What a writer needs of a database."""

    async def transact(self, work: Work) -> None:
        """Does some work in one transaction: all of it or, if something is raised, nothing. Raises that."""

    async def close(self) -> None: ...


class OwnConnection:
    """A connection in a thread of its own, which is kept: to take one anew takes as long as a transaction.

    A transaction is one step of the loop, whatever is in it. Over a connection of those who read, each of its
    statements would be four, each as long as a turn of a loop that is busy.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        """To the database of those who read by `engine`."""
        self._url = engine.url
        self._engine = create_engine(
            engine.url.set(drivername="sqlite"),
            poolclass=NullPool,
            connect_args={"timeout": LOCK_WAIT_S},
            hide_parameters=True,  # errors are logged, what people write is not
        )
        pragmas.set_up(self._engine)
        self._file: SameFile | None = None
        self._connection: Connection | None = None
        self._thread = ThreadPoolExecutor(1, "database writer")

    async def transact(self, work: Work) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._transact, work)

    async def close(self) -> None:
        """Waits for what is under way."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)

    def _transact(self, work: Work) -> None:
        if self._file is None:
            self._file = SameFile(self._url)
        self._file.check()
        if self._connection is None:
            self._connection = self._engine.connect()
        with self._connection.begin():
            work(self._connection)

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None
