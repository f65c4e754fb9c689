"""One bot for one database, where that is a server's.

There are two locks, each a session's: who lets go of its connection has it no more, so a crash leaves none.
A bot opens the database with the first, and writes over a connection that holds the second. Whoever lost both
(the server was restarted) and comes back later than another bot cannot write any more.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC

import psycopg

from bot.kit.errors import StartError
from bot.storage.address import Server
from bot.storage.lock import Holder, in_use
from bot.storage.postgresql.connecting import Raw, connected

_KIND = 0x4F647973
"""Of our locks, among those of whoever else uses the database."""
_OPENING, _WRITING = 1, 2
_TRIES, _PAUSE_S = 20, 0.1
"""The server notices a moment later that a process is gone."""
_NAME = re.compile(r"odyssey bot (?P<pid>\d+) (?P<host>.+)")


class DeposedError(OSError):
    """Another bot has the database by now."""


@contextmanager
def sole_use(server: Server) -> Iterator[None]:
    """Holds the lock of a database. Raises `StartError`, which names the holder, when somebody has it."""
    with connected(server, autocommit=True) as connection:
        _check_direct(connection, server)
        for left in reversed(range(_TRIES)):
            if _locked(connection, _OPENING):
                if _locked(connection, _WRITING):
                    connection.execute("SELECT pg_advisory_unlock(%s, %s)", (_KIND, _WRITING))
                    break
                connection.execute("SELECT pg_advisory_unlock(%s, %s)", (_KIND, _OPENING))
            if not left:
                raise StartError(in_use(server, _holder(connection)))
            time.sleep(_PAUSE_S)
        try:
            yield
        finally:
            with suppress(psycopg.Error):  # it is gone, and so are its locks
                connection.execute("SELECT pg_advisory_unlock_all()")


def hold_writing(connection: Raw) -> None:
    """Holds the right to write for as long as a connection lasts. Raises `DeposedError`."""
    for left in reversed(range(_TRIES)):
        if _locked(connection, _WRITING):
            connection.commit()
            return
        connection.rollback()
        if not left:
            raise DeposedError("another bot writes in the database by now")
        time.sleep(_PAUSE_S)


def holder(server: Server) -> Holder | None:
    """Who has a database now; None if nobody has. Raises `OSError` when it cannot be asked."""
    try:
        with connected(server, autocommit=True) as connection:
            return _holder(connection)
    except psycopg.Error as error:
        raise OSError(str(error).strip()) from error


def _holder(connection: Raw) -> Holder | None:
    found = connection.execute(
        "SELECT application_name, backend_start FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE locktype = 'advisory' AND classid = %s AND granted "
        "AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
        "ORDER BY objid LIMIT 1",
        (_KIND,),
    ).fetchone()
    if found is None:
        return None
    name, since = found
    match = _NAME.fullmatch(name or "")
    host = match["host"] if match else "a machine that is not named"
    return Holder(int(match["pid"]) if match else 0, host, since.astimezone(UTC))


def _locked(connection: Raw, what: int) -> bool:
    found = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (_KIND, what)).fetchone()
    return bool(found and found[0])


def _check_direct(connection: Raw, server: Server) -> None:
    """A pooler gives each transaction another session, and so no lock that lasts. Raises `StartError`."""
    found = connection.execute("SELECT pg_backend_pid()").fetchone()
    if found and found[0] != connection.info.backend_pid:
        raise StartError(
            f"The database {server} is reached through a pooler such as pgbouncer, behind which no bot can "
            "see that it has it alone. Name PostgreSQL itself in DATABASE_URL: a bot needs five connections, "
            "and keeps them."
        )
