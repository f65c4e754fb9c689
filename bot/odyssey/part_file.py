"""A file that is being downloaded, under a name of its own until it is whole."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


class PartFile:
    """`path` with `.part` added, and beside it a note of which version of the file it is part of."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(path.name + ".part")
        self._tag = path.with_name(path.name + ".part.tag")

    @property
    def is_whole(self) -> bool:
        """Whether the file is there under its own name."""
        return self.path.exists()

    @property
    def size_bytes(self) -> int:
        """How much of it is there so far."""
        return self._part.stat().st_size if self._part.exists() else 0

    @property
    def tag(self) -> str | None:
        """The version that the part belongs to, as the service named it."""
        return self._tag.read_text() if self._tag.exists() else None

    def open(self, start: int, tag: str | None) -> BinaryIO:
        """Opens it to write from `start` on; what was there after that is gone."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if tag is not None:
            self._tag.write_text(tag)
        else:
            self._tag.unlink(missing_ok=True)
        file = self._part.open("r+b" if start else "wb")
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
        """Forgets what is there."""
        self._part.unlink(missing_ok=True)
        self._tag.unlink(missing_ok=True)
