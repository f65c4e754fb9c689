"""Opening the database: the engine, and the newest schema."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.exc import SQLAlchemyError

from bot.broadcast.errors import NotStoredError
from bot.kit.errors import StartError
from bot.storage.address import DatabaseAddress, Server, database_address, shown
from bot.storage.connections import Database, FileDatabase
from bot.storage.kept_copies import KeptCopies
from bot.storage.lock import Use, sole_use
from bot.storage.private import make_database_private, make_directory
from bot.storage.revisions import SchemaError
from bot.storage.upgrading import migrate, revision_of

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_database(
    url: str, *, alone: bool = False, shared: bool = False, backup_dir: Path | None = None
) -> AsyncIterator[Database]:
    """The database at `url`, brought to the newest schema, for as long as the context lasts.

    With `alone` nobody else can open it so meanwhile: that is how a bot opens it; a server's may be `shared`
    by the processes of a cluster, and is nobody's alone then. Before it is migrated there is a copy of it in
    `backup_dir`, or beside it. Raises `StartError` when it cannot be used, copied or shared, is in use, or
    has a schema that this version of the bot does not know.
    """
    try:
        address = database_address(url)
    except ValueError as error:
        raise StartError(f"DATABASE_URL {error}.") from None
    async with AsyncExitStack() as stack:
        with errors_explained(url):
            if address.server:
                from bot.storage.postgresql.opening import opened

                use = Use.SHARED if shared else Use.ALONE if alone else Use.BESIDE
                opening: AbstractAsyncContextManager[Database] = opened(
                    address.server, use, backup_dir=backup_dir
                )
            elif shared:
                raise StartError(
                    "CLUSTER needs a PostgreSQL server: a SQLite file is one process's. "
                    "Name one in DATABASE_URL, or leave CLUSTER out."
                )
            else:
                opening = _opened(address, alone=alone, backup_dir=backup_dir)
            database = await stack.enter_async_context(opening)
        yield database


@asynccontextmanager
async def _opened(
    address: DatabaseAddress, *, alone: bool, backup_dir: Path | None
) -> AsyncIterator[Database]:
    async with AsyncExitStack() as stack:
        # What is in memory alone is in a file that goes with it: several connections have to see it.
        path = address.path or Path(stack.enter_context(TemporaryDirectory())) / "memory.sqlite3"
        await asyncio.to_thread(make_directory, path.parent)
        if alone:
            stack.enter_context(sole_use(path))
        make_database_private(path)
        database = FileDatabase(path, lock_wait_s=address.timeout_s)
        stack.push_async_callback(database.close)
        copies = KeptCopies.of(path, backup_dir)
        await migrate(database, copies, nullcontext() if alone else sole_use(path))
        await database.open()
        yield database


async def look(server: Server) -> str | None:
    """Which revision a server's database has, or None; nothing is changed. Raises `OSError`, `StartError`."""
    from bot.storage.postgresql.opening import looked_at

    return await asyncio.to_thread(looked_at, server)


async def revision(database: Database) -> str:
    """The revision of an open database's schema."""
    return await database.ask(revision_of) or ""


@contextmanager
def errors_explained(url: str) -> Iterator[None]:
    """What the database at `url` does not allow while the bot starts is a `StartError`."""
    try:
        yield
    except (SQLAlchemyError, SchemaError, sqlite3.Error, OSError, NotStoredError) as error:
        raised = error.__cause__ if isinstance(error, NotStoredError) else error
        words = str(getattr(raised, "orig", None) or raised).splitlines()
        cause = words[0] if words else type(raised).__name__
        raise StartError(
            f"The database {shown(url)} cannot be used: {cause.rstrip('.')}. "
            "Check DATABASE_URL, and that the bot may write there."
        ) from error
