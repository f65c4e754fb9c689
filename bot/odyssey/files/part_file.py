"""A file that is being downloaded, under a name of its own until it is whole, by one call at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from bot.odyssey.base.errors import OdysseyError


@contextmanager
def file_errors() -> Iterator[None]:
    """What the file system refuses is an `OdysseyError` with the code `file_error`."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a path with NUL in it
        why = getattr(error, "strerror", None) or type(error).__name__
        raise OdysseyError(f"The file cannot be written ({why}).", code="file_error") from error


class PartFile:
    """`path` with `.part` added, and beside it a note of which version of the file it is part of.

    Everything but `path` and `is_whole` is for whoever has `take`n it. May raise OSError and ValueError.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.total: int | None = None
        """The whole file's size, as far as this call knows."""
        self.ended_at: int | None = None
        """Where an answer ended that did not say whether that was all."""
        self._part = path.with_name(path.name + ".part")
        self._tag = path.with_name(path.name + ".part.tag")
        self._lock: int | None = None
        self._goes_on = False

    @property
    def is_whole(self) -> bool:
        """Whether the file is there under its own name."""
        return self.path.exists()

    @property
    def size_bytes(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    @property
    def resumes_at(self) -> int:
        """Where to go on: 0 when it is not known which version of the file is there."""
        return self.size_bytes if self._goes_on else 0

    @property
    def tag(self) -> str | None:
        """The version that the part belongs to, as the service named it."""
        try:
            return self._tag.read_text() or None
        except (FileNotFoundError, UnicodeDecodeError):
            return None

    def take(self) -> bool:
        """Keeps it from other calls, in other processes too, until `release` or a crash; False while
        another has it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._part, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._is_ours(lock):
                self._lock, lock = lock, -1
                self._goes_on = self.tag is not None
        except BlockingIOError:
            pass
        finally:
            if lock != -1:
                os.close(lock)
        return self._lock is not None

    def release(self) -> None:
        if self._lock is None:
            return
        try:
            if self.size_bytes == 0 and self._is_ours(self._lock):
                self._part.unlink(missing_ok=True)
        finally:
            os.close(self._lock)
            self._lock = None

    def open(self, start: int, tag: str | None, *, goes_on: bool) -> BinaryIO:
        """Opens it to write from `start` on; what was there after that is gone. `goes_on` says whether this
        call may go on with it later; another call needs a `tag` for that."""
        if tag is not None:
            self._tag.write_text(tag)
        elif start == 0:
            self._tag.unlink(missing_ok=True)
        self._goes_on = goes_on
        file = self._part.open("r+b")
        file.seek(start)
        file.truncate()
        return file

    def finish(self) -> None:
        """Gives it its name. It is on the disk by then, so a power cut leaves no half file under that
        name."""
        descriptor = os.open(self._part, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._part.replace(self.path)
        self._tag.unlink(missing_ok=True)

    def discard(self) -> None:
        self._tag.unlink(missing_ok=True)
        os.truncate(self._part, 0)
        self.total = None
        self._goes_on = False

    def _is_ours(self, lock: int) -> bool:
        """Whoever had it before may have given it its name, or removed it, since it was opened."""
        return self._part.exists() and os.path.samestat(os.fstat(lock), self._part.stat())
