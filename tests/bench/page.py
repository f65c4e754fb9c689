"""Open watch pages: what they cost the bot, how soon they are told, and what the chat loses by them.

The pages are event connections from as many addresses, read in a process of their own. Changes come four a
second, each another prompt, with a ballot of five open: the most that is ever told. What the server takes is
counted in seconds of CPU, so that whatever else runs on the machine does not count. For the chat the whole
bot runs, as in `tests.bench.update`: the baseline, in the same run, is the same bot before the pages come.
"""

import asyncio
import multiprocessing as mp
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing.connection import Connection

import psutil

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.floor.view import FloorView, ShownCandidate
from bot.broadcast.model import Spectating, Suggestion
from bot.local.discord.server import LocalDiscord
from tests.bench._bots import bot_process
from tests.bench._clip_service import timed_service
from tests.bench._page_crowd import page_crowd
from tests.bench._steering import arrivals, started_broadcast
from tests.bench.update import percentile, times_ms
from tests.e2e.conftest import CHANNEL
from tests.odyssey.service import API_KEY
from tests.support.watched import BROADCAST, NOW, ROBIN, Watched

PAGES = [int(count) for count in os.environ.get("PAGES", "1000,5000").split(",")]
CHANGES = int(os.environ.get("CHANGES", "40"))
EVERY_S = 0.25
CHATTED_BESIDE = 5000
TURNS = 2
"""MESSAGES without pages, and as many with them."""
ALLOWED_MS, ALLOWED_CORES, ALLOWED_KB = 1000.0, 0.5, 100.0
ALLOWED_LATER_MS = 5.0


def main() -> None:
    """`python -m tests.bench page`; PAGES sets how many, CHANGES how long; MESSAGES is for each turn."""
    for pages in PAGES:
        with _server() as (page, server):
            _print(pages, *_measure(page, server, pages))
    without, beside = asyncio.run(_chat())
    print(f"{'chat message to update on the wire, ms':<58}{'without':>9}{'with':>9}{'allowed':>10}")
    for name, share in {"p50": 0.5, "p99": 0.99, "max": 1.0}.items():
        limit = percentile(without, share) + ALLOWED_LATER_MS
        verdict = f"{f'<= {limit:.1f}':>10}{'  ok' if percentile(beside, share) <= limit else '  over'}"
        print(
            f"{f'{name}, {CHATTED_BESIDE} pages':<58}{percentile(without, share):>9.1f}"
            f"{percentile(beside, share):>9.1f}{verdict if name == 'p99' else ''}"
        )


def _measure(page: str, server: Connection, pages: int) -> tuple[float, float, float, float, float, int]:
    """Worst time to all, cores, joining s of CPU, KB a page, documents a second and page, lost pages."""
    cpu_before, rss_before = _usage(server)
    with page_crowd(page, pages) as crowd:
        cpu_joined, rss_joined = _usage(server)
        crowd.seen()
        began = time.monotonic()
        told_at: dict[int, float] = {}
        for change in range(1, CHANGES + 1):
            time.sleep(max(0.0, began + change * EVERY_S - time.monotonic()))
            told_at[change] = time.monotonic()
            server.send(change)
        time.sleep(2)
        took_s = CHANGES * EVERY_S
        seen, (cpu_after, _) = crowd.seen(), _usage(server)
    assert all(seen.pages.get(change) == pages for change in told_at), "not every page has seen each change"
    return (
        1000 * max(seen.last_at[change] - at for change, at in told_at.items()),
        (cpu_after - cpu_joined) / took_s,
        cpu_joined - cpu_before,
        (rss_joined - rss_before) / pages / 1024,
        seen.documents / pages / took_s,
        seen.lost,
    )


def _print(
    pages: int, worst_ms: float, cores: float, joining_s: float, kb: float, documents: float, lost: int
) -> None:
    print(f"{f'{pages} pages on one broadcast, 4 changes a second':<58}{'measured':>9}{'allowed':>19}")
    _row("a change seen by all of them, at worst, ms", worst_ms, ALLOWED_MS if pages <= 1000 else None)
    _row("of the bot's core", cores, ALLOWED_CORES, digits=2)
    _row("memory a page, KB", kb, ALLOWED_KB)
    _row("documents a second and page", documents, None, digits=2)
    _row("s of CPU until all were told how things stand", joining_s, None, digits=2)
    _row("connections lost", lost, 0)
    print()


def _row(name: str, measured: float, allowed: float | None, *, digits: int = 0) -> None:
    verdict = "  ok" if allowed is None or measured <= allowed else "  over"
    limit = "" if allowed is None else f"{f'<= {allowed:g}':>19}{verdict}"
    print(f"{name:<58}{measured:>9.{digits}f}{limit}")


def _usage(server: Connection) -> tuple[float, float]:
    """Seconds of CPU so far, and bytes of memory now."""
    server.send(None)
    cpu_s, rss_bytes = server.recv()
    return cpu_s, rss_bytes


@contextmanager
def _server() -> Iterator[tuple[str, Connection]]:
    ours, theirs = mp.Pipe()
    process = mp.get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield ours.recv(), ours
    finally:
        process.kill()
        process.join()


def _serve(pipe: Connection) -> None:
    asyncio.run(_serve_forever(pipe))


async def _serve_forever(pipe: Connection) -> None:
    """A change for each number that comes, and the usage for each None."""
    watched = Watched()
    ideas = [
        Suggestion(f"i{n}", BROADCAST.id, ROBIN, f"{n} dragons land on the roof and look around", NOW)
        for n in range(5)
    ]
    watched.change(
        floor=FloorView(
            Mode.VOTE,
            waiting=5,
            candidates=tuple(ShownCandidate(n, idea, (idea.id,), n) for n, idea in enumerate(ideas, 1)),
            closes_at=NOW + timedelta(seconds=20),
        ),
        spectating=Spectating("https://odyssey.test/streams/1", "a-token-of-some-length"),
    )

    def heard() -> None:
        said = pipe.recv()
        if said is None:
            pipe.send((time.process_time(), psutil.Process().memory_info().rss))
        else:
            watched.change(prompt_in_force=f"change {said}")

    async with watched.served(pages_in_all=1_000_000) as page:
        asyncio.get_running_loop().add_reader(pipe.fileno(), heard)
        pipe.send(page)
        await asyncio.Event().wait()


async def _chat() -> tuple[list[float], list[float]]:
    """The chat's times to the wire, without pages and with them: in turns, since the machine has moods."""
    without: list[float] = []
    beside: list[float] = []
    with timed_service() as (url, pipe):
        async with (
            LocalDiscord() as discord,
            bot_process(discord, url, API_KEY, "bot", "run", STREAM_LIMIT_S="3600"),
        ):
            await started_broadcast(discord, '{"gap_s": 0}')
            panel = await discord.wait_for_message(CHANNEL, lambda message: "Live" in message.text)
            link = next(button.url for button in panel.buttons if button.label == "Watch")
            assert link
            with arrivals(pipe) as arriving:
                for turn in range(TURNS):
                    without += await times_ms(discord, arriving, from_number=20_000 * turn)
                    crowd = page_crowd(link.replace("localhost", "127.0.0.1"), CHATTED_BESIDE)
                    await asyncio.to_thread(crowd.__enter__)
                    beside += await times_ms(discord, arriving, from_number=20_000 * turn + 10_000)
                    await asyncio.to_thread(crowd.__exit__, None, None, None)
                    await asyncio.sleep(2)
    return without, beside
