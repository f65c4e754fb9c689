"""Copies of the database, and putting one in its place."""

import asyncio
import os
import resource
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.kit.errors import StartError
from bot.storage import backup
from bot.storage.backup import BackupError, back_up
from bot.storage.contents import whole_contents
from bot.storage.database import open_database
from bot.storage.restoring import restore
from bot.storage.revisions import known_revisions
from tests.storage.conftest import Store
from tests.support.database import PutDatabase

NOW = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)


def file_of(store: Store) -> Path:
    return Path(store.url.removeprefix("sqlite:///"))


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(directory: Path) -> set[str]:
    return {path.name for path in directory.iterdir()}


@pytest.fixture
def past(url: str, put_database: PutDatabase) -> Path:
    """The file of a database that no bot has, with one broadcast in it."""
    path = Path(url.removeprefix("sqlite:///"))
    put_database(path)
    add_broadcast(path, "first")
    return path


def add_broadcast(path: Path, name: str, *, size: int = 1) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO broadcasts (id, guild_id, channel_id, host_id, host_name, prompt, portrait, state,"
            " requested_at) VALUES (?, 1, 2, 3, 'Mika', ?, 0, 'ended', '2026-08-01 20:00:00')",
            (name, "x" * size),
        )


def broadcasts_in(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [name for (name,) in connection.execute("SELECT id FROM broadcasts ORDER BY id")]


@contextmanager
def files_limited_to(size_bytes: int) -> Iterator[None]:
    """No file of this process can grow past it: the system refuses, as it does when a disk is full."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


async def test_a_copy_is_of_one_moment_while_a_bot_writes(store: Store, tmp_path: Path) -> None:
    """What is stored together is in it together, or not at all; what was stored before is."""
    await store.past_broadcast(1)
    is_done = asyncio.Event()

    async def write() -> None:
        number = 2
        while not is_done.is_set():
            await store.past_broadcast(number)
            number += 1

    writing = asyncio.create_task(write())
    for number in range(5):
        to = tmp_path / f"copy{number}"
        contents = await asyncio.to_thread(back_up, file_of(store), to)
        assert contents == whole_contents(to)
        assert contents.revision == known_revisions()[-1]
        assert contents.rows["broadcasts"] >= contents.rows["streams"] >= 1
    is_done.set()
    await writing
    copied, there = (broadcasts_in(path) for path in (tmp_path / "copy4", file_of(store)))
    assert set(copied) <= set(there)
    assert len(there) > 1


def test_what_is_stored_meanwhile_is_not_in_the_copy(
    past: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does it make the copy begin anew, however often that happens."""
    monkeypatch.setattr(backup, "PAGES", 1)
    steps: list[int] = []

    def write() -> bool:
        steps.append(1)
        add_broadcast(past, f"meanwhile {len(steps)}")
        return False

    with closing(sqlite3.connect(past)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")  # as a bot that runs has it
        back_up(past, tmp_path / "copy", given_up=write)
    assert broadcasts_in(tmp_path / "copy") == ["first"]
    assert 10 < len(steps) < 300
    assert len(broadcasts_in(past)) == len(steps) + 1


def test_a_copy_is_one_file_for_its_owner_alone(past: Path, tmp_path: Path) -> None:
    """Nothing is left beside it, and nobody else may read what people wrote."""
    to = tmp_path / "copies" / "copy.sqlite3"
    to.parent.mkdir()
    back_up(past, to)
    assert names_in(to.parent) == {"copy.sqlite3"}
    assert mode_of(to) == 0o600
    assert broadcasts_in(to) == ["first"]


def test_a_file_that_is_there_is_replaced_only_where_that_is_meant(past: Path, tmp_path: Path) -> None:
    """And the database is never its own copy, under whatever name."""
    to = tmp_path / "copy"
    to.write_text("mine")
    with pytest.raises(BackupError, match="stays as it is"):
        back_up(past, to)
    assert to.read_text() == "mine"
    back_up(past, to, is_replacing=True)
    assert broadcasts_in(to) == ["first"]
    link = tmp_path / "link"
    link.symlink_to(past)
    with pytest.raises(BackupError, match="its own copy"):
        back_up(past, link, is_replacing=True)


@pytest.mark.outage("no room for a copy of the database")
def test_a_full_disk_breaks_nothing(past: Path, tmp_path: Path) -> None:
    """The half file is gone, the copy that was there stays, and so does the database."""
    to = tmp_path / "copies" / "copy"
    to.parent.mkdir()
    back_up(past, to)
    before = to.read_bytes()
    add_broadcast(past, "large", size=2_000_000)
    with files_limited_to(1_000_000), pytest.raises(BackupError, match="that there is room"):
        back_up(past, to, is_replacing=True)
    assert names_in(to.parent) == {"copy"}
    assert to.read_bytes() == before
    assert broadcasts_in(past) == ["first", "large"]
    back_up(past, to, is_replacing=True)
    assert broadcasts_in(to) == ["first", "large"]


def test_a_damaged_database_is_not_copied(past: Path, tmp_path: Path) -> None:
    """A copy that is not whole would be worse than none."""
    damage(past)
    with pytest.raises(BackupError, match="damaged"):
        back_up(past, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def damage(path: Path) -> None:
    """Overwrites pages in its middle."""
    for number in range(40):
        add_broadcast(path, f"b{number}", size=3000)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 2)
        file.write(b"\xa5" * 16_384)


def test_a_copy_that_is_given_up_leaves_nothing(
    past: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even at its first page: a stop does not wait for it."""
    monkeypatch.setattr(backup, "PAGES", 1)
    asked: list[int] = []

    def given_up() -> bool:
        asked.append(1)
        return len(asked) > 3

    with pytest.raises(BackupError, match="given up"):
        back_up(past, tmp_path / "copy", given_up=given_up)
    assert not [name for name in names_in(tmp_path) if "copy" in name]
    assert len(asked) == 4


def test_what_cannot_be_copied_is_said(tmp_path: Path, past: Path) -> None:
    """No database, no place for the copy, something else than a database."""
    other = tmp_path / "notes.txt"
    other.write_text("no database at all, but some text" * 40)
    for database, to, said in (
        (tmp_path / "none", tmp_path / "copy", "There is no database"),
        (past, tmp_path / "no" / "folder" / "copy", "No such file or directory"),
        (other, tmp_path / "copy", "not a database"),
    ):
        with pytest.raises(BackupError, match=said):
            back_up(database, to)
    assert not (tmp_path / "copy").exists()


async def test_a_restored_copy_is_what_the_bot_opens(past: Path, tmp_path: Path, url: str) -> None:
    """What was stored since is kept in another file, and nothing of it comes back from a log beside it."""
    back_up(past, tmp_path / "copy")
    add_broadcast(past, "second")
    restored = restore(tmp_path / "copy", past, now=NOW)
    assert restored.contents.rows["broadcasts"] == 1
    assert restored.kept
    assert restored.kept.name == "odyssey.sqlite3.before-restore-20260801T200000Z"
    assert broadcasts_in(restored.kept) == ["first", "second"]
    assert {mode_of(restored.kept), mode_of(past)} == {0o600}
    async with open_database(url, alone=True) as engine, engine.connect() as connection:
        assert (await connection.execute(text("SELECT id FROM broadcasts"))).scalars().all() == ["first"]


def test_a_damaged_database_can_be_replaced(past: Path, tmp_path: Path) -> None:
    """That is what copies are for: it is kept as it is, with the log that belongs to it."""
    back_up(past, tmp_path / "copy")
    damage(past)
    past.write_bytes(b"broken" + past.read_bytes()[6:])
    log = past.with_name(f"{past.name}-wal")
    log.write_bytes(b"what was stored last")
    broken = past.read_bytes()
    kept = restore(tmp_path / "copy", past, now=NOW).kept
    assert kept
    assert kept.read_bytes() == broken
    assert kept.with_name(f"{kept.name}-wal").read_bytes() == b"what was stored last"
    assert not log.exists()
    assert broadcasts_in(past) == ["first"]


async def test_a_database_that_a_bot_has_is_not_replaced(past: Path, tmp_path: Path, url: str) -> None:
    """It says so, and the bot goes on."""
    back_up(past, tmp_path / "copy")
    async with open_database(url, alone=True) as engine:
        with pytest.raises(StartError, match="in use by another bot"):
            await asyncio.to_thread(restore, tmp_path / "copy", past, now=NOW)
        async with engine.connect() as connection:
            assert (await connection.execute(text("SELECT id FROM broadcasts"))).scalars().all() == ["first"]
    assert not list(past.parent.glob("*.before-restore-*"))


def test_a_copy_may_be_as_the_sqlite_shell_makes_it(past: Path, tmp_path: Path) -> None:
    """With the log's mark in it, in a folder where nobody may write: nothing is put beside it."""
    copy = tmp_path / "shell" / "copy"
    copy.parent.mkdir()
    with closing(sqlite3.connect(past)) as source, closing(sqlite3.connect(copy)) as target:
        source.execute("PRAGMA journal_mode=WAL")
        source.backup(target)
    assert copy.read_bytes()[18:20] == b"\2\2"
    restore(copy, past, now=NOW)
    assert names_in(copy.parent) == {"copy"}
    assert broadcasts_in(past) == ["first"]


def test_what_is_no_copy_of_ours_is_refused(past: Path, tmp_path: Path) -> None:
    """Before anything is touched: damaged, of a newer version, somebody else's, or the database itself."""
    damaged, newer, foreign = (tmp_path / name for name in ("damaged", "newer", "foreign"))
    for copy in (damaged, newer):
        back_up(past, copy)
    damage(damaged)
    with closing(sqlite3.connect(newer)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE songs (name)")
    before = past.read_bytes()
    for copy, said in (
        (damaged, "is damaged"),
        (newer, "revision 9999, which this version"),
        (foreign, "no database of the bot's"),
        (past, "is the database itself"),
        (tmp_path / "none", "There is no file"),
    ):
        with pytest.raises(BackupError, match=said):
            restore(copy, past, now=NOW)
    assert past.read_bytes() == before
    assert names_in(past.parent) <= {past.name, f"{past.name}.lock"}


def test_a_full_disk_does_not_cost_the_database(past: Path, tmp_path: Path) -> None:
    """It is as it was, under its own name."""
    back_up(past, tmp_path / "copy")
    add_broadcast(tmp_path / "copy", "large", size=2_000_000)
    before = past.read_bytes()
    with files_limited_to(1_000_000), pytest.raises(BackupError, match="that there is room"):
        restore(tmp_path / "copy", past, now=NOW)
    assert past.read_bytes() == before
    assert names_in(past.parent) <= {past.name, f"{past.name}.lock"}


async def test_a_database_is_for_its_owner_alone(url: str, put_database: PutDatabase) -> None:
    """Its file, what SQLite and we put beside it, and the directory; also those of earlier versions."""
    path = Path(url.removeprefix("sqlite:///"))
    earlier = os.umask(0o022)
    try:
        async with open_database(url, alone=True):
            assert mode_of(path.parent) == 0o700
            assert names_in(path.parent) == {path.name + end for end in ("", "-wal", "-shm", ".lock")}
            assert {mode_of(each) for each in path.parent.iterdir()} == {0o600}
        for each in path.parent.iterdir():
            each.chmod(0o644)
        async with open_database(url, alone=True):
            assert {mode_of(each) for each in path.parent.iterdir()} == {0o600}
    finally:
        os.umask(earlier)
