"""How every connection to the database behaves."""

from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry


def set_up(engine: Engine) -> None:
    """Has all connections of an engine go by our rules, and begin transactions when they are told to."""
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", lambda begun: begun.exec_driver_sql("BEGIN"))


def _set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver must not open transactions by itself: it would leave schema changes out of them.
    connection.isolation_level = None
    cursor = connection.cursor()
    # A commit is on the disk before anybody is told of it: what was told outlives a power cut. What is only
    # for a moment is in memory: in a container nothing but the data can be written. Who is forgotten leaves
    # the file too: what is deleted is overwritten.
    rules = (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "secure_delete=ON",
    )
    for pragma in rules:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
