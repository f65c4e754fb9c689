"""Bringing a database that is opened to the newest schema."""

import asyncio
import logging
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from sqlalchemy import Connection

from bot.kit.errors import StartError
from bot.storage.connections import Database
from bot.storage.contract import agree, contract_of
from bot.storage.kept_copies import KeptCopies
from bot.storage.revisions import known_revisions, revision_by
from bot.storage.unbroken import to_the_end

log = logging.getLogger(__name__)


@to_the_end
async def migrate(
    database: Database,
    copies: KeptCopies | None,
    used_alone: AbstractContextManager[None],
    *,
    is_shared: bool = False,
) -> None:
    """Brings it to the newest schema, after a copy was made. Raises `StartError`.

    A cluster's (`is_shared`) may be newer than this version, as far as its contract allows: for as long as
    an upgrade takes, old and new processes go on side by side.
    """
    known = known_revisions()
    current = await database.ask(revision_of)
    if current == known[-1]:
        return
    if current and current not in known:
        if is_shared and await database.ask(contract_of) in known:
            log.info("the database is at revision %s already, of a newer version", current)
            return
        raise StartError(
            f"The database is at revision {current}, which this version of the bot does not know. "
            "Run the version that made it, or a newer one."
        )
    # Not even `migrate` changes the tables of a bot that runs.
    with used_alone:
        if current and copies:
            path, _ = await asyncio.to_thread(copies.make, f"before-{known[-1]}", datetime.now(UTC))
            log.info("the database was copied to %s before it is migrated", path)
        # Loaded late: most starts have nothing to migrate, and it would take a fifth of them.
        from bot.storage.migrating import upgrade

        def upgraded(connection: Connection) -> None:
            upgrade(connection)
            agree(connection)

        await database.transact(upgraded)
    log.info("the database is at revision %s", known[-1])


def revision_of(connection: Connection) -> str | None:
    return revision_by(connection.exec_driver_sql, connection.dialect.name)
