"""The one writer of the database."""

import asyncio
import functools
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple, Self

from sqlalchemy import Connection, Executable, Insert, Table, text
from sqlalchemy.dialects.sqlite import insert

from bot.broadcast.errors import DeposedError, NotStoredError
from bot.broadcast.telling.backoff import Backoff
from bot.broadcast.telling.listeners import Listeners
from bot.storage.connections import Database
from bot.storage.executing import Statement, Upsert, execute, execute_together
from bot.storage.faults import is_away
from bot.storage.fencing import Fencing, Hold
from bot.storage.own_connection import Transactions, own_connection
from bot.storage.unbroken import to_the_end

__all__ = ["BATCH_LIMIT", "Statement", "Try", "Upsert", "Writer", "insert_new", "upsert"]

BATCH_LIMIT = 500
ASKED_S = 5.0
"""So long somebody who asks for something waits for a database that is away, before it is refused."""
LAST_TRIES_S = 1.0
"""The same for everything once the bot stops."""
PAUSES_S = (0.05, 1.0)
"""Between two tries: the first and the longest."""

_PROOF = text("UPDATE alembic_version SET version_num = version_num")
"""Changes nothing, but takes the lock and room on the disk as any other write does."""


class Try(NamedTuple):
    """One try to commit: how many seconds it took, and what the database raised."""

    took_s: float
    error: Exception | None

    @property
    def is_for_want_of_the_database(self) -> bool:
        """Whether it is locked, full, read-only or gone, rather than that a row is at fault."""
        return is_away(self.error)


class _Write(NamedTuple):
    statements: Sequence[Statement]
    written: asyncio.Future[None]
    asked_at: float
    is_fact: bool
    hold: Hold | None = None


class Writer:
    """Executes statements in the order of the calls, those that wait together in one transaction.

    A row that is at fault fails its own call alone. While the database is away, all that waits is tried again
    and again, as a whole. What was asked for is refused after a moment, and not done then. What has happened
    (a fact) is stored when the database is back; its caller is told that it is not, `patience_s` after the
    database went. One writer means no "database is locked" among ourselves. A caller that is cancelled gives
    up waiting, never the write. An async context manager: leaving it waits until all is written, or cannot
    be.
    """

    def __init__(
        self,
        database: Database,
        *,
        patience_s: float = 600.0,
        connect: Callable[[Database], Transactions] = own_connection,
        fencing: Fencing | None = None,
    ) -> None:
        """With `fencing` other processes write too, each what is under its own leases."""
        self.tried = Listeners[Try]()
        """Told of each try to commit."""
        self.dialect = database.dialect
        self._connection = connect(database)
        self._patience_s = patience_s
        self._away_since: float | None = None
        self._is_hurried = False
        self._fencing = fencing
        self._execute = execute if database.dialect == "sqlite" else execute_together
        self._waiting: asyncio.Queue[_Write] = asyncio.Queue()
        self._tasks = asyncio.TaskGroup()
        self._task: asyncio.Task[None] | None = None
        self._is_left = False

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._task = self._tasks.create_task(self._run(), name="database writer")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.hurry()
        try:
            await to_the_end(self._waiting.join)()
        finally:
            self._is_left = True
            if self._task:
                self._task.cancel()
            try:
                # The group sees its own tasks' errors only: it would wrap the caller's in an ExceptionGroup.
                await self._tasks.__aexit__(None, None, None)
            finally:
                await to_the_end(self._connection.close)()

    def hurry(self) -> None:
        """The bot stops: from now on nothing waits long for a database that is away."""
        self._is_hurried = True

    def execute(
        self,
        *statements: Statement,
        is_fact: bool = False,
        under: str | None = None,
        begins: str | None = None,
        ends: bool = False,
    ) -> asyncio.Future[None]:
        """Done when the statements are committed, all or none; has what the database raised.

        That is `NotStoredError` for one that is away: then they are not done later either, unless they are a
        fact. Takes effect with the call. Raises `RuntimeError` once the writer was left.

        What is `under` a lease is done if that is ours, and else never: `DeposedError`. The lease that it
        `begins` is ours with it; the one that it is under is over when it `ends` that. Whoever shares the
        database with nobody has no leases.
        """
        if self._is_left:
            raise RuntimeError("the writer of the database was left")
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._fencing is None:
            self._waiting.put_nowait(_Write(statements, written, _now(), is_fact))
            return written
        try:
            hold = self._fencing.hold(under, begins, ends=ends)
        except DeposedError as error:
            written.set_exception(error)
            written.exception()  # nobody has to wait for it
            return written
        statements = (*hold.before, *statements, *hold.after)
        self._waiting.put_nowait(_Write(statements, written, _now(), is_fact, hold))
        return written

    @property
    def is_fenced(self) -> bool:
        """Whether other processes write too."""
        return self._fencing is not None

    def prove(self) -> asyncio.Future[None]:
        """Done when the writer has committed something; has what the database raised."""
        return self.execute(_PROOF)

    async def _run(self) -> None:
        batch: deque[_Write] = deque()
        pauses = Backoff(*PAUSES_S)
        while True:
            if self._away_since is not None and not batch:
                self.prove().add_done_callback(_heard)  # so that it is noticed when the database is back
            if not batch:
                batch.append(await self._waiting.get())
            while len(batch) < BATCH_LIMIT and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            if error := await self._store(batch):
                self._away_since = self._away_since or _now()
                self._refuse_late(batch, error)
                await asyncio.sleep(pauses.next_s())
            else:
                self._away_since = None
                pauses.reset()

    async def _store(self, batch: deque[_Write]) -> Exception | None:
        """Commits a batch, and empties it; what is left in it waits for a database that raised this."""
        error = await self._commit(batch)
        if is_away(error):
            return error
        if error is None or len(batch) == 1:
            while batch:
                self._answer(batch.popleft(), error)
            return None
        while batch:  # one of them is at fault: the others must not suffer for it
            error = await self._commit([batch[0]])
            if is_away(error):
                return error
            self._answer(batch.popleft(), error)
        return None

    async def _commit(self, writes: Collection[_Write]) -> Exception | None:
        began_at = time.monotonic()
        failure: Exception | None = None
        try:
            await self._connection.transact(self._work(writes))
        except Exception as error:  # noqa: BLE001 - raised at its caller: a bad write must not stop the writer
            failure = error
        self.tried.tell(Try(time.monotonic() - began_at, failure))
        return failure

    def _work(self, writes: Collection[_Write]) -> Callable[[Connection], None]:
        if self._fencing is None:
            statements = [statement for write in writes for statement in write.statements]
            return functools.partial(self._execute, statements)
        holds = [write.hold for write in writes if write.hold]
        looked_at = self._fencing.looked_at(holds)

        def worked(connection: Connection) -> None:
            looked_at(connection)
            ours = (write for write in writes if write.hold is None or write.hold.is_ours)
            self._execute([statement for write in ours for statement in write.statements], connection)

        return worked

    def _refuse_late(self, batch: deque[_Write], error: Exception) -> None:
        """Who has waited for as long as they may is told; what they asked for is not done any more."""
        now = _now()
        for _ in range(len(batch)):
            write = batch.popleft()
            is_late = now >= self._due(write)
            if is_late:
                _tell(write, NotStoredError(error))
            if is_late and (self._is_hurried or not write.is_fact):
                self._waiting.task_done()
                if write.hold:
                    write.hold.settle(NotStoredError(error))
            else:
                batch.append(write)

    def _due(self, write: _Write) -> float:
        """Until when a write waits for a database that is away."""
        if self._is_hurried:
            return write.asked_at + LAST_TRIES_S
        due = write.asked_at + ASKED_S
        if write.is_fact and self._away_since is not None:
            due = max(due, self._away_since + self._patience_s)
        return due

    def _answer(self, write: _Write, error: Exception | None) -> None:
        self._waiting.task_done()
        if write.hold:
            error = write.hold.settle(error)
        _tell(write, error)


def upsert(table: Table, row: Mapping[str, Any]) -> Upsert:
    """Inserts a row, or updates the one with its primary key."""
    return Upsert(_upsert(table, tuple(row)), row)


def insert_new(table: Table, row: Mapping[str, Any]) -> Executable:
    """Inserts a row, unless there is one with a key of its."""
    return insert(table).values(row).on_conflict_do_nothing()


@functools.cache
def _upsert(table: Table, columns: Sequence[str]) -> Insert:
    """Made once for a kind of row: making it takes as long as executing it."""
    statement = insert(table)
    key = [column.name for column in table.primary_key]
    changes: dict[str, Any] = {name: statement.excluded[name] for name in columns if name not in key}
    if "version" in table.c:
        changes["version"] = table.c.version + 1
    return statement.on_conflict_do_update(index_elements=key, set_=changes)


def _tell(write: _Write, error: Exception | None) -> None:
    if write.written.done():  # the caller gave up waiting
        return
    if error:
        write.written.set_exception(error)
    else:
        write.written.set_result(None)


def _heard(proof: asyncio.Future[None]) -> None:
    """What it raised was told as a try."""
    if not proof.cancelled():
        proof.exception()


def _now() -> float:
    return asyncio.get_running_loop().time()
