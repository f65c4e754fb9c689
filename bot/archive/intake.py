"""What is on its way into the archive: where it lies, whether there is room for it, and what it is."""

import asyncio
import hashlib
from pathlib import Path

from bot.archive.archive import StoredArchive
from bot.archive.contents import media_type_of
from bot.archive.objects import Objects, explained
from bot.broadcast.kept_files import FileKind, NewFile
from bot.broadcast.recordings.archive import ArchiveError, ArchiveTrouble


class ArchiveIntake:
    """The domain's `Intake`. `reserve_bytes` of the disk are left to others, whatever comes."""

    def __init__(self, archive: StoredArchive, objects: Objects, *, reserve_bytes: int) -> None:
        self.keep = archive.keep
        self._archive = archive
        self._objects = objects
        self._reserve_bytes = reserve_bytes

    def place_for(self, what: NewFile) -> Path:
        """Named by what it is: IDs of streams may be of any length, and from outside."""
        return self._objects.incoming / hashlib.sha256(what.meaning.encode()).hexdigest()[:32]

    def room_bytes(self) -> int:
        return max(0, self._objects.free_bytes() - self._reserve_bytes)

    def check_room(self, size_bytes: int) -> None:
        if self._objects.free_bytes() - size_bytes < self._reserve_bytes:
            raise ArchiveError(ArchiveTrouble.FULL)

    async def media_type(self, path: Path, kind: FileKind) -> str:
        with explained():
            return await asyncio.to_thread(media_type_of, path, kind)

    async def never(self, what: NewFile) -> None:
        await self._archive.never(what)
        with explained():
            await asyncio.to_thread(_remove, self.place_for(what))


def _remove(place: Path) -> None:
    """A file that was on its way, and all that was beside it. Blocks."""
    for path in place.parent.glob(f"{place.name}*"):
        path.unlink(missing_ok=True)
