"""One bot for one database."""

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.kit.errors import StartError
from bot.storage.database import open_database

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
        async with open_database(url) as engine, engine.connect() as connection:
            await connection.execute(text("SELECT count(*) FROM streams"))
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
    with pytest.raises(StartError, match=IN_USE):
        async with open_database(url, alone=True):
            pass
    process.kill()
    await process.wait()
    async with open_database(url, alone=True):
        pass


async def test_memory_is_nobody_elses() -> None:
    """There is nothing to lock, and no file is made for it."""
    async with (
        open_database("sqlite:///:memory:", alone=True),
        open_database("sqlite:///:memory:", alone=True),
    ):
        pass
    assert not Path(":memory:.lock").exists()
