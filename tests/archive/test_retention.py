"""What goes from the archive, and when."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.archive.address import ArchiveAddress
from bot.archive.archive import StoredArchive, key_of
from bot.archive.objects import Objects
from bot.broadcast.kept_files import FileKind, KeptFile, NewFile
from bot.broadcast.recordings.archive import ArchiveState
from bot.broadcast.recordings.retention import Retaining, Retention
from bot.process.clock import SystemClock
from bot.storage.kept_files import DatabaseKeptFiles
from tests.archive.conftest import archive_of
from tests.storage.conftest import Store


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects(ArchiveAddress(tmp_path / "archive"), tmp_path / "incoming")


def retaining(retention: Retention, archive: StoredArchive, store: Store) -> Retaining:
    return Retaining(retention, archive, DatabaseKeptFiles(store.database, store.writer), SystemClock())


async def _kept(
    archive: StoredArchive, tmp_path: Path, what: NewFile, data: bytes = b"1234567890"
) -> KeptFile:
    (tmp_path / "new").write_bytes(data)
    return await archive.keep(tmp_path / "new", of=what)


async def _broadcasts(archive: StoredArchive, store: Store, tmp_path: Path) -> None:
    """Three that are over, of which the second ended a day ago and the first two days; one still runs."""
    now = SystemClock().now()
    for number, age in ((1, timedelta(days=2)), (2, timedelta(days=1)), (3, timedelta()), (4, None)):
        broadcast, _ = await store.past_broadcast(number)
        if age is not None:
            await store.journal.save_broadcast(replace(broadcast, ended_at=now - age))
        await _kept(archive, tmp_path, NewFile(broadcast.id, FileKind.VIDEO, "video/mp4", f"own{number}"))


@pytest.mark.parametrize(
    ("retention", "left"),
    [
        (Retention(), ["b1", "b2", "b3", "b4"]),
        (Retention(keep_for=timedelta(hours=30)), ["b2", "b3", "b4"]),
        (Retention(keep_for=timedelta(hours=3)), ["b3", "b4"]),
        (Retention(most_bytes=30), ["b1", "b2", "b3", "b4"]),
        (Retention(most_bytes=29), ["b2", "b3", "b4"]),
        (Retention(most_bytes=10), ["b3", "b4"]),
        (Retention(keep_for=timedelta(hours=30), most_bytes=20), ["b2", "b3", "b4"]),
        (Retention(keep_for=timedelta(hours=30), most_bytes=19), ["b3", "b4"]),
    ],
)
async def test_what_is_old_or_too_much_goes(
    objects: Objects, store: Store, tmp_path: Path, retention: Retention, left: list[str]
) -> None:
    """The oldest first, and no more than has to; what still runs stays."""
    archive = archive_of(objects, store)
    await _broadcasts(archive, store, tmp_path)
    await retaining(retention, archive, store).look()
    assert [number for number in ("b1", "b2", "b3", "b4") if await archive.files(number)] == left
    assert sorted([each.key.partition("/")[0] async for each in objects.listed()]) == left


async def test_videos_go_once_their_film_is_verified(objects: Objects, store: Store, tmp_path: Path) -> None:
    """The film and all else stay."""
    archive, videos = await _with_film(objects, store, tmp_path)
    await retaining(Retention(until_film=True), archive, store).look()
    assert [file.kind for file in await archive.files("b1")] == [FileKind.EVENTS, FileKind.FILM]
    assert set((await archive.states("b1")).values()) == {ArchiveState.LET_GO}
    assert not any(path and path.exists() for path in map(archive.path_of, videos))


async def test_videos_stay_beside_a_film_that_is_not_well(
    objects: Objects, store: Store, tmp_path: Path
) -> None:
    """It is read from end to end first: one byte that is another is enough."""
    archive, videos = await _with_film(objects, store, tmp_path)
    film = (await archive.files("b1"))[-1]
    path = tmp_path / "archive" / key_of(film)
    path.write_bytes(b"?" + path.read_bytes()[1:])
    await retaining(Retention(until_film=True), archive, store).look()
    assert [file for file in await archive.files("b1") if file.kind is FileKind.VIDEO] == videos


async def test_videos_stay_if_nobody_wants_them_to_go(objects: Objects, store: Store, tmp_path: Path) -> None:
    """Which is so unless it was set."""
    archive, videos = await _with_film(objects, store, tmp_path)
    await retaining(Retention(), archive, store).look()
    assert [file for file in await archive.files("b1") if file.kind is FileKind.VIDEO] == videos


async def test_videos_stay_until_the_film_is_of_all_of_them(
    objects: Objects, store: Store, tmp_path: Path
) -> None:
    """Not while one of the broadcast is still awaited, or came after the film was made."""
    awaited = {"own1-3"}
    archive, _ = await _with_film(objects, store, tmp_path, awaited, streams=3)
    await retaining(Retention(until_film=True), archive, store).look()
    assert len(await archive.files("b1")) == 4
    awaited.clear()
    await _kept(archive, tmp_path, NewFile("b1", FileKind.VIDEO, "video/mp4", "own1-3"))
    await retaining(Retention(until_film=True), archive, store).look()
    assert len(await archive.files("b1")) == 5


async def _with_film(
    objects: Objects, store: Store, tmp_path: Path, awaited: set[str] | None = None, streams: int = 2
) -> tuple[StoredArchive, list[KeptFile]]:
    archive = archive_of(objects, store, awaited)
    await store.long_broadcast(streams)
    videos = [
        await _kept(archive, tmp_path, NewFile("b1", FileKind.VIDEO, "video/mp4", stream_id))
        for stream_id in ("own1", "own1-2")
    ]
    await _kept(archive, tmp_path, NewFile("b1", FileKind.EVENTS, "application/x-ndjson", "own1"))
    await _kept(archive, tmp_path, NewFile("b1", FileKind.FILM, "video/mp4"), b"all of it")
    return archive, videos


async def test_it_looks_every_hour(objects: Objects, store: Store, tmp_path: Path) -> None:
    """Beside all else, from the start on."""
    archive = archive_of(objects, store)
    await _broadcasts(archive, store, tmp_path)
    async with retaining(Retention(most_bytes=1), archive, store):
        while await archive.files("b3"):
            await asyncio.sleep(0)
