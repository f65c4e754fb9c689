"""What a bot's process holds while nothing is on, and whether that grows."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import combinations
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
    """How much more of something there may be for each broadcast, in the second half; and ever, at most.

    `noise`: what so little grew in the whole of that half has not grown.
    """

    name: str
    of: Callable[[Vitals], int]
    per_broadcast: float
    noise: float
    ceiling: float


LIMITS = (
    Limit("memory (kB)", lambda each: each.memory_kb, per_broadcast=6, noise=1_000, ceiling=200_000),
    Limit("tasks", lambda each: each.tasks, per_broadcast=0.005, noise=1, ceiling=40),
    Limit("descriptors", lambda each: each.descriptors, per_broadcast=0.005, noise=2, ceiling=60),
    Limit("threads", lambda each: each.threads, per_broadcast=0.005, noise=1, ceiling=16),
)
"""Memory lies at 165 MB in the second half: what is 6 kB more each time takes as much again after a month."""
DATABASE_GROWS = 1.3
"""By how much a broadcast may take more of the database at the end than at the beginning."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Of one thing: the middle value early and late in the second half, the most ever, the trend for each."""

    name: str
    early: float
    late: float
    most: float
    each: float
    is_well: bool


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


def growth(seen: Sequence[Vitals]) -> list[Growth]:
    """How all has grown, and whether that is well.

    In the first half caches fill, and memory is in pieces; in the second nothing is to grow any more. How it
    grew there is the median of the slopes between all pairs (Theil and Sen): a single step, as when the heap
    is made larger once, counts for little, and steps again and again count in full.
    """
    half = len(seen) // 2
    second = seen[half:]
    broadcasts = second[-1].broadcasts - second[0].broadcasts
    quarter = max(1, len(second) // 4)
    grown = []
    for limit in LIMITS:
        each = _trend(second, limit.of)
        early, late = median(map(limit.of, second[:quarter])), median(map(limit.of, second[-quarter:]))
        most = max(map(limit.of, seen))
        is_flat = each <= limit.per_broadcast or each * broadcasts <= limit.noise
        grown.append(Growth(limit.name, early, late, most, each, is_flat and most <= limit.ceiling))
    first, last = _database_growth(seen[: half + 1]), _database_growth(second)
    is_well = last <= DATABASE_GROWS * first or last < 1
    return [*grown, Growth("database (kB for each)", first, last, max(first, last), last - first, is_well)]


def _trend(seen: Sequence[Vitals], of: Callable[[Vitals], int]) -> float:
    slopes = [
        (of(later) - of(earlier)) / (later.broadcasts - earlier.broadcasts)
        for earlier, later in combinations(seen, 2)
    ]
    return median(slopes) if slopes else 0.0


def _database_growth(seen: Sequence[Vitals]) -> float:
    between = max(1, seen[-1].broadcasts - seen[0].broadcasts)
    return (seen[-1].database_kb - seen[0].database_kb) / between


def _database_bytes(file: Path) -> int:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as database:
        (pages,) = database.execute("PRAGMA page_count").fetchone()
        (size,) = database.execute("PRAGMA page_size").fetchone()
    return int(pages) * int(size)
