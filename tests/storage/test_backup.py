"""Copies of the database."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.kit.errors import StartError
from bot.storage import backup
from bot.storage.backup import BackupError, back_up
from bot.storage.contents import whole_contents
from bot.storage.database import open_database
from bot.storage.revisions import known_revisions
from tests.storage.conftest import Store
from tests.storage.copies import add_broadcast, broadcasts_in, damage, files_limited_to, mode_of, names_in
from tests.storage.test_panels import migrated
from tests.support.database import PutDatabase

pytestmark = pytest.mark.sqlite


def file_of(store: Store) -> Path:
    return Path(store.url.removeprefix("sqlite:///"))


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


async def test_nothing_is_migrated_without_a_copy(url: str, tmp_path: Path) -> None:
    """Where there is no room for one the bot does not start, and the database is as it was."""
    older, path = migrated(tmp_path, "0011"), Path(url.removeprefix("sqlite:///"))
    with older.begin() as connection:
        large = "INSERT INTO guild_settings (guild_id, settings, changed_at) VALUES (1, :text, '2026-08-01')"
        connection.execute(text(large), {"text": "x" * 2_000_000})
    older.dispose()
    with files_limited_to(1_000_000), pytest.raises(StartError, match="that there is room"):
        async with open_database(url, alone=True):
            pass
    assert whole_contents(path).revision == "0011"
    assert not list((path.parent / "backups").iterdir())
    async with open_database(url, alone=True):
        pass
    [copy] = (path.parent / "backups").iterdir()
    assert copy.name.endswith(f".before-{known_revisions()[-1]}")
    assert whole_contents(copy).revision == "0011"
    assert mode_of(copy) == 0o600


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
