"""Opening the database: the engine, and the newest schema."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.broadcast.errors import NotStoredError
from bot.kit.errors import StartError
from bot.storage.address import database_address
from bot.storage.connections import Database
from bot.storage.kept_copies import KeptCopies
from bot.storage.lock import sole_use
from bot.storage.private import make_database_private, make_directory
from bot.storage.revisions import SchemaError, known_revisions, revision_by
from bot.storage.unbroken import to_the_end

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_database(
    url: str, *, alone: bool = False, backup_dir: Path | None = None
) -> AsyncIterator[Database]:
    """The database at `url`, brought to the newest schema, for as long as the context lasts.

    With `alone` nobody else can open it so meanwhile: that is how a bot opens it. Before it is migrated
    there is a copy of it in `backup_dir`, or beside it. Raises `StartError` when it cannot be used or
    copied, is in use, or has a schema that this version of the bot does not know.
    """
    try:
        address = database_address(url)
    except ValueError as error:
        raise StartError(f"DATABASE_URL {error}.") from None
    async with AsyncExitStack() as stack:
        with errors_explained(url):
            # What is in memory alone is in a file that goes with it: several connections have to see it.
            path = address.path or Path(stack.enter_context(TemporaryDirectory())) / "memory.sqlite3"
            await asyncio.to_thread(make_directory, path.parent)
            if alone:
                stack.enter_context(sole_use(path))
            make_database_private(path)
            database = Database(URL.create("sqlite", database=str(path)), lock_wait_s=address.timeout_s)
            stack.push_async_callback(database.close)
            await _migrate(database, KeptCopies.of(path, backup_dir), is_locked=alone)
            await database.open()
        yield database


async def revision(database: Database) -> str:
    """The revision of an open database's schema."""
    return await database.ask(_revision) or ""


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
            f"The database {url} cannot be used: {cause.rstrip('.')}. "
            "Check DATABASE_URL, and that the bot may write there."
        ) from error


@to_the_end
async def _migrate(database: Database, copies: KeptCopies, *, is_locked: bool) -> None:
    known = known_revisions()
    current = await database.ask(_revision)
    if current == known[-1]:
        return
    if current and current not in known:
        raise StartError(
            f"The database is at revision {current}, which this version of the bot does not know. "
            "Run the version that made it, or a newer one."
        )
    # Not even `migrate` changes the tables of a bot that runs.
    with nullcontext() if is_locked else sole_use(copies.database):
        if current:
            path, _ = await asyncio.to_thread(copies.make, f"before-{known[-1]}", datetime.now(UTC))
            log.info("the database was copied to %s before it is migrated", path)
        # Loaded late: most starts have nothing to migrate, and it would take a fifth of them.
        from bot.storage.migrating import upgrade

        await database.transact(upgrade)
    log.info("the database is at revision %s", known[-1])


def _revision(connection: Connection) -> str | None:
    return revision_by(connection.exec_driver_sql)
