"""One bot for one database: a second one would take the first one's broadcasts for a crash's."""

import errno
import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.kit.errors import StartError
from bot.storage.private import PRIVATE

log = logging.getLogger(__name__)

_TAKEN = (errno.EWOULDBLOCK, errno.EACCES)
_NOT_SUPPORTED = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS)


@contextmanager
def sole_use(database: Path) -> Iterator[None]:
    """Holds the lock of a database file, under whatever name the file is opened.

    The lock is the kernel's, on a file beside the database: a crash leaves the file, and no lock. It holds
    between containers on one machine too. Raises `StartError` when somebody else has it, `OSError` when there
    is no place for the file.
    """
    real = database.resolve()
    descriptor = os.open(real.with_name(f"{real.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE)
    try:
        _lock(descriptor, database)
        yield
    finally:
        os.close(descriptor)


def is_held(database: Path) -> bool:
    """Whether somebody on this machine has the lock of a database file."""
    real = database.resolve()
    try:
        descriptor = os.open(real.with_name(f"{real.name}.lock"), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno in _TAKEN
    finally:
        os.close(descriptor)
    return False


def _lock(descriptor: int, database: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _NOT_SUPPORTED:
            log.warning("locks do not work beside %s: see that no second bot uses it", database)
            return
        if error.errno not in _TAKEN:
            raise
        raise StartError(
            f"The database {database} is in use by another bot that runs. "
            "Stop that one first, or give this one a DATABASE_URL of its own."
        ) from None
