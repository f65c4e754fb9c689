"""What the archive keeps, as it is stored."""

from datetime import timedelta

import pytest

from bot.broadcast.kept_files import FileKind, KeptFile, NewFile
from bot.broadcast.recordings.archive import ArchiveState
from bot.storage.kept_files import DatabaseKeptFiles
from tests.storage.conftest import NOW, Store

MP4 = "video/mp4"


@pytest.fixture
def books(store: Store) -> DatabaseKeptFiles:
    return DatabaseKeptFiles(store.database, store.writer)


async def test_files_are_found_by_their_broadcast(store: Store, books: DatabaseKeptFiles) -> None:
    """Streams by their numbers, then what is of none; none of another broadcast."""
    await store.long_broadcast(3)
    await store.past_broadcast(2)
    files = [_file("film"), _file("third", "own1-3"), _file("second", "own1-2")]
    for file in (*files, _file("another", "own2", broadcast_id="b2")):
        await books.save(file)
    assert await books.of_broadcast("b1") == [files[2], files[1], files[0]]


async def test_of_each_meaning_the_newest_is_kept(store: Store, books: DatabaseKeptFiles) -> None:
    """The row of the older one is replaced; another kind of the same stream is another meaning."""
    await store.past_broadcast(1)
    old, new = _file("old", "own1"), _file("new", "own1")
    await books.save(old)
    await books.save(new)
    assert await books.of_broadcast("b1") == [new]
    assert await books.newest(old.what.meaning) == new
    assert await books.newest(NewFile("b1", FileKind.EVENTS, "", "own1").meaning) is None


async def test_what_is_not_kept_is_no_file(store: Store, books: DatabaseKeptFiles) -> None:
    """But it is known that it was decided, so that it is not fetched again."""
    await store.long_broadcast(3)
    file = _file("kept", "own1")
    await books.save(file)
    await books.decide(file.what, ArchiveState.LET_GO, NOW)
    await books.decide(NewFile("b1", FileKind.VIDEO, MP4, "own1-2"), ArchiveState.NEVER, NOW)
    assert await books.of_broadcast("b1") == []
    assert await books.newest(file.what.meaning) is None
    assert await books.kinds_of("own1-2") == {FileKind.VIDEO: ArchiveState.NEVER}
    assert await books.videos("b1") == {
        "own1": ArchiveState.LET_GO,
        "own1-2": ArchiveState.NEVER,
        "own1-3": None,
    }


async def test_a_broadcast_is_forgotten_with_all_its_files(store: Store, books: DatabaseKeptFiles) -> None:
    """Another one's stay."""
    await store.past_broadcast(1)
    await store.past_broadcast(2)
    await books.save(_file("gone", "own1"))
    await books.save(stays := _file("stays", "own2", broadcast_id="b2"))
    await books.forget("b1")
    assert await books.of_broadcast("b1") == []
    assert await books.of_broadcast("b2") == [stays]


async def test_a_large_file_keeps_its_size(store: Store, books: DatabaseKeptFiles) -> None:
    """Five gigabytes, which is more than 32 bits have."""
    await store.past_broadcast(1)
    await books.save(_file("large", size_bytes=5 * 2**30))
    assert [file.size_bytes for file in await books.of_broadcast("b1")] == [5 * 2**30]


def _file(
    name: str, stream_id: str | None = None, *, broadcast_id: str = "b1", size_bytes: int = 7
) -> KeptFile:
    kind = FileKind.VIDEO if stream_id else FileKind.FILM
    kept_at = NOW + timedelta(minutes=1)
    return KeptFile(name, broadcast_id, stream_id, None, kind, MP4, size_bytes, "ab" * 32, kept_at)
