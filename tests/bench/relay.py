"""Sixty broadcasts in one process, each with its next stream every dozen seconds: pauses, CPU time, memory.

The domain, the database and the client are the bot's, over real WebRTC; the service, a process of its own,
sends one clip to all and ends streams after 20 s. The baseline, in the same run: the same broadcasts on one
long stream each. A pause is how much later than asked a task wakes up that sleeps all the time; below it
stands how much the loop computed meanwhile, since others may have the core.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import math
import multiprocessing as mp
import os
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import psutil

from bot.broadcast.history import PastBroadcast
from bot.broadcast.intake.intake import Intake
from bot.broadcast.limits.continuation import RelayRules, StreamLimit
from bot.broadcast.limits.pool import StreamPool
from bot.broadcast.model import Channel, Recording, Viewer
from bot.broadcast.ports import Ports
from bot.broadcast.posts import Post, PostKind
from bot.broadcast.recordings.desk import JournalKeeper, RecordingDesk
from bot.broadcast.rights import Person
from bot.broadcast.show.heartbeat import Heartbeat
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason, State
from bot.broadcast.telling.listeners import Listeners
from bot.kit.references import new_id, new_reference
from bot.odyssey import Odyssey
from bot.process.clock import SystemClock
from bot.storage.database import open_database
from bot.storage.history import DatabaseHistory
from bot.storage.journal import DatabaseJournal
from bot.storage.writer import Writer
from bot.worlds.odyssey import OdysseyRecordings, odyssey_worlds
from tests.bench._clip_service import limited_service
from tests.odyssey.service import API_KEY
from tests.support.rules import arbitration_settings, budget, intake_rules

BROADCASTS = int(os.environ.get("BROADCASTS", "60"))
CONTINUATIONS = int(os.environ.get("CONTINUATIONS", "1000"))
STREAM_LIMIT_S = 20.0
HELD_S = 60.0
"""How long the baseline is looked at."""
SPREAD_S = 12.0
"""In which the broadcasts start, one after the other: about as long as until each has its next stream."""
MEMORY_AFTER = 100
NAP_S = 0.005
MOST_MS, MOST_CORES = 50.0, 1.0
HOST = Person(Viewer(1, "Mika"), views_channel=True, manages_channel=True)


@dataclass
class Seen:
    """What was measured of one process."""

    continuations: int
    beside: int
    """How many of them began on another connection, beside the stream before them."""
    broken: Counter[str]
    """Why broadcasts ended, and streams that the next one was not there in time for."""
    pauses_ms: list[float]
    computing_ms: list[float]
    """What the loop's own thread took in the same naps."""
    cores: float
    memory_mb: dict[int, float] = field(default_factory=dict)
    """By the number of continuations so far."""


def main() -> None:
    """`python -m tests.bench relay`; BROADCASTS and CONTINUATIONS set how many."""
    with limited_service() as url:
        held = _in_process(url, math.inf)
    with limited_service(STREAM_LIMIT_S) as url:
        carried = _in_process(url, STREAM_LIMIT_S)
    print(
        f"{f'{BROADCASTS} broadcasts':<48}{'one stream each':>16}{'continued':>11}{'ratio':>7}{'target':>9}"
    )
    print(f"{'continuations':<48}{held.continuations:>16}{carried.continuations:>11}")
    print(f"{'of them beside the stream before':<48}{held.beside:>16}{carried.beside:>11}")
    print(f"{'broken':<48}{held.broken.total():>16}{carried.broken.total():>11}{'':>7}{0:>9}")
    _row("longest pause of the loop, ms", max(held.pauses_ms), max(carried.pauses_ms), MOST_MS)
    _row("  of that computing, at most", max(held.computing_ms), max(carried.computing_ms), MOST_MS)
    _row("p99 of its pauses, ms", _p99(held.pauses_ms), _p99(carried.pauses_ms))
    _row("share of one core", held.cores, carried.cores, MOST_CORES)
    memory = ", ".join(f"{mb:.0f} MB after {count}" for count, mb in carried.memory_mb.items())
    if carried.broken:
        print(f"broken: {dict(carried.broken)}")
    print(f"memory: {max(held.memory_mb.values()):.0f} MB with one stream each; {memory} continuations")


def _row(name: str, held: float, carried: float, most: float | None = None) -> None:
    verdict = "" if most is None else f"{f'<= {most:g}':>9}  {'met' if carried <= most else 'MISSED'}"
    print(f"{name:<48}{held:>16.2f}{carried:>11.2f}{carried / held:>7.2f}{verdict}")


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def _in_process(url: str, limit_s: float) -> Seen:
    with ProcessPoolExecutor(1, mp_context=mp.get_context("spawn")) as pool:
        return pool.submit(_run, url, limit_s).result()


def _run(url: str, limit_s: float) -> Seen:
    gc.collect()
    gc.freeze()  # as the bot does
    gc.collect()
    return asyncio.run(_watch(url, limit_s))


async def _watch(url: str, limit_s: float) -> Seen:
    with tempfile.TemporaryDirectory() as directory:
        async with AsyncExitStack() as stack:
            house = await stack.enter_async_context(_opened(url, f"sqlite:///{directory}/b.sqlite3", limit_s))
            sessions = [await house.started(number) for number in range(BROADCASTS)]
            while any(session.broadcast.state is not State.LIVE for session in sessions):
                await asyncio.sleep(0.1)
            pulse = await stack.enter_async_context(_beating())
            cpu, began = time.process_time(), time.monotonic()
            before, connected = _continuations(sessions), next(house.clients)
            memory_mb = await _memory(sessions, until=began + HELD_S if limit_s == math.inf else math.inf)
            cores = (time.process_time() - cpu) / (time.monotonic() - began)
            beside = next(house.clients) - connected - 1
            past = [await house.history.past_broadcast(each.broadcast.id) for each in sessions]
            return Seen(
                _continuations(sessions) - before,
                beside,
                Counter(reason for each in past if each for reason in _endings(each)),
                *pulse,
                cores,
                memory_mb,
            )


async def _memory(sessions: list[BroadcastSession], *, until: float) -> dict[int, float]:
    """The resident memory after some continuations and after all, or at a monotonic moment."""
    process, seen = psutil.Process(), dict[int, float]()
    first = _continuations(sessions)
    while len(seen) < 2 and time.monotonic() < until:
        await asyncio.sleep(0.5)
        done = _continuations(sessions) - first
        if done >= (CONTINUATIONS if seen else min(MEMORY_AFTER, CONTINUATIONS)):
            seen[done] = process.memory_info().rss / 1e6
    return seen or {0: process.memory_info().rss / 1e6}


@asynccontextmanager
async def _beating() -> AsyncIterator[tuple[list[float], list[float]]]:
    """Milliseconds by which each nap took longer than asked, and which the thread computed meanwhile."""
    late_ms, computing_ms = list[float](), list[float]()

    async def beat() -> None:
        while True:
            began, computed = time.monotonic(), time.thread_time()
            await asyncio.sleep(NAP_S)
            late_ms.append(1000 * (time.monotonic() - began - NAP_S))
            computing_ms.append(1000 * (time.thread_time() - computed))

    beating = asyncio.create_task(beat(), name="pulse")
    try:
        yield late_ms, computing_ms
    finally:
        beating.cancel()


def _continuations(sessions: list[BroadcastSession]) -> int:
    return sum(session.relay.streams.begun - 1 for session in sessions)


def _endings(past: PastBroadcast) -> list[str]:
    streams = [each.stream for each in past.streams]
    seen = [
        stream.end_reason
        for stream, following in itertools.pairwise(streams)
        if stream.ended_at and stream.ended_at < following.started_at and stream.end_reason
    ]
    seen += [past.broadcast.ending.reason] if past.broadcast.ending else []
    return [reason.value for reason in seen if reason is not Reason.CONTINUED]


@dataclass
class House:
    """The bot without Discord; `clients` counts one further with each client that is made."""

    broadcasts: Broadcasts
    history: DatabaseHistory
    clients: itertools.count[int]

    async def started(self, number: int) -> BroadcastSession:
        """A broadcast of its own server, a moment after the one before it."""
        await asyncio.sleep(SPREAD_S / BROADCASTS)
        return await self.broadcasts.start(Channel(number, number), "A harbour", by=HOST, portrait=False)


class StoringPoster:
    """Stores each post, and shows it nowhere."""

    def __init__(self, journal: DatabaseJournal, clock: SystemClock) -> None:
        self._journal = journal
        self._clock = clock

    async def post_recordings(self, past: PastBroadcast, newest: Recording | None) -> None:
        """As many streams as there are recordings of."""
        broadcast = past.broadcast
        await self._journal.save_post(
            Post(
                f"post of {broadcast.id}",
                broadcast.channel.id + 1,
                broadcast.channel.id,
                PostKind.RECORDING,
                broadcast.id,
                self._clock.now(),
                len(past.recorded),
                self._clock.now() if past.is_over else None,
            )
        )


@asynccontextmanager
async def _opened(url: str, database_url: str, limit_s: float) -> AsyncIterator[House]:
    clock, clients = SystemClock(), itertools.count()

    def make_client() -> Odyssey:
        next(clients)
        return Odyssey(API_KEY, url)

    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(open_database(database_url, alone=True))
        journal = DatabaseJournal(await stack.enter_async_context(Writer(engine)))
        history = DatabaseHistory(engine)
        desk = RecordingDesk(
            OdysseyRecordings(Odyssey(API_KEY, url), clock),
            JournalKeeper(journal),
            StoringPoster(journal, clock),
            history,
            clock,
            timeout_s=60,
        )
        intake = Intake(intake_rules(), lambda _: None, clock)
        ports = Ports(
            open_world=odyssey_worlds(make_client, clock),
            journal=journal,
            history=history,
            listeners=Listeners(),
            clock=clock,
            pool=StreamPool(2 * BROADCASTS, clock),
            stream_limit=StreamLimit(limit_s),
            relay_rules=RelayRules(),
            intake_of=lambda _: intake,
            budget_of=lambda _: budget(per_day=None),
            arbitration_of=lambda _: arbitration_settings(),
            new_id=new_id,
            new_reference=new_reference,
        )
        await stack.enter_async_context(desk)
        broadcasts = await stack.enter_async_context(Broadcasts(ports, desk))
        await stack.enter_async_context(Heartbeat(broadcasts, journal, clock))
        yield House(broadcasts, history, clients)
