"""The archive: keeps recordings, and what is made of them, for longer than the service's links live."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from bot.broadcast.kept_files import FileKind, KeptFile, NewFile
from bot.broadcast.telling.listeners import Listeners

ARTIFACTS = (FileKind.VIDEO, FileKind.PREVIEW, FileKind.THUMBNAIL, FileKind.EVENTS)
"""What the service has of a stream, in the order in which it is fetched."""


class ArchiveState(StrEnum):
    """How the video of a stream stands."""

    WANTED = "wanted"  # it is there, or awaited, and not kept yet
    KEPT = "kept"
    NEVER = "never"  # the service has none, or none that can be kept
    LET_GO = "let_go"  # it was kept, and was taken away as the operator has it


class ArchiveTrouble(StrEnum):
    """Why the archive could not do what was asked."""

    FULL = "full"  # no room: on the disk, in the bucket, or beside the reserve
    AWAY = "away"  # it cannot be reached, read or written just now
    GONE = "gone"  # the file is not there
    DAMAGED = "damaged"  # it is there, and not what was kept


class ArchiveError(Exception):
    """The archive could not do what was asked."""

    def __init__(self, trouble: ArchiveTrouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


class Archive(Protocol):
    """Where files are kept. Each method raises `ArchiveError`, and those that write `NotStoredError`."""

    kept: Listeners[KeptFile]
    """Told of each file that is kept from now on."""
    settled: Listeners[str]
    """Told of a broadcast, by its ID, when one more of its streams is no longer `WANTED`."""

    async def files(self, broadcast_id: str) -> list[KeptFile]:
        """All that is kept of a broadcast: by its streams' numbers, what is of none of them last."""
        ...

    async def states(self, broadcast_id: str) -> Mapping[str, ArchiveState]:
        """How the videos stand of those of a broadcast's streams that have begun, by the streams' own IDs."""
        ...

    def read(self, file: KeptFile, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end`, in parts."""
        ...

    def path_of(self, file: KeptFile) -> Path | None:
        """Where the file itself lies, to be read only; None where it is on no disk of ours."""
        ...

    def on_disk(self, file: KeptFile) -> AbstractAsyncContextManager[Path]:
        """The file itself, to be read only, or a copy for as long as the context lasts."""
        ...

    async def keep(self, path: Path, *, of: NewFile) -> KeptFile:
        """Takes a file in: `path` is gone afterwards.

        An older one of the same meaning goes once the new one stands, was looked at and is stored. Whatever
        this raises, the older one stays, and so does `path`.
        """
        ...

    async def let_go(self, file: KeptFile) -> None:
        """It is kept no more, and not fetched again either."""
        ...

    async def forget(self, broadcast_id: str) -> None:
        """Nothing is kept of a broadcast any more, nor known of what was."""
        ...


class KeptFiles(Protocol):
    """What is stored of the archive's files. What cannot be stored raises `NotStoredError`."""

    async def of_broadcast(self, broadcast_id: str) -> list[KeptFile]:
        """As `Archive.files`."""
        ...

    async def newest(self, meaning: str) -> KeptFile | None:
        """The file of this meaning that is kept."""
        ...

    async def kinds_of(self, stream_id: str) -> Mapping[FileKind, ArchiveState]:
        """What was decided of a stream's artifacts."""
        ...

    async def videos(self, broadcast_id: str) -> Mapping[str, ArchiveState | None]:
        """What was decided of the videos of a broadcast's streams that have begun; None of the others."""
        ...

    async def save(self, file: KeptFile) -> None:
        """Stores that a file is kept, in place of the one of its meaning."""
        ...

    async def decide(self, what: NewFile, state: ArchiveState, at: datetime) -> None:
        """Stores that no file of this meaning is kept, for that reason."""
        ...

    async def forget(self, broadcast_id: str) -> None:
        """Stores nothing of a broadcast's files any more."""
        ...
