"""Files that only the bot's user may read: they have what people wrote."""

import os
from contextlib import suppress
from pathlib import Path

PRIVATE = 0o600
PRIVATE_DIRECTORY = 0o700

_BESIDE = ("", "-wal", "-shm", ".lock")
"""What belongs to a database's file: its own name, what SQLite puts beside it, and our lock."""


def make_directory(path: Path) -> None:
    """One that others cannot look into; one that is there stays as it is."""
    path.mkdir(PRIVATE_DIRECTORY, parents=True, exist_ok=True)


def make_database_private(database: Path) -> None:
    """Makes the file, if it is not there, and takes away what an earlier version granted others.

    What SQLite puts beside it gets the rights of the file. Raises `OSError` if there can be no such file.
    """
    real = database.resolve()
    if not real.exists():  # to close a file that SQLite has open in this process would end its locks
        os.close(os.open(real, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE))
    for ending in _BESIDE:
        path = real.with_name(real.name + ending)
        with suppress(FileNotFoundError, PermissionError):  # somebody else's: they decide
            if path.stat().st_mode & 0o077:
                path.chmod(PRIVATE)
