"""Files that a crash left in the archive: put in their place, and never stored."""

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.archive.archive import StoredArchive, key_of
from bot.archive.objects import Objects
from bot.broadcast.kept_files import FileKind, KeptFile
from bot.broadcast.recordings.archive import ARTIFACTS, ArchiveError, ArchiveState

log = logging.getLogger(__name__)

AT_ONCE = 200
_KEY = re.compile(r"(?P<broadcast_id>[\w-]+)/(?P<kind>[a-z_]+)-(?P<id>\w+)(?:\.\w+)?", re.ASCII)
_OF_A_FILM = (FileKind.FILM, FileKind.CREDITS, FileKind.POSTER, FileKind.CONTACT_SHEET)


class StrayBooks(Protocol):
    async def unknown(self, ids: Collection[str]) -> set[str]:
        """Those of these IDs that no kept file has."""
        ...

    async def decided(self, broadcast_id: str) -> list[tuple[FileKind, ArchiveState, KeptFile | None]]:
        """What was decided of a broadcast's files: the file of each that is kept."""
        ...

    async def streams_begun(self, broadcast_id: str) -> int: ...


class _Found(NamedTuple):
    key: str
    broadcast_id: str
    kind: FileKind
    id: str


async def tidy(
    archive: StoredArchive,
    objects: Objects,
    books: StrayBooks,
    put_before: Callable[[], datetime] | None = None,
) -> int:
    """Deletes them, and gives their number. Raises `ArchiveError`.

    Only where all that is of their kind stands beside them, or was let go: of what a database from a copy
    does not know yet, nothing goes. Nor does what is just arriving, or has no name as the archive gives it;
    or is younger than `put_before`, where others put files there too that nobody here knows of.
    """
    gone, page = 0, list[_Found]()
    async for each in objects.listed():
        if (found := _read(each.key)) and (put_before is None or each.put_at < put_before()):
            page.append(found)
        if len(page) >= AT_ONCE:
            gone += await _tidied(archive, objects, books, page)
            page = []
    return gone + await _tidied(archive, objects, books, page)


async def _tidied(archive: StoredArchive, objects: Objects, books: StrayBooks, page: Iterable[_Found]) -> int:
    by_id = {each.id: each for each in page}
    arriving = set(archive.arriving)  # before it is asked what is known: what arrived meanwhile is, then
    unknown = await books.unknown(by_id) - arriving
    by_broadcast: dict[str, list[_Found]] = defaultdict(list)
    for file_id in unknown:
        by_broadcast[by_id[file_id].broadcast_id].append(by_id[file_id])
    gone = 0
    for broadcast_id, found in by_broadcast.items():
        decided = await books.decided(broadcast_id)
        streams = await books.streams_begun(broadcast_id)
        for each in found:
            if await _stands_beside(objects, each.kind, decided, streams):
                await objects.delete(each.key)
                gone += 1
    return gone


async def _stands_beside(
    objects: Objects,
    kind: FileKind,
    decided: Iterable[tuple[FileKind, ArchiveState, KeptFile | None]],
    streams: int,
) -> bool:
    """Whether nothing else than what is known can be meant by a file of this kind."""
    meant = FileKind.FILM if kind in _OF_A_FILM else kind
    count = streams if kind in ARTIFACTS else 1
    states = [(state, file) for of_kind, state, file in decided if of_kind is meant]
    if kind not in (*ARTIFACTS, *_OF_A_FILM) or not count or len(states) < count:
        return False
    return all([state is ArchiveState.LET_GO or await _is_there(objects, file) for state, file in states])


async def _is_there(objects: Objects, file: KeptFile | None) -> bool:
    try:
        return file is not None and await objects.size_bytes(key_of(file)) == file.size_bytes
    except ArchiveError:
        return False


def _read(key: str) -> _Found | None:
    parts = _KEY.fullmatch(key)
    if parts is None or parts["kind"] not in set(FileKind):
        return None
    return _Found(key, parts["broadcast_id"], FileKind(parts["kind"]), parts["id"])
