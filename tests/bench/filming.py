"""What a chat's way to the wire loses while films are made: joined by copying, and encoded anew.

The whole bot runs, as in `tests.bench.update`; the baseline is the same bot while no film is made.
"""

import asyncio
import multiprocessing as mp
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from bot.broadcast.recordings.footage import Part
from bot.film.process import FilmProcess
from bot.local.discord.server import LocalDiscord
from tests.bench._bots import bot_process
from tests.bench._clip_service import timed_service
from tests.bench._steering import arrivals, started_broadcast
from tests.bench.update import percentile, times_ms
from tests.e2e.conftest import free_port
from tests.film.videos import Kind, make_video
from tests.odyssey.service import API_KEY

TURNS = 2
ALLOWED_LATER_MS = 5.0
USUAL = Kind(width=1280, height=704, pictures=200)
KINDS = {"films joined": USUAL, "films encoded": Kind(width=704, height=1280, pictures=200)}
"""What the second of two parts is like."""


def main() -> None:
    """`python -m tests.bench filming`; MESSAGES sets how many are sent in each turn."""
    without, beside = asyncio.run(_measure())
    names = "".join(f"{name:>16}" for name in beside)
    print(f"{'chat message to update on the wire, ms':<44}{'no film':>9}{names}{'allowed':>12}")
    for name, share in {"p50": 0.5, "p99": 0.99, "max": 1.0}.items():
        plain = percentile(without, share)
        told = "".join(f"{percentile(times, share):>16.1f}" for times in beside.values())
        print(f"{name:<44}{plain:>9.1f}{told}{plain + ALLOWED_LATER_MS:>12.1f}")


async def _measure() -> tuple[list[float], dict[str, list[float]]]:
    with tempfile.TemporaryDirectory() as name, timed_service() as (url, pipe):
        directory = Path(name)
        videos = {
            kind: [make_video(directory / f"{kind} {n}.mp4", each) for n, each in enumerate((USUAL, other))]
            for kind, other in KINDS.items()
        }
        database = f"sqlite:///{directory / 'bench.sqlite3'}"
        async with LocalDiscord() as discord:
            own = {"DATABASE_URL": database, "WEB_PORT": str(free_port()), "STREAM_LIMIT_S": "3600"}
            async with bot_process(discord, url, API_KEY, "bot", "run", **own):
                await started_broadcast(discord, '{"gap_s": 0}')
                without: list[float] = []
                beside: dict[str, list[float]] = {kind: [] for kind in KINDS}
                with arrivals(pipe) as arriving:
                    for turn in range(TURNS):  # in turns, as the machine has moods
                        first = 50_000 * turn
                        without += await times_ms(discord, arriving, from_number=first)
                        for number, (kind, paths) in enumerate(videos.items(), 1):
                            async with _filming(paths, directory / "scratch"):
                                start = first + 10_000 * number
                                beside[kind] += await times_ms(discord, arriving, from_number=start)
                return without, beside


@asynccontextmanager
async def _filming(paths: list[Path], scratch: Path) -> AsyncIterator[None]:
    goes_on = mp.get_context("spawn").Value("b", 1)
    process = mp.get_context("spawn").Process(target=_film_on, args=(paths, scratch, goes_on), daemon=True)
    process.start()
    try:
        yield
    finally:
        goes_on.value = 0
        await asyncio.to_thread(process.join)


def _film_on(paths: list[Path], scratch: Path, goes_on: "Synchronized[int]") -> None:
    """One after the other, as the bot has them made, until it is said that it is enough."""

    async def one() -> None:
        parts = tuple(Part(str(number), path) for number, path in enumerate(paths))
        async with FilmProcess(scratch, lambda: 2**40).film(parts, (), has_credits=False):
            pass

    while goes_on.value:
        asyncio.run(one())
