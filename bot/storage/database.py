"""Opening the database: engine, migrations, backup."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.errors import StartError

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parents[2] / "migrations"
BUSY_TIMEOUT_MS = 10_000


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[AsyncEngine]:
    """The database at `url`, brought to the newest schema, for as long as the context lasts.

    Raises `StartError` when this version of the bot does not know its schema.
    """
    address = _with_async_driver(url)
    path = _sqlite_path(address)
    if path:
        try:
            await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(address, error) from error
    engine = create_async_engine(address, hide_parameters=True)  # errors are logged, what people write is not
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_pragmas)
        event.listen(engine.sync_engine, "begin", _begin)
    try:
        try:
            await _migrate(engine, path)
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise _unusable(address, error) from error
        yield engine
    finally:
        await engine.dispose()


def _unusable(address: URL, error: Exception) -> StartError:
    cause = str(getattr(error, "orig", None) or error).splitlines()[0]
    return StartError(
        f"The database {address.render_as_string()} cannot be used: {cause}. "
        "Check DATABASE_URL, and that the bot may write there."
    )


async def _migrate(engine: AsyncEngine, path: Path | None) -> None:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix())
    scripts = ScriptDirectory.from_config(config)
    newest = scripts.get_current_head()
    async with engine.connect() as connection:
        current = await connection.run_sync(_revision)
    if current == newest:
        return
    if current and current not in {revision.revision for revision in scripts.walk_revisions()}:
        raise StartError(
            f"The database is at revision {current}, which this version of the bot does not know. "
            "Run the version that made it, or a newer one."
        )
    if current and path:
        backup = path.with_name(f"{path.name}.before-{newest}")
        await asyncio.to_thread(_back_up, path, backup)
        log.info("the database was backed up to %s", backup)
    async with engine.begin() as connection:
        await connection.run_sync(_upgrade, config)
    log.info("the database is at revision %s", newest)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _upgrade(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _back_up(path: Path, backup: Path) -> None:
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)


def _with_async_driver(url: str) -> URL:
    parsed = make_url(url)
    return parsed.set(drivername="sqlite+aiosqlite") if parsed.get_backend_name() == "sqlite" else parsed


def _sqlite_path(url: URL) -> Path | None:
    """The file behind a SQLite URL; None for another database, or one in memory."""
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        return None
    return Path(url.database)


def _set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not open transactions by itself: it would leave schema changes out of them.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
