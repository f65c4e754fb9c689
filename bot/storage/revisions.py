"""Which revision a database's schema has, and which there are: without alembic, which takes long to load."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

MIGRATIONS = Path(__file__).parents[2] / "migrations"

_FILE = re.compile(r"(?P<revision>\d{4})_\w+\.py")


class SchemaError(Exception):
    """The schema is not one of ours, or cannot become one. The message says what about it."""


class Rows(Protocol):
    """What a query found: sqlite3's, or SQLAlchemy's."""

    def fetchall(self) -> Any: ...


def known_revisions() -> list[str]:
    """All that this version of the bot knows, the newest last: each migration's file begins with its own."""
    found = (_FILE.fullmatch(path.name) for path in (MIGRATIONS / "versions").iterdir())
    return sorted(match["revision"] for match in found if match)


_IS_THERE = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'",
    "postgresql": "SELECT 1 WHERE to_regclass('alembic_version') IS NOT NULL",
}


def revision_by(execute: Callable[[str], Rows], dialect: str = "sqlite") -> str | None:
    """The revision of the database in which `execute` executes queries; None if it has no schema yet.

    Raises `SchemaError` when it says that it has several.
    """
    if not execute(_IS_THERE[dialect]).fetchall():
        return None
    found = execute("SELECT version_num FROM alembic_version").fetchall()
    if len(found) > 1:
        raise SchemaError("it says that it has several revisions at once")
    return str(found[0][0]) if found else None
