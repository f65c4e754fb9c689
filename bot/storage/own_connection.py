"""The writer's own connection to the database."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from bot.storage.connections import Database, InThreads, file_engine
from bot.storage.faults import SameFile

LOCK_WAIT_S = 0.25
"""So long one try waits for a lock: in between it is seen who waits no more."""

Work = Callable[[Connection], None]
Answer = TypeVar("Answer")


class Transactions(Protocol):
    """What a writer needs of a database."""

    async def transact(self, work: Work) -> None:
        """Does some work in one transaction: all of it or, if something is raised, nothing. Raises that."""

    async def close(self) -> None: ...


def own_connection(database: Database) -> Transactions:
    """The writer's, to the database that those read."""
    if database.dialect == "sqlite":
        return OwnConnection(database)
    from bot.storage.postgresql.connections import ServerDatabase, ServersOwnConnection

    assert isinstance(database, ServerDatabase)  # noqa: S101 - for the type checker: there is no third
    return ServersOwnConnection(database)


class OwnConnection(InThreads):
    """A connection beside those who read. It waits for a lock only for a moment, and for no other file."""

    def __init__(self, database: Database) -> None:
        """To the database that those read."""
        self._path = Path(database.engine.url.database or "")
        self._file: SameFile | None = None
        super().__init__(file_engine(self._path, lock_wait_s=LOCK_WAIT_S, connections=1), 1)

    async def _in_thread(self, work: Callable[[], Answer]) -> Answer:
        def worked() -> Answer:
            self._file = self._file or SameFile(self._path)
            self._file.check()
            return work()

        return await super()._in_thread(worked)
