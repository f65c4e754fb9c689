"""Opening the database: engine, migrations, backup."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager, nullcontext
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.kit.errors import StartError
from bot.storage.address import database_address
from bot.storage.lock import sole_use
from bot.storage.unbroken import to_the_end

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parents[2] / "migrations"
CONNECTIONS = 5
"""The writer's, and those of who reads at the same time; others wait for one."""


@asynccontextmanager
async def open_database(url: str, *, alone: bool = False) -> AsyncIterator[AsyncEngine]:
    """The database at `url`, brought to the newest schema, for as long as the context lasts.

    With `alone` nobody else can open it so meanwhile: that is how a bot opens it. Raises `StartError` when
    the database cannot be used, is in use, or has a schema that this version of the bot does not know.
    """
    try:
        address = database_address(url)
    except ValueError as error:
        raise StartError(f"DATABASE_URL {error}.") from None
    async with AsyncExitStack() as stack:
        with errors_explained(url):
            if address.path:
                await asyncio.to_thread(address.path.parent.mkdir, parents=True, exist_ok=True)
                if alone:
                    stack.enter_context(sole_use(address.path))
            engine = create_async_engine(
                URL.create("sqlite+aiosqlite", database=str(address.path or ":memory:")),
                connect_args={"timeout": address.timeout_s},
                **({"pool_size": CONNECTIONS, "max_overflow": 0} if address.path else {}),
                hide_parameters=True,  # errors are logged, what people write is not
            )
            stack.push_async_callback(engine.dispose)
            event.listen(engine.sync_engine, "connect", _set_pragmas)
            event.listen(engine.sync_engine, "begin", lambda begun: begun.exec_driver_sql("BEGIN"))
            await _migrate(engine, address.path, is_locked=alone)
            if address.path:
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
    except (SQLAlchemyError, CommandError, sqlite3.Error, OSError) as error:
        cause = (str(getattr(error, "orig", None) or error).splitlines() or [type(error).__name__])[0]
        raise StartError(
            f"The database {url} cannot be used: {cause.rstrip('.')}. "
            "Check DATABASE_URL, and that the bot may write there."
        ) from error


@to_the_end
async def _migrate(engine: AsyncEngine, path: Path | None, *, is_locked: bool) -> None:
    config = Config()
    config.set_main_option(
        "script_location", MIGRATIONS.as_posix().replace("%", "%%")
    )  # it fills in %(names)s
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
    # Not even `migrate` changes the tables of a bot that runs.
    with sole_use(path) if path and not is_locked else nullcontext():
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


def _set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not open transactions by itself: it would leave schema changes out of them.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
