"""The domain's archive: files under keys, and what is stored of each in the database."""

import asyncio
import hashlib
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from bot.archive.objects import Objects, explained
from bot.broadcast.clock import Clock
from bot.broadcast.kept_files import FileKind, KeptFile, NewFile
from bot.broadcast.recordings.archive import (
    ArchiveError,
    ArchiveState,
    ArchiveTrouble,
    KeptFiles,
)
from bot.broadcast.telling.listeners import Listeners

log = logging.getLogger(__name__)

_ENDINGS = {
    "video/mp4": ".mp4",
    "video/webm": ".webm",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "text/vtt": ".vtt",
    "application/x-ndjson": ".jsonl",
}


class StoredArchive:
    """The domain's `Archive`. `is_awaited` says of a stream, by its own ID, whether its video still comes.

    A file is put in its place first, then stored, then told of; and what it replaces goes last. So a crash
    leaves a file too many at worst, which goes at the next start (`strays.py`).
    """

    def __init__(
        self,
        objects: Objects,
        books: KeptFiles,
        clock: Clock,
        new_id: Callable[[], str],
        is_awaited: Callable[[str], bool],
    ) -> None:
        self.kept: Listeners[KeptFile] = Listeners()
        self.settled: Listeners[str] = Listeners()
        self.arriving: set[str] = set()
        """The IDs of files that are put in their place, and not stored yet."""
        self._objects = objects
        self._books = books
        self._clock = clock
        self._new_id = new_id
        self._is_awaited = is_awaited

    async def files(self, broadcast_id: str) -> list[KeptFile]:
        return await self._books.of_broadcast(broadcast_id)

    async def states(self, broadcast_id: str) -> Mapping[str, ArchiveState]:
        decided = await self._books.videos(broadcast_id)
        return {stream_id: state or self._undecided(stream_id) for stream_id, state in decided.items()}

    async def read(self, file: KeptFile, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        end = file.size_bytes if end is None else min(end, file.size_bytes)
        if start >= end:
            return
        left = end - start
        async for part in self._objects.read(key_of(file), start, end):
            left -= len(part)
            yield part
        if left:
            raise ArchiveError(ArchiveTrouble.DAMAGED)

    def path_of(self, file: KeptFile) -> Path | None:
        return self._objects.path_of(key_of(file))

    @asynccontextmanager
    async def on_disk(self, file: KeptFile) -> AsyncIterator[Path]:
        if place := self.path_of(file):
            if not place.is_file():
                raise ArchiveError(ArchiveTrouble.GONE)
            yield place
            return
        self._objects.check_room(file.size_bytes)
        with explained():
            directory = Path(tempfile.mkdtemp(dir=self._objects.incoming))
        try:
            copy = directory / Path(key_of(file)).name
            with explained(), copy.open("wb") as out:
                async for part in self.read(file):
                    await asyncio.to_thread(out.write, part)
            yield copy
        finally:
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)

    async def keep(self, path: Path, *, of: NewFile) -> KeptFile:
        with explained():
            size_bytes, sha256 = await asyncio.to_thread(_measured, path)
        file = KeptFile(
            id=self._new_id(),
            broadcast_id=of.broadcast_id,
            stream_id=of.stream_id,
            clip_id=of.clip_id,
            kind=of.kind,
            media_type=of.media_type,
            size_bytes=size_bytes,
            sha256=sha256,
            kept_at=self._clock.now(),
        )
        older = await self._books.newest(of.meaning)
        self.arriving.add(file.id)
        try:
            await self._objects.put(path, key_of(file))
            await (self.check(file) if older else self._look_at(file))
            await self._books.save(file)
        except Exception:
            await self._clear_away(file)
            raise
        finally:
            self.arriving.discard(file.id)
        await asyncio.to_thread(path.unlink, missing_ok=True)
        self.kept.tell(file)
        self._tell_settled(of)
        if older:
            await self._clear_away(older)
        return file

    async def let_go(self, file: KeptFile) -> None:
        await self._books.decide(file.what, ArchiveState.LET_GO, self._clock.now())
        await self._objects.delete(key_of(file))

    async def never(self, what: NewFile) -> None:
        """There will be no such file. Raises `NotStoredError`."""
        await self._books.decide(what, ArchiveState.NEVER, self._clock.now())
        self._tell_settled(what)

    async def forget(self, broadcast_id: str) -> None:
        # Files first: whoever is cut off in between has to find them again.
        for file in await self._books.of_broadcast(broadcast_id):
            await self._objects.delete(key_of(file))
        await self._books.forget(broadcast_id)

    async def check(self, file: KeptFile) -> None:
        """Reads all of a file: whether it is still what was kept. Raises `ArchiveError`."""
        sha256 = hashlib.sha256()
        async for part in self.read(file):
            sha256.update(part)
        if sha256.hexdigest() != file.sha256:
            raise ArchiveError(ArchiveTrouble.DAMAGED)
        await self._look_at(file)

    def _undecided(self, stream_id: str) -> ArchiveState:
        return ArchiveState.WANTED if self._is_awaited(stream_id) else ArchiveState.NEVER

    async def _look_at(self, file: KeptFile) -> None:
        if await self._objects.size_bytes(key_of(file)) != file.size_bytes:
            raise ArchiveError(ArchiveTrouble.DAMAGED)

    async def _clear_away(self, file: KeptFile) -> None:
        """What is replaced, or did not come to be. That it stays is no harm."""
        try:
            await self._objects.delete(key_of(file))
        except ArchiveError as error:
            log.info("a file that is of no use stays in the archive: %s", error.trouble.value)

    def _tell_settled(self, what: NewFile) -> None:
        if what.kind is FileKind.VIDEO:
            self.settled.tell(what.broadcast_id)


def key_of(file: KeptFile) -> str:
    """Where a file lies in the archive."""
    return f"{file.broadcast_id}/{file.kind.value}-{file.id}{_ENDINGS.get(file.media_type, '')}"


def _measured(path: Path) -> tuple[int, str]:
    """Its size and its SHA-256. Blocks."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return file.tell(), sha256
