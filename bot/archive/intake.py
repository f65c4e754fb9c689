"""What is on its way into the archive: where it lies, whether there is room for it, and what it is."""

import asyncio
import hashlib
from pathlib import Path

from bot.archive.archive import StoredArchive
from bot.archive.contents import media_type_of
from bot.archive.objects import Objects, explained
from bot.broadcast.kept_files import FileKind, NewFile


class ArchiveIntake:
    """The domain's `Intake`."""

    def __init__(self, archive: StoredArchive, objects: Objects) -> None:
        self.keep = archive.keep
        self.room_bytes = objects.room_bytes
        self.check_room = objects.check_room
        self._archive = archive
        self._objects = objects

    def place_for(self, what: NewFile) -> Path:
        """Named by what it is: IDs of streams may be of any length, and from outside."""
        return self._objects.incoming / hashlib.sha256(what.meaning.encode()).hexdigest()[:32]

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
