"""Whose fault it is that something cannot be stored: its own, or that of a database that is away."""

import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

_PRIMARY = 0xFF
"""SQLite's extended codes have the primary one in their last byte."""
_AWAY = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PROTOCOL,
    }
)
_AWAY_CLASSES = (
    "08",  # the connection was lost
    "28",  # who was let in is not let in now
    "53",  # its disk or memory is full, or it has too many connections
    "57",  # it is stopping, starting, or ended a statement that took too long
    "58",  # its system failed
    "XX",  # it is damaged
)
_AWAY_CODES = frozenset(
    {
        "25006",  # it is read-only: a standby, or nearly full
        "25P03",  # a transaction was idle for too long
        "3D000",  # there is no such database: it is being restored, say
        "40001",  # others were in the way
        "40P01",
        "55P03",  # what is needed is locked
    }
)
"""PostgreSQL's, which begin with those of their class."""


def is_away(error: BaseException | None) -> bool:
    """Whether the database is locked, full, read-only or gone: what it refuses now, it may take later."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return True
        error = error.orig
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _AWAY
    if hasattr(error, "sqlstate"):  # by its mark, since psycopg is loaded only where there is a server
        return _is_servers_fault(error)
    return isinstance(error, OSError)


def _is_servers_fault(error: BaseException | None) -> bool:
    """What has no code was not said by the server: it is gone, or does not answer."""
    code: str | None = getattr(error, "sqlstate", None)
    if code is None:
        return type(error).__name__ in {"OperationalError", "InterfaceError", "ConnectionTimeout"}
    return code.startswith(_AWAY_CLASSES) or code in _AWAY_CODES


class SameFile:
    """The file of an open database: one that was deleted would still be written to, and nobody would see."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._which = self._look()

    def check(self) -> None:
        """Raises `OSError` when it is not there, or another one is in its place."""
        if self._look() != self._which:
            raise OSError(f"{self._path} is another file than the one that was opened")

    def _look(self) -> tuple[int, int]:
        found = self._path.stat()
        return found.st_dev, found.st_ino
