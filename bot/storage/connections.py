"""The connections to the database: some in threads, some of the loop's own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, CompoundSelect, Connection, Engine, Row, Select, create_engine, event
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage import pragmas
from bot.storage.unbroken import to_the_end

CONNECTIONS = 3
"""Of each kind; so many read at the same time, others wait for one. The writer has its own."""

Answer = TypeVar("Answer")


class InThreads:
    """Connections in threads: what is done with one is one step of the loop, whatever it takes.

    By a driver for the loop each statement would be several, each as long as a turn of a loop that is busy.
    """

    def __init__(self, engine: Engine, connections: int) -> None:
        self.engine = engine
        """For who has a thread, or may block the loop."""
        self.dialect = engine.dialect.name
        self._threads = ThreadPoolExecutor(connections, "database")
        self._is_left = False

    async def ask(self, question: Callable[[Connection], Answer]) -> Answer:
        """What a question finds that changes nothing: its statements see the same. Who is cancelled does not
        wait for it any more. Raises `RuntimeError` once the database was left, as all do."""

        def asked() -> Answer:
            with self.engine.connect() as connection:
                return question(connection)

        return await self._in_thread(asked)

    @to_the_end
    async def transact(self, work: Callable[[Connection], Answer]) -> Answer:
        """Does some work in one transaction: all of it or, if something is raised, nothing. Raises that."""

        def worked() -> Answer:
            with self.engine.begin() as connection:
                return work(connection)

        return await self._in_thread(worked)

    @to_the_end
    async def close(self) -> None:
        """Waits for what is under way; nobody can ask any more."""
        self._is_left = True
        await asyncio.to_thread(self._threads.shutdown)
        self.engine.dispose()

    async def _in_thread(self, work: Callable[[], Answer]) -> Answer:
        if self._is_left:
            _refuse()
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


class Database(InThreads):
    """A database that is open."""

    @to_the_end
    async def open(self) -> None:
        """Opens all connections, so that nobody waits for one to be opened later."""

        def opened() -> None:
            with ExitStack() as taken:
                for _ in range(CONNECTIONS):
                    taken.enter_context(self.engine.connect())

        await self._in_thread(opened)

    async def read(self, query: Select[Any] | CompoundSelect[Any]) -> Sequence[Row[Any]]:
        """The rows of a single query."""
        return await self.ask(lambda connection: connection.execute(query).all())


class FileDatabase(Database):
    """SQLite's file. A single query is read by the driver for the loop, what takes several in a thread."""

    def __init__(self, path: Path, *, lock_wait_s: float) -> None:
        super().__init__(file_engine(path, lock_wait_s=lock_wait_s, connections=CONNECTIONS), CONNECTIONS)
        self.of_loop = create_async_engine(
            URL.create("sqlite+aiosqlite", database=str(path)), **_rules(lock_wait_s, CONNECTIONS)
        )
        pragmas.set_up(self.of_loop.sync_engine)
        self._is_open = False

    @to_the_end
    async def open(self) -> None:
        await super().open()
        self._is_open = True
        async with self._all_of_loop():
            pass

    @to_the_end
    async def read(self, query: Select[Any] | CompoundSelect[Any]) -> Sequence[Row[Any]]:
        async with self.of_loop.connect() as connection:
            found: Sequence[Row[Any]] = (await connection.execute(query)).all()
        return found

    @to_the_end
    async def close(self) -> None:
        """A connection that is in use when its engine is disposed of would stay open, and so would a later
        one."""
        await super().close()
        if self._is_open:
            async with self._all_of_loop():
                event.listen(self.of_loop.sync_engine, "checkout", _refuse)
        await self.of_loop.dispose()

    @asynccontextmanager
    async def _all_of_loop(self) -> AsyncIterator[None]:
        async with AsyncExitStack() as taken:
            for _ in range(CONNECTIONS):
                await taken.enter_async_context(self.of_loop.connect())
            yield


def file_engine(path: Path, *, lock_wait_s: float, connections: int) -> Engine:
    """SQLite's, in threads."""
    engine = create_engine(URL.create("sqlite", database=str(path)), **_rules(lock_wait_s, connections))
    pragmas.set_up(engine)
    return engine


def _rules(lock_wait_s: float, connections: int) -> dict[str, Any]:
    return {
        "pool_size": connections,
        "max_overflow": 0,
        "connect_args": {"timeout": lock_wait_s},
        "hide_parameters": True,  # errors are logged, what people write is not
    }


async def read(database: Database, query: Select[Any] | CompoundSelect[Any]) -> Sequence[Row[Any]]:
    """The rows of a query."""
    return await database.read(query)


def _refuse(*_: object) -> None:
    raise RuntimeError("the database was left")
