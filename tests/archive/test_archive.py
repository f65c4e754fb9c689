"""The archive, on a disk, in memory and in a bucket of a real S3 service."""

import hashlib
import random
from pathlib import Path

import pytest

from bot.archive.archive import StoredArchive, key_of
from bot.archive.objects import Objects
from bot.broadcast.errors import NotStoredError
from bot.broadcast.kept_files import FileKind, KeptFile, NewFile
from bot.broadcast.recordings.archive import (
    ArchiveError,
    ArchiveState,
    ArchiveTrouble,
)
from tests.archive.conftest import archive_of
from tests.storage.conftest import Store
from tests.support.bucket import bucket

VIDEO = NewFile("b1", FileKind.VIDEO, "video/mp4", "own1")
FILM = NewFile("b1", FileKind.FILM, "video/mp4")
SOME = random.Random(7).randbytes(300_000)


async def test_what_is_kept_is_read_as_it_was(archive: StoredArchive, store: Store, tmp_path: Path) -> None:
    """Whole, in any part, and as a file; its length and SHA-256 are known, and the path is gone."""
    await store.past_broadcast(1)
    kept = await _keep(archive, tmp_path, SOME)
    assert (kept.size_bytes, kept.sha256) == (len(SOME), hashlib.sha256(SOME).hexdigest())
    assert not (tmp_path / "new").exists()
    assert await _read(archive, kept) == SOME
    for start, end in ((0, 1), (1, 2), (0, len(SOME)), (99_999, 200_001), (len(SOME) - 1, None), (5, 10**9)):
        assert await _read(archive, kept, start, end) == SOME[start:end]
    assert await _read(archive, kept, len(SOME)) == b""
    async with archive.on_disk(kept) as path:
        assert path.read_bytes() == SOME
        assert path.suffix == ".mp4"
    await archive.check(kept)
    assert await archive.files("b1") == [kept]


async def test_larger_than_a_part_of_an_upload(archive: StoredArchive, store: Store, tmp_path: Path) -> None:
    """It comes back the same from a bucket, where it went in several parts."""
    await store.past_broadcast(1)
    data = random.Random(8).randbytes(20_000_001)
    await archive.check(await _keep(archive, tmp_path, data))


async def test_a_newer_file_takes_the_place_of_the_older(
    archive: StoredArchive, objects: Objects, store: Store, tmp_path: Path
) -> None:
    """Nothing of the older one is left; who still has it is told that it is gone."""
    await store.past_broadcast(1)
    older = await _keep(archive, tmp_path, b"older", FILM)
    newer = await _keep(archive, tmp_path, b"newer", FILM)
    assert await archive.files("b1") == [newer]
    assert [each.key async for each in objects.listed()] == [key_of(newer)]
    with pytest.raises(ArchiveError) as refused:
        await _read(archive, older)
    assert refused.value.trouble is ArchiveTrouble.GONE


async def test_the_older_file_stays_if_the_newer_cannot_be_stored(
    archive: StoredArchive, objects: Objects, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And so does the path, for another try; nothing else is left of the newer one."""
    await store.past_broadcast(1)
    older = await _keep(archive, tmp_path, b"older", FILM)

    async def save(_: KeptFile) -> None:
        raise NotStoredError(OSError("disk full"))

    monkeypatch.setattr(archive._books, "save", save)
    with pytest.raises(NotStoredError):
        await _keep(archive, tmp_path, b"newer", FILM)
    assert (tmp_path / "new").read_bytes() == b"newer"
    assert await _read(archive, older) == b"older"
    assert [each.key async for each in objects.listed()] == [key_of(older)]


async def test_what_is_damaged_is_found(
    archive: StoredArchive, objects: Objects, store: Store, tmp_path: Path
) -> None:
    """One byte is another, the end is missing, or all of it."""
    await store.past_broadcast(1)
    kept = await _keep(archive, tmp_path, SOME)
    for spoilt in (b"?" + SOME[1:], SOME[:-1], SOME + b"?", b""):
        (tmp_path / "spoilt").write_bytes(spoilt)
        await objects.delete(key_of(kept))
        await objects.put(tmp_path / "spoilt", key_of(kept))
        with pytest.raises(ArchiveError) as refused:
            await archive.check(kept)
        assert refused.value.trouble in (ArchiveTrouble.DAMAGED, ArchiveTrouble.AWAY)
    await objects.delete(key_of(kept))
    with pytest.raises(ArchiveError) as refused:
        await archive.check(kept)
    assert refused.value.trouble is ArchiveTrouble.GONE


async def test_each_file_is_told_of_once_it_is_stored(
    archive: StoredArchive, store: Store, tmp_path: Path
) -> None:
    """And of a broadcast, when one more of its videos is decided."""
    await store.long_broadcast(2)
    told: list[object] = []
    archive.kept.listen(told.append)
    archive.settled.listen(told.append)
    film = await _keep(archive, tmp_path, b"film", FILM)
    video = await _keep(archive, tmp_path, b"video")
    await archive.never(NewFile("b1", FileKind.VIDEO, "video/mp4", "own1-2"))
    assert told == [film, video, "b1", "b1"]


async def test_how_the_videos_of_a_broadcast_stand(
    archive: StoredArchive, store: Store, tmp_path: Path, awaited: set[str]
) -> None:
    """What is neither decided nor awaited never comes: it is from before there was an archive, say."""
    await store.long_broadcast(4)
    awaited.add("own1-3")
    kept = await _keep(archive, tmp_path, b"video")
    await archive.never(NewFile("b1", FileKind.VIDEO, "video/mp4", "own1-2"))
    expected = {
        "own1": ArchiveState.KEPT,
        "own1-2": ArchiveState.NEVER,
        "own1-3": ArchiveState.WANTED,
        "own1-4": ArchiveState.NEVER,
    }
    assert await archive.states("b1") == expected
    await archive.let_go(kept)
    assert await archive.states("b1") == expected | {"own1": ArchiveState.LET_GO}


async def test_what_is_let_go_or_forgotten_leaves_no_file(
    archive: StoredArchive, objects: Objects, store: Store, tmp_path: Path
) -> None:
    """Of another broadcast all stays."""
    await store.past_broadcast(1)
    await store.past_broadcast(2)
    await archive.let_go(await _keep(archive, tmp_path, b"video"))
    await _keep(archive, tmp_path, b"film", FILM)
    other = await _keep(archive, tmp_path, b"other", NewFile("b2", FileKind.FILM, "video/mp4"))
    await archive.forget("b1")
    assert await archive.files("b1") == []
    assert [each.key async for each in objects.listed()] == [key_of(other)]


async def test_a_wrong_secret_is_trouble_that_may_pass(
    s3_endpoint: str, store: Store, tmp_path: Path
) -> None:
    """The file stays where it was, and nothing is stored."""
    await store.past_broadcast(1)
    archive = archive_of(bucket(s3_endpoint, tmp_path / "incoming", "ready", secret="wrong"), store)
    with pytest.raises(ArchiveError) as refused:
        await _keep(archive, tmp_path, b"video")
    assert refused.value.trouble is ArchiveTrouble.AWAY
    assert (tmp_path / "new").read_bytes() == b"video"
    assert await archive.files("b1") == []


async def _keep(archive: StoredArchive, tmp_path: Path, data: bytes, what: NewFile = VIDEO) -> KeptFile:
    (tmp_path / "new").write_bytes(data)
    return await archive.keep(tmp_path / "new", of=what)


async def _read(archive: StoredArchive, file: KeptFile, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([part async for part in archive.read(file, start, end)])
