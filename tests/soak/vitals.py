"""What a bot's process holds while nothing is on, and whether that grows."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from tests.chaos.hooks import TASKS
from tests.chaos.nursery import Bot


@dataclass(frozen=True, slots=True)
class Vitals:
    """After so many broadcasts. The database's size is what its pages take."""

    broadcasts: int
    memory_kb: int
    tasks: int
    descriptors: int
    threads: int
    database_kb: int


@dataclass(frozen=True, slots=True)
class Limit:
    """How much more of something there may be for each broadcast, and in all before that counts."""

    name: str
    of: Callable[[Vitals], int]
    per_broadcast: float
    in_all: float


LIMITS = (
    Limit("memory (kB)", lambda each: each.memory_kb, per_broadcast=20, in_all=6_000),
    Limit("tasks", lambda each: each.tasks, per_broadcast=0.02, in_all=2),
    Limit("descriptors", lambda each: each.descriptors, per_broadcast=0.02, in_all=3),
    Limit("threads", lambda each: each.threads, per_broadcast=0.02, in_all=2),
)
DATABASE_GROWS = 1.3
"""By how much a broadcast may take more of the database at the end than at the beginning."""


async def vitals_of(bot: Bot, directory: Path, broadcasts: int) -> Vitals:
    """As they are now. The bot writes down its tasks when it is told SIGUSR2."""
    process = psutil.Process(bot.pid)
    told = directory / TASKS
    told.unlink(missing_ok=True)
    bot.ask_for_tasks()
    while not told.exists():  # it is another process
        await asyncio.sleep(0.02)
    return Vitals(
        broadcasts=broadcasts,
        memory_kb=process.memory_info().rss // 1024,
        tasks=int(told.read_text()),
        descriptors=process.num_fds(),
        threads=process.num_threads(),
        database_kb=_database_bytes(directory / "odyssey.sqlite3") // 1024,
    )


def growth(seen: Sequence[Vitals]) -> list[tuple[str, float, float, float, bool]]:
    """Of each limit its name, the value early and late, the growth for each broadcast, and if that is well.

    Early is the second fifth: until then caches fill.
    """
    fifth = max(1, len(seen) // 5)
    early, late = seen[fifth : 2 * fifth] or seen[:1], seen[-fifth:]
    between = max(1, late[0].broadcasts - early[0].broadcasts)
    rows = []
    for limit in LIMITS:
        first, last = median(map(limit.of, early)), median(map(limit.of, late))
        each = (last - first) / between
        rows.append(
            (limit.name, first, last, each, each <= limit.per_broadcast or last - first <= limit.in_all)
        )
    half = len(seen) // 2
    first, last = _database_growth(seen[: half + 1]), _database_growth(seen[half:])
    rows.append(
        ("database (kB for each)", first, last, last - first, last <= DATABASE_GROWS * first or last < 1)
    )
    return rows


def _database_growth(seen: Sequence[Vitals]) -> float:
    between = max(1, seen[-1].broadcasts - seen[0].broadcasts)
    return (seen[-1].database_kb - seen[0].database_kb) / between


def _database_bytes(file: Path) -> int:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as database:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    return int(pages) * int(size)
