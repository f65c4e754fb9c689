"""Putting a copy in the database's place."""

import asyncio
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.kit.errors import StartError
from bot.storage.backup import BackupError, back_up
from bot.storage.contents import whole_contents
from bot.storage.database import open_database
from bot.storage.restoring import restore
from tests.storage.copies import add_broadcast, broadcasts_in, damage, files_limited_to, mode_of, names_in
from tests.support.processes import ROOT

pytestmark = pytest.mark.sqlite

NOW = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)


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
    async with open_database(url, alone=True) as database:
        with database.engine.connect() as connection:
            assert connection.execute(text("SELECT id FROM broadcasts")).scalars().all() == ["first"]


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
    async with open_database(url, alone=True) as database:
        with pytest.raises(StartError, match="in use by another bot"):
            await asyncio.to_thread(restore, tmp_path / "copy", past, now=NOW)
        with database.engine.connect() as connection:
            assert connection.execute(text("SELECT id FROM broadcasts")).scalars().all() == ["first"]
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


CUT_OFF = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from bot.storage.restoring import restore

def cut_off(event, _):
    global left
    if event in ("os.rename", "os.link", "os.remove", "os.chmod", "os.truncate"):
        left -= 1
        if not left:
            os._exit(9)

copy, database, left = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
sys.addaudithook(cut_off)
restore(copy, database, now=datetime.now(UTC))
"""


def test_a_cut_at_any_step_costs_neither_database(past: Path, tmp_path: Path) -> None:
    """Whatever the process did last, there is one of the two, whole; the old one with all of its log."""
    back_up(past, tmp_path / "copy")
    add_broadcast(tmp_path / "copy", "copied")
    with closing(sqlite3.connect(past)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        add_broadcast(past, "second")  # stands in the log alone, as after a crash
        kept = {path.name: path.read_bytes() for path in past.parent.iterdir() if "-shm" not in path.name}
    assert f"{past.name}-wal" in kept
    seen = set()
    for steps in range(1, 50):
        for path in past.parent.iterdir():
            path.unlink()
        for name, content in kept.items():
            (past.parent / name).write_bytes(content)
        command = [sys.executable, "-c", CUT_OFF, str(tmp_path / "copy"), str(past), str(steps)]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        found = broadcasts_in(past)
        assert found in (["copied", "first"], ["first", "second"]), steps
        assert whole_contents(past).rows["broadcasts"] == len(found)
        seen.add(tuple(found))
        if code == 0:
            break
    assert (code, found) == (0, ["copied", "first"])
    assert steps > 5
    assert len(seen) == 2
