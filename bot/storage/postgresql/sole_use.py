"""One bot for one database, where that is a server's: a process alone, or a cluster of several.

There are two locks, each a session's: who lets go of its connection has it no more, so a crash leaves none.
A bot opens the database with the first, and writes over a connection that holds the second. Whoever lost both
(the server was restarted) and comes back later than another bot cannot write any more. A process that is
alone has them to itself; those of a cluster share them, so that none of them is beside one that is alone.
"""

import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime

import psycopg

from bot.kit.errors import StartError
from bot.storage.address import Server
from bot.storage.lock import Holder, Use, in_use
from bot.storage.postgresql.connecting import Raw, connected

_KIND = 0x4F647973
"""Of our locks, among those of whoever else uses the database."""
_OPENING, _WRITING, _MIGRATING = 1, 2, 3
_TRIES, _PAUSE_S = 20, 0.1
"""The server notices a moment later that a process is gone."""
_NAME = re.compile(r"odyssey bot (?P<pid>\d+) (?P<host>.+)")


class DeposedError(OSError):
    """Another bot has the database by now."""


@contextmanager
def used(server: Server, use: Use) -> Iterator[None]:
    """Holds the lock of a database. Raises `StartError`, which names the holder, when somebody has it."""
    with connected(server, autocommit=True) as connection:
        for left in reversed(range(_TRIES)):
            if _locked(connection, _OPENING, use):
                if _locked(connection, _WRITING, use):
                    connection.execute(_statement("advisory_unlock", use), (_KIND, _WRITING))
                    break
                connection.execute(_statement("advisory_unlock", use), (_KIND, _OPENING))
            if not left:
                raise StartError(
                    in_use(server, next(iter(_holders(connection)), None)) + _advice(connection, use)
                )
            time.sleep(_PAUSE_S)
        try:
            yield
        finally:
            with suppress(psycopg.Error):  # it is gone, and so are its locks
                connection.execute("SELECT pg_advisory_unlock_all()")


def sole_use(server: Server) -> AbstractContextManager[None]:
    """The same, for a process that has it alone."""
    return used(server, Use.ALONE)


@contextmanager
def migrating(server: Server) -> Iterator[None]:
    """Of a cluster's processes one after the other sees to the schema: the others wait."""
    with connected(server, autocommit=True) as connection:
        connection.execute("SET lock_timeout = 0")
        connection.execute("SELECT pg_advisory_lock(%s, %s)", (_KIND, _MIGRATING))
        yield


def hold_writing(connection: Raw, use: Use) -> None:
    """Holds the right to write for as long as a connection lasts. Raises `DeposedError`."""
    for left in reversed(range(_TRIES)):
        if _locked(connection, _WRITING, use):
            connection.commit()
            return
        connection.rollback()
        if not left:
            raise DeposedError("another bot writes in the database by now")
        time.sleep(_PAUSE_S)


def holders(server: Server) -> list[Holder]:
    """Who has a database now: one bot, all processes of a cluster, or nobody. Raises `OSError` when it cannot
    be asked."""
    try:
        with connected(server, autocommit=True) as connection:
            return _holders(connection)
    except psycopg.Error as error:
        raise OSError(str(error).strip()) from error


def check_direct(connection: Raw, server: Server) -> None:
    """A pooler gives each transaction another session: no lock or rule of one lasts. Raises `StartError`."""
    found = connection.execute("SELECT pg_backend_pid()").fetchone()
    if found and found[0] != connection.info.backend_pid:
        raise StartError(
            f"The database {server} is reached through a pooler such as pgbouncer, behind which nothing "
            "that a bot says of its session lasts. Name PostgreSQL itself in DATABASE_URL: a bot needs five "
            "connections, and keeps them."
        )


def _holders(connection: Raw) -> list[Holder]:
    found = connection.execute(
        "SELECT application_name, min(backend_start) FROM pg_locks JOIN pg_stat_activity USING (pid) "
        "WHERE locktype = 'advisory' AND classid = %s AND granted "
        "AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
        "GROUP BY application_name ORDER BY 2",
        (_KIND,),
    )
    return [_holder(name, since) for name, since in found]


def _holder(name: str | None, since: datetime) -> Holder:
    match = _NAME.fullmatch(name or "")
    host = match["host"] if match else "a machine that is not named"
    return Holder(int(match["pid"]) if match else 0, host, since.astimezone(UTC))


def _locked(connection: Raw, what: int, use: Use) -> bool:
    found = connection.execute(_statement("try_advisory_lock", use), (_KIND, what)).fetchone()
    return bool(found and found[0])


def _statement(name: str, use: Use) -> bytes:
    shared = "_shared" if use is Use.SHARED else ""
    return f"SELECT pg_{name}{shared}(%s, %s)".encode()


def _advice(connection: Raw, use: Use) -> str:
    """What else may be done about a database that is in use."""
    found = connection.execute(
        "SELECT mode FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) LIMIT 1",
        (_KIND,),
    ).fetchone()
    if use is Use.SHARED:
        return " Of several that share one, each has CLUSTER=true."
    return " It shares it: with CLUSTER=true this one may, too." if found == ("ShareLock",) else ""
