"""The copies that the bot makes by itself."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.storage.backup import back_up
from bot.storage.contents import Contents, whole_contents
from bot.storage.kept_copies import KeptCopies
from bot.storage.nightly import HOUR, NightlyCopies, next_night
from tests.broadcast.fakes import SteppedClock
from tests.support.database import PutDatabase

NOW = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)


@pytest.fixture
def copies(tmp_path: Path, put_database: PutDatabase) -> KeptCopies:
    """Those of an empty database, kept for four days."""
    path = tmp_path / "odyssey.sqlite3"
    put_database(path)
    return KeptCopies.of(path, days=4)


def kept(copies: KeptCopies) -> list[str]:
    """But for one that is being made."""
    return sorted(path.name for path in copies.directory.iterdir() if not path.name.startswith("."))


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.001)


async def test_each_night_has_its_copy_and_old_ones_go(
    copies: KeptCopies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten days: each copy is whole and of its night, and those of the last four days are there."""
    found: list[list[str]] = []

    def noted(database: Path, to: Path, **options: Any) -> Contents:
        found.append([name.split(".")[2][:8] for name in kept(copies)])
        contents = back_up(database, to, **options)
        assert whole_contents(to) == contents
        return contents

    monkeypatch.setattr("bot.storage.kept_copies.back_up", noted)
    async with NightlyCopies(copies, SteppedClock()) as nightly:
        await until(lambda: len(found) > 10)
        assert nightly.problem is None
    assert found[:2] == [[], ["20260801"]]
    assert found[10] == [f"202608{day:02}" for day in range(6, 11)]


async def test_a_night_that_was_slept_through_is_made_up_for(copies: KeptCopies) -> None:
    """Not at once, since the bot has just started; a copy of this day is enough, after a restart too."""
    clock = SteppedClock()
    copies.make("nightly", NOW - timedelta(days=2))
    async with NightlyCopies(copies, clock) as nightly:
        assert nightly.made_at == NOW - timedelta(days=2)
        await until(lambda: nightly.made_at != NOW - timedelta(days=2))
        assert nightly.made_at == NOW + timedelta(minutes=10)
    async with NightlyCopies(copies, clock) as nightly:
        first = nightly.made_at
        await until(lambda: nightly.made_at != first)
        assert first
        assert nightly.made_at
        assert nightly.made_at >= next_night(first)


@pytest.mark.outage("no room for a copy of the database")
async def test_a_night_without_a_copy_is_told_and_costs_no_other(
    copies: KeptCopies, caplog: pytest.LogCaptureFixture
) -> None:
    """It is tried again; what is old stays for as long as there is nothing newer."""
    for days in (30, 29, 28, 27, 26):
        KeptCopies.of(copies.database).make("nightly", NOW - timedelta(days=days))
    whole = copies.database.read_bytes()
    copies.database.write_bytes(b"broken" * 1000)
    caplog.set_level(logging.WARNING)
    async with NightlyCopies(copies, SteppedClock()) as nightly:
        await until(lambda: nightly.problem is not None)
        assert len(kept(copies)) == 5
        copies.database.write_bytes(whole)
        await until(lambda: nightly.problem is None)
    assert "there is no copy of the database of this night" in caplog.text
    assert kept(copies)[0] == "odyssey.sqlite3.20260705T200000Z.nightly"
    assert len(kept(copies)) == 3, "the newest three, whatever the clock says"


def test_only_our_copies_of_this_database_are_taken_away(copies: KeptCopies) -> None:
    """What else lies there belongs to somebody; a copy before a migration is one of them."""
    stamp = "20200101T000000Z"
    others = [
        f"other.sqlite3.{stamp}.nightly",
        f"odyssey.sqlite3.{stamp}",
        "odyssey.sqlite3.mine",
        "odyssey.sqlite3.99999999T999999Z.nightly",
        f"odyssey.sqlite3.{stamp}.nightly.part",
        f"{stamp}.nightly",
    ]
    copies.directory.mkdir()
    for name in others:
        (copies.directory / name).write_text("")
    for days, why in ((9, "nightly"), (8, "before-0011"), (7, "nightly"), (2, "nightly"), (1, "nightly")):
        KeptCopies.of(copies.database).make(why, NOW - timedelta(days=days))
    copies.make("nightly", NOW)
    ours = [name for name in kept(copies) if name not in others]
    assert [name.split(".")[2] for name in ours] == [f"202607{day}T200000Z" for day in (30, 31)] + [
        "20260801T200000Z"
    ]
    assert set(others) < set(kept(copies))
    assert copies.made_at("before-0011") is None


def test_what_a_kill_left_half_made_is_cleared_up(copies: KeptCopies) -> None:
    """With what SQLite had put beside it; of another database nothing is."""
    copies.directory.mkdir()
    half = [f".{name}.20260731T040000Z.nightly.part" for name in ("odyssey.sqlite3", "other.sqlite3")]
    for name in (*half, f"{half[0]}-journal"):
        (copies.directory / name).write_text("")
    copies.make("nightly", NOW)
    left = {path.name for path in copies.directory.iterdir()}
    assert left == {half[1], "odyssey.sqlite3.20260801T200000Z.nightly"}


def test_copies_can_be_kept_elsewhere(copies: KeptCopies, tmp_path: Path) -> None:
    """On another disk, say: in a directory that nobody else can look into."""
    elsewhere = KeptCopies.of(copies.database, tmp_path / "other disk")
    path, contents = elsewhere.make("nightly", NOW)
    assert path.parent == tmp_path / "other disk"
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert contents.rows["broadcasts"] == 0


async def test_a_stop_does_not_wait_for_a_copy(
    copies: KeptCopies, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is given up, leaves nothing behind, and nobody is warned of it."""
    monkeypatch.setattr("bot.storage.backup.PAGES", 1)
    with closing(sqlite3.connect(copies.database)) as connection, connection:
        connection.execute("CREATE TABLE ballast AS SELECT randomblob(4000000) AS x")
    async with NightlyCopies(copies, SteppedClock()):
        await until(lambda: copies.directory.is_dir() and any(copies.directory.iterdir()))
    await until(lambda: not any(copies.directory.iterdir()))
    assert "no copy" not in caplog.text


@pytest.mark.parametrize("hour", range(0, 24, 5))
def test_the_next_night_is_the_next(hour: int) -> None:
    """Within a day, at the hour, by the machine's own time."""
    after = NOW.replace(hour=hour)
    night = next_night(after).astimezone()
    assert timedelta(0) < night - after <= timedelta(days=1)
    assert (night.hour, night.minute) == (HOUR, 0)
