"""Which versions of the bot may work on a schema side by side: first it only grows, what goes does so later.

So whoever knows at least the revision of the contract finds all that they know of.
"""

from sqlalchemy import Connection, delete, insert, inspect, select

from bot.storage.schema import contract

CONTRACT = "0028"
"""To be raised, with a migration, in the version after the one in which nobody uses any more what that takes
away; see `migrations/README.md`."""


def contract_of(connection: Connection) -> str | None:
    """The oldest revision that a process may know; None where nothing was agreed on."""
    if not _is_there(connection):
        return None
    return connection.execute(select(contract.c.revision)).scalar()


def agree(connection: Connection) -> None:
    """From now on older versions cannot be started: called with each migration, in its transaction."""
    if _is_there(connection):
        connection.execute(delete(contract))
        connection.execute(insert(contract).values(revision=CONTRACT))


def _is_there(connection: Connection) -> bool:
    return inspect(connection).has_table(contract.name)
