"""Copies of the database as an operator makes them and puts them back: by commands, beside a bot."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.storage.contents import whole_contents
from tests.e2e.conftest import WAIT_S, House
from tests.support.processes import python_m_bot


async def told_by(*arguments: str, cwd: Path) -> tuple[int | None, str, str]:
    """The exit code of a command, and what it says and complains of."""
    url = f"sqlite:///{cwd / 'odyssey.sqlite3'}"
    async with python_m_bot(*arguments, cwd=cwd, DATABASE_URL=url) as process:
        said, complained = await process.communicate()
    return process.returncode, said.decode(), complained.decode()


@pytest.mark.outage("copy restored")
async def test_an_evening_is_copied_while_it_runs_and_put_back(house: House) -> None:
    """The copy has the broadcast; put back, that is what the next run knows, and the channel can be used."""
    here = house.directory
    async with house.bot():
        await house.live_broadcast("A lighthouse")
        code, said, _ = await told_by("backup", "copy", cwd=here)
        assert (code, "1 broadcasts" in said, "1 streams" in said) == (0, True, True)
        code, _, complained = await told_by("backup", "copy", cwd=here)
        assert (code, "--force" in complained) == (1, True)
        assert (await told_by("backup", "copy", "--force", cwd=here))[0] == 0
        code, _, complained = await told_by("restore", "copy", cwd=here)
        assert (code, "in use by another bot" in complained) == (1, True)
        assert await house.goes_on()
    async with house.bot():
        await house.discord.user("mika").slash("lounge", "odyssey start", prompt="Another one")
    code, said, _ = await told_by("restore", "copy", cwd=here)
    assert (code, "is kept in" in said, "earlier version" in said) == (0, True, False)
    assert prompts_in(here / "odyssey.sqlite3") == ["A lighthouse"]
    [kept] = here.glob("*.before-restore-*")
    assert prompts_in(kept) == ["A lighthouse", "Another one"]
    async with house.bot():
        assert await house.goes_on()


def prompts_in(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        found = database.execute("SELECT prompt FROM broadcasts ORDER BY requested_at")
        return [prompt for (prompt,) in found]


async def test_a_bot_makes_its_copies_by_itself(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside its database, for as long as it runs; and none where none are wanted."""
    monkeypatch.setattr("bot.storage.nightly.AFTER_START_S", 0.0)
    directory = house.directory / "backups"
    async with house.bot(backup_days=0):
        await house.live_broadcast()
        assert not directory.exists()
    async with house.bot(), asyncio.timeout(WAIT_S):
        while not list(directory.glob("odyssey.sqlite3.*.nightly")):
            await asyncio.sleep(0.02)
    [copy] = directory.iterdir()
    assert whole_contents(copy).rows["broadcasts"] == 1


async def test_a_database_in_memory_has_no_copy(tmp_path: Path) -> None:
    """It is said, in one sentence."""
    async with python_m_bot("backup", "x", cwd=tmp_path, DATABASE_URL="sqlite:///:memory:") as process:
        _, complained = await process.communicate()
    assert process.returncode == 1
    assert complained.decode().startswith("DATABASE_URL names a database in memory")
