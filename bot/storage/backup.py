"""Copies of the database, made while a bot runs: whole, checked, and put in place in one step."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bot.kit.errors import StartError
from bot.storage.contents import Contents, DamagedError, check_whole, opened_to_read, read_contents
from bot.storage.private import PRIVATE
from bot.storage.revisions import SchemaError

PAGES = 2048
"""Copied in one go, 8 MB or so; in between it is asked whether to give up."""


class BackupError(StartError):
    """There is no copy, and nothing was changed. The message says why, and what to do."""


class _GivenUpError(Exception):
    pass


def back_up(
    database: Path, to: Path, *, is_replacing: bool = False, given_up: Callable[[], bool] = bool
) -> Contents:
    """Copies a database that others may be writing in, and says what the copy has.

    It blocks nobody, but its own thread. Raises `BackupError`, also once it is `given_up`.
    """
    check_free(to, is_replacing=is_replacing)
    if not database.is_file():
        raise BackupError(f"There is no database {database} to be copied. Check DATABASE_URL.")
    if to.exists() and to.samefile(database):
        raise BackupError("The database cannot be its own copy. Choose another name.")
    with copied(database, to, given_up=given_up) as contents:
        pass
    return contents


def check_free(to: Path, *, is_replacing: bool) -> None:
    """Raises `BackupError` where a copy would take the place of something."""
    if to.exists() and not is_replacing:
        raise BackupError(f"There is a file {to}, which stays as it is. Choose another name, or use --force.")


@contextmanager
def copied(
    source: Path, to: Path, *, is_still: bool = False, given_up: Callable[[], bool] = bool
) -> Iterator[Contents]:
    """Copies a database; what the context does is done when the copy is whole, and before it is at its place.

    Raises `BackupError`, and then leaves nothing behind. Of a source that `is_still` nobody writes in it.
    """
    part = to.with_name(f".{to.name}.part")
    try:
        take_away(part)
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, PRIVATE))
        contents = _copy(source, part, is_still=is_still, given_up=given_up)
        _sync(part)
        yield contents
        part.replace(to)
        _sync(to.parent)
    except _GivenUpError as error:
        raise BackupError(f"The copy of {source} was given up.") from error
    except (OSError, sqlite3.OperationalError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BackupError(
            f"{source} could not be copied to {to}: {said.rstrip('.')}. "
            "Check that there is room, and that the bot may write there."
        ) from error
    except (DamagedError, sqlite3.Error, SchemaError) as error:
        raise BackupError(f"{source} is damaged ({error}), so there is no copy of it.") from error
    finally:
        take_away(part)


def _copy(source: Path, part: Path, *, is_still: bool, given_up: Callable[[], bool]) -> Contents:
    def ask(*_: int) -> None:
        if given_up():
            raise _GivenUpError

    with opened_to_read(source, is_still=is_still) as reading, closing(sqlite3.connect(part)) as copy:
        reading.execute("BEGIN")  # what is counted, and all that is copied, is of this moment
        expected = read_contents(reading)
        reading.backup(copy, pages=PAGES, progress=ask)
        copy.execute("PRAGMA journal_mode=DELETE")  # all of it is in the one file
        check_whole(copy, given_up)
        ask()
        contents = read_contents(copy)
        if contents != expected:
            raise DamagedError("the copy has not what the database had")
        return contents


def take_away(part: Path) -> None:
    """A database's file, with what SQLite has beside it."""
    for ending in ("", "-journal", "-wal", "-shm", ".lock"):
        part.with_name(part.name + ending).unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """What was written is on the disk, also after a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
