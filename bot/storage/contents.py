"""What a database file has, and whether it is whole: read without changing anything."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.storage.revisions import SchemaError, revision_by

STEPS = 100_000
"""Of SQLite's, between two questions whether to give up: some milliseconds."""


class DamagedError(Exception):
    """A database's file is not whole, or none at all. The message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The schema's revision (None without a schema), how many rows each table has, and the file's size."""

    revision: str | None
    rows: Mapping[str, int]
    size_bytes: int


@contextmanager
def opened_to_read(path: Path, *, is_still: bool = False) -> Iterator[sqlite3.Connection]:
    """The database in a file, in which nothing is changed. Of one that `is_still` nobody else writes in it.

    Raises `sqlite3.Error`.
    """
    if not is_still:
        way = "mode=rw"  # who may only read would leave SQLite's log behind
    elif _has_log(path):
        way = "mode=ro"
    else:
        way = "mode=ro&immutable=1"  # nothing is put beside it
    uri = f"{path.resolve().as_uri()}?{way}"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as connection:
        connection.execute("PRAGMA query_only=ON")
        yield connection


def read_contents(connection: sqlite3.Connection) -> Contents:
    """As the connection's transaction sees them. Raises `sqlite3.Error` and `SchemaError`."""
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' "
        "AND name NOT LIKE 'texts%' ORDER BY name"  # what the search is made of says nothing
    ).fetchall()
    rows = {name: _count(connection, name) for (name,) in names if name != "alembic_version"}
    [(pages,)], [(page_bytes,)] = (
        connection.execute(f"PRAGMA {each}").fetchall() for each in ("page_count", "page_size")
    )
    return Contents(revision_by(connection.execute), rows, pages * page_bytes)


def check_whole(connection: sqlite3.Connection, given_up: Callable[[], bool] = bool) -> None:
    """Reads all of it. Raises `DamagedError`, or `sqlite3.OperationalError` once it is `given_up`."""
    connection.set_progress_handler(given_up, STEPS)
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(3)")]
    except sqlite3.OperationalError:  # that is not the file's fault
        raise
    except sqlite3.DatabaseError as error:
        raise DamagedError(str(error)) from error
    finally:
        connection.set_progress_handler(None, STEPS)
    if found != ["ok"]:
        raise DamagedError("; ".join(" ".join(each.split()) for each in found))


def whole_contents(path: Path) -> Contents:
    """Of a file in which nobody writes. Raises `DamagedError` when it is not whole, or no database."""
    try:
        with opened_to_read(path, is_still=True) as connection:
            check_whole(connection)
            return read_contents(connection)
    except (sqlite3.Error, SchemaError) as error:
        raise DamagedError(str(error)) from error


def _has_log(path: Path) -> bool:
    """Whether some of what is in a database stands in SQLite's log beside it."""
    log = path.resolve().with_name(f"{path.resolve().name}-wal")
    return log.exists() and log.stat().st_size > 0


def _count(connection: sqlite3.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    return int(connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])  # noqa: S608 - its own name
