"""Files that the archive keeps: what each is, and of what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FileKind(StrEnum):
    """What a kept file is."""

    VIDEO = "video"  # these four are of a stream: its recording
    PREVIEW = "preview"
    THUMBNAIL = "thumbnail"
    EVENTS = "events"
    FILM = "film"  # these four are of a broadcast
    CREDITS = "credits"
    POSTER = "poster"
    CONTACT_SHEET = "contact_sheet"
    CLIP = "clip"  # of a clip


@dataclass(frozen=True, slots=True)
class NewFile:
    """What a file that is to be kept is. Of each `meaning` one file is kept, the newest."""

    broadcast_id: str
    kind: FileKind
    media_type: str
    stream_id: str | None = None
    """The stream's own ID, of what is of a stream."""
    clip_id: str | None = None

    @property
    def meaning(self) -> str:
        return f"{self.kind.value}:{self.clip_id or self.stream_id or self.broadcast_id}"


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file in the archive: whole, and never changed. `id` is ours, `sha256` in small hex digits."""

    id: str
    broadcast_id: str
    stream_id: str | None
    clip_id: str | None
    kind: FileKind
    media_type: str
    size_bytes: int
    sha256: str
    kept_at: datetime

    @property
    def what(self) -> NewFile:
        return NewFile(self.broadcast_id, self.kind, self.media_type, self.stream_id, self.clip_id)
