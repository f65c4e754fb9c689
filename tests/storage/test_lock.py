"""One bot for one database."""

import asyncio
import os
import shutil
import socket
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.kit.errors import StartError
from bot.storage.database import open_database
from bot.storage.lock import holder, left_by

IN_USE = "is in use by another bot"


@pytest.mark.outage("a second bot on one database")
async def test_a_second_bot_is_refused_until_the_first_has_left(url: str) -> None:
    """Under every name that the file has; what only reads it is let in."""
    path = Path(url.removeprefix("sqlite:///"))
    async with open_database(url, alone=True):
        link = path.parent.parent / "link"
        link.symlink_to(path.parent)
        other = path.with_name("other.sqlite3")
        other.symlink_to(path)
        relative = os.path.relpath(path, Path.cwd())
        for name in (path, link / path.name, other, Path(relative), path.parent / ".." / "data" / path.name):
            with pytest.raises(StartError, match=IN_USE):
                async with open_database(f"sqlite:///{name}", alone=True):
                    pass
        assert (found := holder(path))
        assert (found.pid, found.host) == (os.getpid(), socket.gethostname())
        assert abs(found.since - datetime.now(UTC)) < timedelta(minutes=5)
        async with open_database(url) as database:
            with database.engine.connect() as connection:
                connection.execute(text("SELECT count(*) FROM streams"))
    assert (holder(path), left_by(path)) == (None, None)
    async with open_database(url, alone=True):
        pass


async def test_a_database_that_a_bot_has_is_not_migrated(url: str) -> None:
    """`migrate` leaves the tables of a bot that runs alone, and has nothing to do if they are right."""
    async with open_database(url, alone=True):
        async with open_database(url):
            pass
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database, database:
            database.execute("UPDATE alembic_version SET version_num = '0001'")
        with pytest.raises(StartError, match=IN_USE):
            async with open_database(url):
                pass


async def test_a_crash_leaves_no_lock(url: str) -> None:
    """The kernel takes it from a process that is gone, however it went."""
    program = f"""
import asyncio, os
from bot.storage.database import open_database
from bot.storage.lock import holder, left_by
async def crash():
    async with open_database({url!r}, alone=True):
        print("open", flush=True)
        await asyncio.sleep(60)
asyncio.run(crash())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert process.stdout
    assert await process.stdout.readline() == b"open\n"
    path = Path(url.removeprefix("sqlite:///"))
    before = [(file.name, file.read_bytes()) for file in sorted(path.parent.iterdir())]
    with pytest.raises(StartError, match=rf"{IN_USE} that runs: process {process.pid} on .+, since 20"):
        async with open_database(url, alone=True):
            pass
    assert before == [(file.name, file.read_bytes()) for file in sorted(path.parent.iterdir())]
    process.kill()
    await process.wait()
    assert holder(path) is None
    assert (left := left_by(path))
    assert left.pid == process.pid
    async with open_database(url, alone=True):
        pass


async def test_a_copy_of_all_files_is_nobody_elses(url: str, tmp_path: Path) -> None:
    """On this machine or another, the lock file too: whoever opens it has it, and the first keeps its own."""
    path = Path(url.removeprefix("sqlite:///"))
    async with open_database(url, alone=True):
        shutil.copytree(path.parent, tmp_path / "copy")
        copy = tmp_path / "copy" / path.name
        assert holder(copy) is None
        assert left_by(copy) == holder(path)
        async with open_database(f"sqlite:///{copy}", alone=True):
            assert holder(path)


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"pid": "x"}', b"\xff" * 10_000])
async def test_a_lock_file_that_says_nothing_locks_all_the_same(url: str, content: bytes) -> None:
    """As an earlier version left it, or nonsense."""
    path = Path(url.removeprefix("sqlite:///"))
    async with open_database(url, alone=True):
        path.with_name(f"{path.name}.lock").write_bytes(content)
        assert holder(path)
        with pytest.raises(StartError, match=rf"{IN_USE} that runs\. Stop"):
            async with open_database(url, alone=True):
                pass
    path.with_name(f"{path.name}.lock").write_bytes(content)
    assert left_by(path) is None


async def test_memory_is_nobody_elses() -> None:
    """There is nothing to lock, and no file is made for it."""
    async with (
        open_database("sqlite:///:memory:", alone=True),
        open_database("sqlite:///:memory:", alone=True),
    ):
        pass
    assert not Path(":memory:.lock").exists()
