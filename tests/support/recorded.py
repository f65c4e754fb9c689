"""A past broadcast with its recording, in a test's hands: what the pages of recordings are made of."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.broadcast.audience.recording_links import RecordingLinks
from bot.broadcast.audit import Audit
from bot.broadcast.clock import Clock
from bot.broadcast.history import PastBroadcast, RecordingLink
from bot.broadcast.kept_files import FileKind, KeptFile, NewFile
from bot.broadcast.model import Stream, Suggestion
from bot.broadcast.recordings.timelines import FetchFile, FetchRecording, Timelines
from bot.broadcast.telling.listeners import Listeners
from bot.web.recordings.routes import RecordingSources
from tests.broadcast.archive import MemoryArchive
from tests.broadcast.fakes import MemoryActions

MEDIA_TYPES = {
    FileKind.THUMBNAIL: "image/jpeg",
    FileKind.POSTER: "image/jpeg",
    FileKind.CONTACT_SHEET: "image/jpeg",
    FileKind.EVENTS: "application/x-ndjson",
    FileKind.CREDITS: "text/vtt",
}


class MemoryRecordingLinks:
    """Keeps links in memory."""

    def __init__(self) -> None:
        self.links: dict[str, RecordingLink] = {}

    async def find_recording_link(self, token: str) -> RecordingLink | None:
        return next((link for link in self.links.values() if link.token == token), None)

    async def recording_link_of(self, broadcast_id: str) -> RecordingLink | None:
        return self.links.get(broadcast_id)

    async def save_recording_link(self, link: RecordingLink) -> None:
        self.links[link.broadcast_id] = link


class KeptOnDisk(MemoryArchive):
    """An archive whose files lie in a directory, unless there is none."""

    def __init__(self, directory: Path | None = None) -> None:
        super().__init__()
        self.directory = directory

    def path_of(self, file: KeptFile) -> Path | None:
        if self.directory is None or self.trouble:
            return None
        path = self.directory / file.id
        if not path.exists():
            path.write_bytes(self._bytes_of(file))
        return path


class Recorded:
    """Links, archive and timeline of past broadcasts; `past` is by their IDs."""

    def __init__(self, clock: Clock, directory: Path | None = None) -> None:
        tokens = itertools.count(1)
        self.actions, self.records = MemoryActions(), MemoryRecordingLinks()
        self.links = RecordingLinks(
            self.records,
            Audit(self.actions, clock),
            clock,
            lambda: f"recording-{next(tokens)}",
            can_be_followed=True,
        )
        self.archive = KeptOnDisk(directory)
        self.renewed = Listeners[str]()
        self.past: dict[str, PastBroadcast] = {}
        self.sent: list[Suggestion] = []
        self.offsets: dict[str, float] = {}

    async def add(self, past: PastBroadcast) -> str:
        """There is this one too; returns its link's token."""
        self.past[past.broadcast.id] = past
        link = (await self.links.linked(past)).link
        assert link
        assert link.token
        return link.token

    def keep(
        self,
        past: PastBroadcast,
        kind: FileKind,
        content: bytes,
        stream: Stream | None = None,
        clip: str = "",
    ) -> KeptFile:
        """The archive has this file."""
        media_type = MEDIA_TYPES.get(kind, "video/mp4")
        what = NewFile(past.broadcast.id, kind, media_type, stream.id if stream else None, clip or None)
        known = self.past.get(past.broadcast.id, past)
        kept = self.archive.put(content, of=what)
        others = tuple(file for file in known.files if file.what.meaning != what.meaning)
        self.past[past.broadcast.id] = replace(known, files=(*others, kept))
        self.archive.kept.tell(kept)
        return kept

    def sources(
        self, recorded: Listeners[Stream], fetch: FetchRecording, fetch_file: FetchFile
    ) -> RecordingSources:
        timelines = Timelines(self, self.archive.read, fetch, fetch_file, self._offsets)
        return RecordingSources(
            self.links,
            self._past_broadcast,
            timelines,
            self.archive,
            self.archive.kept,
            recorded,
            self.renewed,
        )

    async def sent_suggestions(self, broadcast_id: str) -> list[Suggestion]:
        return [each for each in self.sent if each.broadcast_id == broadcast_id]

    async def _past_broadcast(self, broadcast_id: str) -> PastBroadcast | None:
        return self.past.get(broadcast_id)

    async def _offsets(self, broadcast_id: str) -> Mapping[str, float]:
        return self.offsets if self.past[broadcast_id].film else {}
