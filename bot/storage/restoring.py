"""Putting a copy in the database's place."""

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.storage.backup import BackupError, copied
from bot.storage.contents import Contents, DamagedError, check_whole, opened_to_read, whole_contents
from bot.storage.lock import sole_use
from bot.storage.private import PRIVATE, make_directory
from bot.storage.revisions import known_revisions


@dataclass(frozen=True, slots=True)
class Restored:
    """What the database has now, and where what it had before is kept, if there was one."""

    contents: Contents
    kept: Path | None


def restore(copy: Path, database: Path, *, now: datetime) -> Restored:
    """Puts a copy in the database's place, while no bot has it; what it replaces is kept beside it.

    At every moment the one or the other is there as a whole. Raises `StartError`: a bot has the database, the
    copy is damaged or of a newer version, or there is no room; then nothing is changed.
    """
    _check(copy, database)
    real = database.resolve()
    make_directory(real.parent)
    kept = real.with_name(f"{real.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    with sole_use(real), copied(copy, real, is_still=True) as contents:
        is_there = real.exists()
        if is_there:
            _keep(real, kept)
    return Restored(contents, kept if is_there else None)


def _check(copy: Path, database: Path) -> None:
    if not copy.is_file():
        raise BackupError(f"There is no file {copy}. Name the copy that is to be restored.")
    if database.exists() and copy.samefile(database):
        raise BackupError(f"{copy} is the database itself. Name the copy that is to be restored.")
    try:
        revision = whole_contents(copy).revision
    except DamagedError as error:
        raise BackupError(f"{copy} is damaged, or no database ({error}). Take another copy.") from error
    if revision is None:
        raise BackupError(f"{copy} is no database of the bot's. Take another copy.")
    if revision not in known_revisions():
        raise BackupError(
            f"{copy} is at revision {revision}, which this version of the bot does not know. "
            "Restore it with the version that made it, or a newer one."
        )


def _keep(database: Path, kept: Path) -> None:
    """The database gets a second name; what stands in SQLite's log beside it goes there too."""
    if _is_whole(database):
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    try:
        os.link(database, kept)
    except OSError:  # not every file system has second names
        shutil.copy2(database, kept)
    kept.chmod(PRIVATE)
    log = database.with_name(f"{database.name}-wal")
    if log.exists():
        if log.stat().st_size:
            log.replace(kept.with_name(f"{kept.name}-wal"))
        else:
            log.unlink()
    database.with_name(f"{database.name}-shm").unlink(missing_ok=True)


def _is_whole(database: Path) -> bool:
    """Of one that is not, SQLite would throw away the log if it were opened to be written."""
    with suppress(sqlite3.Error, DamagedError), opened_to_read(database, is_still=True) as connection:
        check_whole(connection)
        return True
    return False
