"""One bot for one database: a second one would take the first one's broadcasts for a crash's."""

import errno
import fcntl
import json
import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path

from bot.kit.errors import StartError
from bot.storage.address import Server
from bot.storage.private import PRIVATE

log = logging.getLogger(__name__)

_TAKEN = (errno.EWOULDBLOCK, errno.EACCES)
_NOT_SUPPORTED = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)
_TRIES, _PAUSE_S = 5, 0.05
"""Somebody who only asks who has a lock holds it for a moment."""
_LONGEST = 4096


class Use(Enum):
    """How a process has a database."""

    BESIDE = "beside whoever has it"
    ALONE = "alone"
    SHARED = "with the others of its cluster"


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that has a database, or had: its number, its machine's name, and since when it had it."""

    pid: int
    host: str
    since: datetime

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since:%Y-%m-%d %H:%M:%S} UTC"


@contextmanager
def sole_use(database: Path) -> Iterator[None]:
    """Holds the lock of a database file, under whatever name the file is opened.

    The lock is the kernel's, on a file beside the database: a crash leaves the file, and no lock, and neither
    has a copy of both one. It holds between containers on one machine too. Raises `StartError`, which names
    the holder, when somebody else has it, `OSError` when there is no place for the file.
    """
    descriptor = os.open(_beside(database), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    try:
        _lock(descriptor, database)
        _write(descriptor, {"pid": os.getpid(), "host": socket.gethostname(), "since": _now().isoformat()})
        try:
            yield
        finally:
            _write(descriptor, None)
    finally:
        os.close(descriptor)


def holder(database: Path) -> Holder | None:
    """Who has the lock of a database now; None if nobody has."""
    try:
        descriptor = os.open(_beside(database), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return (_read(descriptor) or _UNKNOWN) if error.errno in _TAKEN else None
    else:
        return None
    finally:
        os.close(descriptor)


def left_by(database: Path) -> Holder | None:
    """Whose lock file it is that nobody holds: of a bot that was cut off, or whose files were copied here."""
    if holder(database):
        return None
    try:
        descriptor = os.open(_beside(database), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return _read(descriptor)
    finally:
        os.close(descriptor)


def _beside(database: Path) -> Path:
    real = database.resolve()
    return real.with_name(f"{real.name}.lock")


def _lock(descriptor: int, database: Path) -> None:
    for left in reversed(range(_TRIES)):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _NOT_SUPPORTED:
                log.warning("locks do not work beside %s: see that no second bot uses it", database)
                return
            if error.errno not in _TAKEN:
                raise
            if not left:
                raise StartError(in_use(database, _read(descriptor))) from None
            time.sleep(_PAUSE_S)
        else:
            return


def in_use(database: Path | Server, by: Holder | None) -> str:
    """The refusal of a second bot."""
    whose = f": {by}" if by else ""
    return (
        f"The database {database} is in use by another bot that runs{whose}. "
        "Stop that one first, or give this one a DATABASE_URL of its own."
    )


def _write(descriptor: int, about: dict[str, object] | None) -> None:
    """Who has it is told for people; the lock does not need it, and holds on a full disk too."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        if about:
            os.pwrite(descriptor, json.dumps(about).encode(), 0)


def _read(descriptor: int) -> Holder | None:
    try:
        about = json.loads(os.pread(descriptor, _LONGEST, 0))
        return Holder(int(about["pid"]), str(about["host"]), datetime.fromisoformat(about["since"]))
    except (OSError, ValueError, KeyError, TypeError):  # of an earlier version, or none
        return None


def _now() -> datetime:
    return datetime.now(UTC)


_UNKNOWN = Holder(0, "a machine that is not named", datetime.fromtimestamp(0, UTC))
"""Of a lock file that says nothing: an earlier version's."""
