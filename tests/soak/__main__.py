"""`python -m tests.soak [SECONDS]`: broadcasts without end, of short streams, steered by a crowd."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.local.discord.people.views import NotPossibleError
from bot.storage.database import open_database
from tests.chaos import plan as plans
from tests.chaos.crowd import CHANNEL
from tests.chaos.evening import Evening, evening
from tests.chaos.nursery import nursery
from tests.e2e.conftest import paint_small
from tests.soak.vitals import Vitals, growth, vitals_of

DURATION_S = 2 * 3600.0
BROADCAST_S, QUIET_S = 9.0, 1.5
"""How long each lasts, at streams of 5 s; and how long it is quiet before the bot is looked at."""
TOLD_EVERY_S = 60.0


def main() -> None:
    duration_s = float(sys.argv[1]) if len(sys.argv) > 1 else DURATION_S
    paint_small(pytest.MonkeyPatch())
    sys.exit(asyncio.run(_soak(duration_s)))


async def _soak(duration_s: float) -> int:
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        home = Path(name)
        async with open_database(f"sqlite:///{home / 'empty.sqlite3'}"):
            pass
        shutil.copyfile(home / "empty.sqlite3", home / "odyssey.sqlite3")
        async with nursery() as bots, evening(plans.quiet(), bots, home) as tonight:
            seen = await _lived(tonight, duration_s)
        wrong = _judged(seen)
        if "Traceback" in tonight.log:
            print("There are tracebacks in the log:", tonight.log[tonight.log.index("Traceback") :][:4000])
            wrong += 1
    return int(wrong > 0)


async def _lived(tonight: Evening, duration_s: float) -> list[Vitals]:
    """The bot's vitals after each broadcast."""
    bot = await tonight.begin()
    seen: list[Vitals] = []
    began_at = told_at = time.monotonic()
    heads = (
        ("after", 8),
        ("broadcasts", 10),
        ("memory", 9),
        ("SQLite's", 9),
        ("tasks", 6),
        ("files", 6),
        ("threads", 8),
        ("database", 9),
    )
    print(*(f"{head:>{width}}" for head, width in heads))
    while time.monotonic() - began_at < duration_s:
        async with tonight.steered():
            await asyncio.sleep(BROADCAST_S / 2)
            mode = list(Mode)[len(seen) % len(Mode)]
            with suppress(NotPossibleError):  # as long as there is no bot
                await tonight.crowd.mika.slash(CHANNEL, "odyssey mode", mode=mode.value)
            await asyncio.sleep(BROADCAST_S / 2)
        await tonight.ended()
        await asyncio.sleep(QUIET_S)
        seen.append(vitals := await vitals_of(bot, tonight.directory, len(seen) + 1))
        if time.monotonic() - told_at > TOLD_EVERY_S or len(seen) == 1:
            told_at = time.monotonic()
            print(
                f"{told_at - began_at:6.0f} s {vitals.broadcasts:>10} {vitals.memory_kb / 1024:6.1f} MB "
                f"{vitals.sqlite_kb / 1024:6.1f} MB {vitals.tasks:>6} {vitals.descriptors:>6} "
                f"{vitals.threads:>8} {vitals.database_kb:>6} kB",
                flush=True,
            )
    bot.send_signal(signal.SIGTERM)
    await bot.ended.wait()
    return seen


def _judged(seen: list[Vitals]) -> int:
    """Prints how all has grown in the second half; returns how much of it has grown too much."""
    print(f"\n{'':24} {'halfway':>10} {'late':>10} {'most':>10} {'for each':>10}")
    rows = growth(seen)
    for row in rows:
        numbers = f"{row.early:10.1f} {row.late:10.1f} {row.most:10.1f} {row.each:10.3f}"
        print(f"{row.name:24} {numbers} {'' if row.is_well else ' GROWS'}")
    return sum(not row.is_well for row in rows)


if __name__ == "__main__":
    main()
