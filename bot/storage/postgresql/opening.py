"""Opening a server's database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    nullcontext,
)
from pathlib import Path

import psycopg

from bot.kit.errors import StartError
from bot.storage.address import Server
from bot.storage.lock import Use
from bot.storage.postgresql.connecting import connected
from bot.storage.postgresql.connections import READ_S, ServerDatabase
from bot.storage.postgresql.sole_use import check_direct, migrating, sole_use, used
from bot.storage.revisions import SchemaError, revision_by
from bot.storage.upgrading import migrate

OLDEST = 140000
"""PostgreSQL 14: what is older gets no mends any more."""


@asynccontextmanager
async def opened(server: Server, use: Use, *, backup_dir: Path | None) -> AsyncIterator[ServerDatabase]:
    """As `open_database`, which calls it. Raises `StartError`, `OSError` or what SQLAlchemy raises."""
    async with AsyncExitStack() as stack:
        held = stack.enter_context(ExitStack())
        try:
            await asyncio.to_thread(_check, server)
            if use is not Use.BESIDE:
                await asyncio.to_thread(held.enter_context, used(server, use))
        except psycopg.Error as error:
            raise OSError(str(error).strip()) from error
        database = ServerDatabase(server, use=use)
        stack.push_async_callback(database.close)
        await migrate(database, None, _while_migrating(server, use), is_shared=use is Use.SHARED)
        await database.open()
        yield database


def _while_migrating(server: Server, use: Use) -> AbstractContextManager[None]:
    if use is Use.ALONE:
        return nullcontext()
    return migrating(server) if use is Use.SHARED else sole_use(server)


def looked_at(server: Server) -> str | None:
    """The revision of a database's schema; None if it has none yet. Raises `OSError` or `StartError`."""
    try:
        with connected(server, statement_s=READ_S, autocommit=True) as connection:
            return revision_by(lambda query: connection.execute(query.encode()), "postgresql")
    except (psycopg.Error, SchemaError) as error:
        raise OSError(str(error).strip()) from error


def _check(server: Server) -> None:
    with connected(server, statement_s=READ_S, autocommit=True) as connection:
        check_direct(connection, server)
        number = connection.info.server_version
        version, encoding = map(connection.info.parameter_status, ("server_version", "server_encoding"))
    if number < OLDEST:
        raise StartError(f"The database's server is PostgreSQL {version}: the bot needs 14 or newer.")
    if encoding != "UTF8":
        raise StartError(
            f"The database is made for texts in {encoding}: make one with ENCODING 'UTF8' TEMPLATE template0."
        )
