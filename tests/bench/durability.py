"""What it costs that nothing stored is lost with the power: SQLite's `synchronous`, FULL beside NORMAL."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from bot.storage.database import open_database
from bot.storage.executing import Upsert
from bot.storage.schema import guild_settings
from bot.storage.writer import Writer, upsert
from tests.storage.conftest import NOW
from tests.support.own_connection import on_own_connection

ONE_BY_ONE = 400
AT_ONCE = 20_000


def main() -> None:
    """`python -m tests.bench durability`."""
    asyncio.run(_measure())


async def _measure() -> None:
    normal, full = [await _with(level) for level in ("NORMAL", "FULL")]
    print(f"{'':<52}{'NORMAL':>10}{'FULL':>10}{'ratio':>8}")
    names = (
        "a commit that nothing waits beside, p50, ms",
        "the same, p99, ms",
        "rows that are handed over at once, a second",
    )
    for name, without, durable in zip(names, normal, full, strict=True):
        print(f"{name:<52}{without:>10.2f}{durable:>10.2f}{durable / without:>8.2f}")


async def _with(level: str) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as directory:
        url = f"sqlite:///{directory}/bench.sqlite3"
        async with open_database(url) as database, Writer(database) as writer:
            await writer.prove()
            await on_own_connection(writer, lambda raw: raw.execute(f"PRAGMA synchronous={level}"))
            taken = []
            for number in range(ONE_BY_ONE):
                began = time.perf_counter()
                await writer.execute(_row(number))
                taken.append(1000 * (time.perf_counter() - began))
            began = time.perf_counter()
            await asyncio.gather(*(writer.execute(_row(number)) for number in range(AT_ONCE)))
            burst_s = time.perf_counter() - began
    return statistics.median(taken), statistics.quantiles(taken, n=100)[98], AT_ONCE / burst_s


def _row(number: int) -> Upsert:
    return upsert(guild_settings, {"guild_id": number, "settings": "x" * 400, "changed_at": NOW})
