"""Opening the database: the engine, and the newest schema."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, Connection, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.broadcast.errors import NotStoredError
from bot.kit.errors import StartError
from bot.storage import pragmas
from bot.storage.address import database_address
from bot.storage.kept_copies import KeptCopies
from bot.storage.lock import sole_use
from bot.storage.private import make_database_private, make_directory
from bot.storage.revisions import SchemaError, known_revisions, revision_by
from bot.storage.unbroken import to_the_end

log = logging.getLogger(__name__)

CONNECTIONS = 4
"""Of those who read at the same time; others wait for one. The writer has its own."""


@asynccontextmanager
async def open_database(
    url: str, *, alone: bool = False, backup_dir: Path | None = None
) -> AsyncIterator[AsyncEngine]:
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
            engine = create_async_engine(
                URL.create("sqlite+aiosqlite", database=str(path)),
                connect_args={"timeout": address.timeout_s},
                pool_size=CONNECTIONS,
                max_overflow=0,
                hide_parameters=True,  # errors are logged, what people write is not
            )
            stack.push_async_callback(engine.dispose)
            pragmas.set_up(engine.sync_engine)
            await _migrate(engine, KeptCopies.of(path, backup_dir), is_locked=alone)
            await _open_all_connections(engine)
            stack.push_async_callback(_close, engine)
        yield engine


async def revision(engine: AsyncEngine) -> str:
    """The revision of an open database's schema."""
    async with engine.connect() as connection:
        return await connection.run_sync(_revision) or ""


@to_the_end
async def _open_all_connections(engine: AsyncEngine) -> None:
    """Opens them now, so that nobody waits for one to be opened."""
    async with _all_connections(engine):
        pass


@to_the_end
async def _close(engine: AsyncEngine) -> None:
    """Waits for those who use a connection, and lets nobody have one again.

    A connection that is in use when the engine is disposed of would stay open, and so would a later one.
    """
    async with _all_connections(engine):
        event.listen(engine.sync_engine, "checkout", _refuse)
    await engine.dispose()


@asynccontextmanager
async def _all_connections(engine: AsyncEngine) -> AsyncIterator[None]:
    async with AsyncExitStack() as taken:
        for _ in range(CONNECTIONS):
            await taken.enter_async_context(engine.connect())
        yield


def _refuse(*_: object) -> None:
    raise RuntimeError("the database was left")


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
async def _migrate(engine: AsyncEngine, copies: KeptCopies, *, is_locked: bool) -> None:
    known = known_revisions()
    async with engine.connect() as connection:
        current = await connection.run_sync(_revision)
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

        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
    log.info("the database is at revision %s", known[-1])


def _revision(connection: Connection) -> str | None:
    return revision_by(connection.exec_driver_sql)
