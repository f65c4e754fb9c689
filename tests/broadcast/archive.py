"""An archive that keeps everything in memory: a fake at the domain's port."""

import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.broadcast.kept_files import FileKind, KeptFile, NewFile
from bot.broadcast.recordings.archive import ArchiveError, ArchiveState, ArchiveTrouble
from bot.broadcast.telling.listeners import Listeners

KEPT_AT = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)


class MemoryArchive:
    """The domain's `Archive`. `trouble` is what every method raises while it is set."""

    def __init__(self) -> None:
        self.kept: Listeners[KeptFile] = Listeners()
        self.settled: Listeners[str] = Listeners()
        self.trouble: ArchiveTrouble | None = None
        self.videos: dict[str, dict[str, ArchiveState]] = {}
        """By broadcast, of its streams: as a test has it, unless a video is kept."""
        self._files: dict[str, tuple[KeptFile, bytes]] = {}

    async def files(self, broadcast_id: str) -> list[KeptFile]:
        return [file for file, _ in self._files.values() if file.broadcast_id == broadcast_id]

    async def states(self, broadcast_id: str) -> dict[str, ArchiveState]:
        kept = {
            file.stream_id: ArchiveState.KEPT
            for file in await self.files(broadcast_id)
            if file.kind is FileKind.VIDEO and file.stream_id
        }
        return self.videos.get(broadcast_id, {}) | kept

    async def read(self, file: KeptFile, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        yield self._bytes_of(file)[start:end]

    def path_of(self, file: KeptFile) -> Path | None:
        return None

    @asynccontextmanager
    async def on_disk(self, file: KeptFile) -> AsyncIterator[Path]:
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, file.id)
            path.write_bytes(self._bytes_of(file))
            yield path

    async def keep(self, path: Path, *, of: NewFile) -> KeptFile:
        self._fail()
        data = path.read_bytes()
        path.unlink()
        return self.put(data, of=of)

    def put(self, data: bytes, *, of: NewFile) -> KeptFile:
        """The same, of what a test has at hand."""
        kept = KeptFile(
            id=f"file-{len(self._files) + 1}-{hashlib.sha256(data).hexdigest()[:8]}",
            broadcast_id=of.broadcast_id,
            stream_id=of.stream_id,
            clip_id=of.clip_id,
            kind=of.kind,
            media_type=of.media_type,
            size_bytes=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            kept_at=KEPT_AT,
        )
        self._files[of.meaning] = kept, data
        self.kept.tell(kept)
        if of.kind is FileKind.VIDEO:
            self.settled.tell(of.broadcast_id)
        return kept

    async def let_go(self, file: KeptFile) -> None:
        self._fail()
        self._files.pop(file.what.meaning, None)

    async def forget(self, broadcast_id: str) -> None:
        self._fail()
        for file in await self.files(broadcast_id):
            await self.let_go(file)

    def _bytes_of(self, file: KeptFile) -> bytes:
        self._fail()
        kept, data = self._files.get(file.what.meaning, (None, b""))
        if kept != file:
            raise ArchiveError(ArchiveTrouble.GONE)
        return data

    def _fail(self) -> None:
        if self.trouble:
            raise ArchiveError(self.trouble)
