"""A database with something in it, and what can happen to its file."""

import resource
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


def add_broadcast(path: Path, name: str, *, size: int = 1) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO broadcasts (id, guild_id, channel_id, host_id, prompt, portrait, state,"
            " requested_at) VALUES (?, 1, 2, 3, ?, 0, 'ended', '2026-08-01 20:00:00')",
            (name, "x" * size),
        )


def broadcasts_in(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT id FROM broadcasts ORDER BY id")]


@contextmanager
def files_limited_to(size_bytes: int) -> Iterator[None]:
    """No file of this process can grow past it: the system refuses, as it does when a disk is full."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def damage(path: Path) -> None:
    """Overwrites pages in its middle."""
    for number in range(40):
        add_broadcast(path, f"b{number}", size=3000)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xa5" * 16_384)
