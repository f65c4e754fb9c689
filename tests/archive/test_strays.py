"""What a crash left in the archive goes; all else stays, whoever has put it there."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.archive.archive import StoredArchive, key_of
from bot.archive.objects import Objects
from bot.archive.strays import tidy
from bot.broadcast.kept_files import FileKind, KeptFile, NewFile
from bot.broadcast.recordings.archive import ArchiveError, ArchiveTrouble
from bot.storage.kept_files import DatabaseKeptFiles
from tests.storage.conftest import Store

VIDEO = NewFile("b1", FileKind.VIDEO, "video/mp4", "own1")
FILM = NewFile("b1", FileKind.FILM, "video/mp4")


@pytest.fixture
def books(store: Store) -> DatabaseKeptFiles:
    return DatabaseKeptFiles(store.database, store.writer)


async def _keep(archive: StoredArchive, directory: Path, what: NewFile) -> KeptFile:
    (path := directory / "new").write_bytes(b"some")
    return await archive.keep(path, of=what)


async def _put(objects: Objects, directory: Path, *keys: str) -> None:
    for key in keys:
        (path := directory / "stray").write_bytes(b"left")
        await objects.put(path, key)


async def _keys(objects: Objects) -> set[str]:
    return {each.key async for each in objects.listed()}


async def test_what_a_crash_left_goes(
    archive: StoredArchive, objects: Objects, store: Store, books: DatabaseKeptFiles, tmp_path: Path
) -> None:
    """Beside what took its place, or where all of its kind was let go."""
    await store.past_broadcast(1)
    kept = [await _keep(archive, tmp_path, what) for what in (VIDEO, FILM)]
    await _put(objects, tmp_path, "b1/video-x1.mp4", "b1/film-x2.mp4", "b1/credits-x3.vtt")
    assert await tidy(archive, objects, books) == 3
    assert await _keys(objects) == set(map(key_of, kept))
    await archive.let_go(kept[0])
    await _put(objects, tmp_path, "b1/video-x4.mp4")
    assert await tidy(archive, objects, books) == 1


async def test_what_may_be_the_only_one_stays(
    archive: StoredArchive, objects: Objects, store: Store, books: DatabaseKeptFiles, tmp_path: Path
) -> None:
    """A database from a copy knows less; and others may have put something there."""
    _, one = await store.past_broadcast(1)
    await store.journal.save_stream(replace(one, id="own2", number=2, service_id="s2"))
    strange = {"notes.txt", "b1/notes.txt", "b1/video", "b1/song-x.mp4", "b1/clip-x.mp4", "b9/film-x.mp4"}
    await _put(objects, tmp_path, "b1/video-x1.mp4", "b1/film-x2.mp4", *strange)
    first = await _keep(archive, tmp_path, VIDEO)
    film = await _keep(archive, tmp_path, FILM)
    await objects.delete(key_of(film))  # known, and not there: the other one may be it
    assert await tidy(archive, objects, books) == 0
    assert await _keys(objects) == {"b1/video-x1.mp4", "b1/film-x2.mp4", *strange, key_of(first)}


async def test_what_others_may_be_about_to_store_stays(
    archive: StoredArchive, objects: Objects, store: Store, books: DatabaseKeptFiles, tmp_path: Path
) -> None:
    """Where several processes have one archive, nobody deletes what is young."""
    await store.past_broadcast(1)
    kept = await _keep(archive, tmp_path, VIDEO)
    await _put(objects, tmp_path, "b1/video-x1.mp4")
    now = datetime.now(UTC)
    assert await tidy(archive, objects, books, lambda: now - timedelta(hours=1)) == 0
    assert await tidy(archive, objects, books, lambda: now + timedelta(hours=1)) == 1
    assert await _keys(objects) == {key_of(kept)}


async def test_what_is_just_arriving_stays(
    archive: StoredArchive,
    objects: Objects,
    store: Store,
    books: DatabaseKeptFiles,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is there, and not stored yet."""
    await store.past_broadcast(1)
    await _keep(archive, tmp_path, FILM)
    may_store, save = asyncio.Event(), archive._books.save
    is_there = asyncio.Event()

    async def late(file: KeptFile) -> None:
        is_there.set()
        await may_store.wait()
        await save(file)

    monkeypatch.setattr(archive._books, "save", late)
    keeping = asyncio.create_task(_keep(archive, tmp_path, FILM), name="keeping")
    await is_there.wait()
    assert await tidy(archive, objects, books) == 0
    may_store.set()
    await archive.check(await keeping)


async def test_what_could_not_be_deleted_is_forgotten_another_time(
    archive: StoredArchive, objects: Objects, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is cut off in between finds it again."""
    await store.past_broadcast(1)
    await _keep(archive, tmp_path, VIDEO)

    async def away(_: str) -> None:
        raise ArchiveError(ArchiveTrouble.AWAY)

    with monkeypatch.context() as broken:
        broken.setattr(objects, "delete", away)
        with pytest.raises(ArchiveError):
            await archive.forget("b1")
    await archive.forget("b1")
    assert await _keys(objects) == set()
