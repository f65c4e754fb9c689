"""Whose fault it is that something cannot be stored: its own, or that of a database that is away."""

import sqlite3
from pathlib import Path

from sqlalchemy import URL
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


def is_away(error: BaseException | None) -> bool:
    """Whether the database is locked, full, read-only or gone: what it refuses now, it may take later."""
    if isinstance(error, DBAPIError):
        error = error.orig
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _AWAY
    return isinstance(error, OSError)


class SameFile:
    """The file of an open database: one that was deleted would still be written to, and nobody would see."""

    def __init__(self, url: URL) -> None:
        self._path = Path(url.database or "")
        self._which = self._look()

    def check(self) -> None:
        """Raises `OSError` when it is not there, or another one is in its place."""
        if self._look() != self._which:
            raise OSError(f"{self._path} is another file than the one that was opened")

    def _look(self) -> tuple[int, int]:
        found = self._path.stat()
        return found.st_dev, found.st_ino
