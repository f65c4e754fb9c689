"""What a bot's process holds while nothing is on, and whether that grows."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from statistics import median

import psutil

from tests.chaos.hooks import HOLDS
from tests.chaos.nursery import Bot


@dataclass(frozen=True, slots=True)
class Vitals:
    """After so many broadcasts, when the bot has tidied up.

    `memory_kb` is without what SQLite holds, `sqlite_kb`. The database's size is what its pages take.
    """

    broadcasts: int
    memory_kb: int
    sqlite_kb: int
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
    Limit("SQLite's memory (kB)", lambda each: each.sqlite_kb, per_broadcast=20, noise=1_000, ceiling=18_000),
    Limit("tasks", lambda each: each.tasks, per_broadcast=0.005, noise=1, ceiling=40),
    Limit("descriptors", lambda each: each.descriptors, per_broadcast=0.005, noise=2, ceiling=60),
    Limit("threads", lambda each: each.threads, per_broadcast=0.005, noise=1, ceiling=30),
)
"""Memory lies at 158 MB in the second half: what is 6 kB more each time takes as much again after a month.

SQLite reads more as its file grows, and keeps what it has read: up to 2 MB for each of the seven connections,
and their statements. That takes longer than a soak to fill, at some 7 kB for each broadcast: so it is apart,
and has a ceiling.

Threads: eight are there from the start, one for each connection and for the web. To them come the loop's own,
six on two cores, and the decoders' while streams run: 24 were seen at first, and 17 to 19 later.
"""
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
    """As they are now, tidied up."""
    process = psutil.Process(bot.pid)
    told = directory / HOLDS
    told.unlink(missing_ok=True)
    bot.ask_what_it_holds()
    while not told.exists():  # it is another process
        await asyncio.sleep(0.02)
    holds = json.loads(told.read_text())
    return Vitals(
        broadcasts=broadcasts,
        memory_kb=process.memory_info().rss // 1024 - holds["sqlite_kb"],
        sqlite_kb=holds["sqlite_kb"],
        tasks=holds["tasks"],
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
