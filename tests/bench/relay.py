"""Sixty broadcasts in one process, each with its next stream every 20 s: pauses, CPU time, memory.

The domain, the database and the client are the bot's, over real WebRTC; the service, a process of its own,
sends one clip to all and limits streams. The baseline, in the same run: the same broadcasts on one long
stream each. A pause is how much later than asked a task wakes up that sleeps all the time; below it stands
how much the loop computed meanwhile, since others may have the core, and what of that was collecting garbage.
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
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bot.broadcast.history import PastBroadcast
from bot.broadcast.limits.continuation import LEAD_S, LEAD_SHARE
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason, State
from bot.process.memory import keep_one_arena, old_objects_left_alone
from tests.bench._clip_service import limited_service
from tests.support.relays import opened

BROADCASTS = int(os.environ.get("BROADCASTS", "60"))
CONTINUATIONS = int(os.environ.get("CONTINUATIONS", "1000"))
EACH_S = float(os.environ.get("EACH_S", "20"))
"""From one continuation of a broadcast to the next; in this time they start, one after the other."""
STREAM_LIMIT_S = min(EACH_S + LEAD_S, EACH_S / (1 - LEAD_SHARE))
"""The next stream is begun a lead before it."""
HELD_S = 60.0
"""How long the baseline is looked at."""
MEMORY_AFTER = (100, 400, 1000)
NAP_S = 0.005
MOST_MS, MOST_CORES = 50.0, 1.0


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
    queued_ms: list[float]
    """For how long it was ready then, while others had the cores."""
    collecting_ms: list[float]
    """How long each collection of garbage took."""
    cores: float
    service_cores: float
    memory_mb: dict[int, tuple[float, float]]
    """Of the bot and of the service, by the number of continuations so far."""


def main() -> None:
    """`python -m tests.bench relay`; BROADCASTS, CONTINUATIONS and EACH_S set how many, and how often."""
    with limited_service() as (url, service):
        held = _in_process(url, service, math.inf)
    with limited_service(STREAM_LIMIT_S) as (url, service):
        carried = _in_process(url, service, STREAM_LIMIT_S)
    print(
        f"{f'{BROADCASTS} broadcasts':<48}{'one stream each':>16}{'continued':>11}{'ratio':>7}{'target':>9}"
    )
    print(f"{'continuations':<48}{held.continuations:>16}{carried.continuations:>11}")
    print(f"{'of them beside the stream before':<48}{held.beside:>16}{carried.beside:>11}")
    print(f"{'broken':<48}{held.broken.total():>16}{carried.broken.total():>11}{'':>7}{0:>9}")
    _row("longest pause of the loop, ms", max(held.pauses_ms), max(carried.pauses_ms), MOST_MS)
    _row("  of that waiting for a core, ms", _queued_in_longest(held), _queued_in_longest(carried))
    _row("  of that computing, at most", max(held.computing_ms), max(carried.computing_ms), MOST_MS)
    _row("  longest collection of garbage, ms", max(held.collecting_ms), max(carried.collecting_ms))
    _row("p99 of its pauses, ms", _p99(held.pauses_ms), _p99(carried.pauses_ms))
    _row("share of one core", held.cores, carried.cores, MOST_CORES)
    _row("  the service's, beside it", held.service_cores, carried.service_cores)
    if carried.broken:
        print(f"broken: {dict(carried.broken)}")
    for name, seen in (("one stream each", held), ("continued", carried)):
        for count, (ours, services) in seen.memory_mb.items():
            print(f"{name}: {ours:.0f} MB after {count} continuations (the service: {services:.0f} MB)")


def _row(name: str, held: float, carried: float, most: float | None = None) -> None:
    verdict = "" if most is None else f"{f'<= {most:g}':>9}  {'met' if carried <= most else 'MISSED'}"
    print(f"{name:<48}{held:>16.2f}{carried:>11.2f}{carried / held:>7.2f}{verdict}")


def _queued_in_longest(seen: Seen) -> float:
    return seen.queued_ms[seen.pauses_ms.index(max(seen.pauses_ms))]


def _p99(values: list[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def _in_process(url: str, service: int, limit_s: float) -> Seen:
    with ProcessPoolExecutor(1, mp_context=mp.get_context("spawn")) as pool:
        return pool.submit(_run, url, service, limit_s).result()


def _run(url: str, service: int, limit_s: float) -> Seen:
    keep_one_arena()  # as the bot does, and as it does not look through what was loaded
    gc.collect()
    gc.freeze()
    return asyncio.run(_watch(url, psutil.Process(service), limit_s))


async def _watch(url: str, service: psutil.Process, limit_s: float) -> Seen:
    with tempfile.TemporaryDirectory() as directory:
        async with AsyncExitStack() as stack:
            house = await stack.enter_async_context(opened(url, f"sqlite:///{directory}/b.sqlite3", limit_s))
            sessions = list[BroadcastSession]()
            for number in range(BROADCASTS):
                sessions.append(await house.started(number))
                await asyncio.sleep(EACH_S / BROADCASTS)
            while any(session.broadcast.state is not State.LIVE for session in sessions):
                await asyncio.sleep(0.1)
            await stack.enter_async_context(old_objects_left_alone())
            pulse = await stack.enter_async_context(_beating())
            took = stack.enter_context(_collecting())
            cpu, its_cpu, began = time.process_time(), _cpu_s(service), time.monotonic()
            before, connected = _continuations(sessions), next(house.clients)
            until = began + HELD_S if limit_s == math.inf else math.inf
            memory_mb = await _memory(sessions, service, until=until)
            lasted_s = time.monotonic() - began
            cores, its_cores = (time.process_time() - cpu) / lasted_s, (_cpu_s(service) - its_cpu) / lasted_s
            beside = next(house.clients) - connected - 1
            past = [await house.history.past_broadcast(each.broadcast.id) for each in sessions]
            return Seen(
                _continuations(sessions) - before,
                beside,
                Counter(reason for each in past if each for reason in _endings(each)),
                *pulse,
                took,
                cores,
                its_cores,
                memory_mb,
            )


async def _memory(
    sessions: list[BroadcastSession], service: psutil.Process, *, until: float
) -> dict[int, tuple[float, float]]:
    """What is resident of both processes after some continuations and after all, or at a monotonic moment."""
    first, seen, process = _continuations(sessions), dict[int, tuple[float, float]](), psutil.Process()
    due = [*(count for count in MEMORY_AFTER if count < CONTINUATIONS), CONTINUATIONS]
    while due:
        await asyncio.sleep(0.5)
        done, is_over = _continuations(sessions) - first, time.monotonic() > until
        if done >= due[0] or is_over:
            seen[done] = process.memory_info().rss / 1e6, service.memory_info().rss / 1e6
            due = [] if is_over else due[1:]
    return seen


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


@contextmanager
def _collecting() -> Iterator[list[float]]:
    """Milliseconds of each collection of garbage."""
    took_ms, began = [0.0], 0.0

    def told(phase: str, _: object) -> None:
        nonlocal began
        if phase == "start":
            began = time.perf_counter()
        else:
            took_ms.append(1000 * (time.perf_counter() - began))

    gc.callbacks.append(told)
    try:
        yield took_ms
    finally:
        gc.callbacks.remove(told)


@asynccontextmanager
async def _beating() -> AsyncIterator[tuple[list[float], list[float], list[float]]]:
    """Milliseconds by which each nap took longer than asked; which it computed, and waited for a core."""
    late_ms, computing_ms, queued_ms = list[float](), list[float](), list[float]()

    async def beat() -> None:
        while True:
            began, computed, queued = time.monotonic(), time.thread_time(), _queued_s()
            await asyncio.sleep(NAP_S)
            late_ms.append(1000 * (time.monotonic() - began - NAP_S))
            computing_ms.append(1000 * (time.thread_time() - computed))
            queued_ms.append(1000 * (_queued_s() - queued))

    beating = asyncio.create_task(beat(), name="pulse")
    try:
        yield late_ms, computing_ms, queued_ms
    finally:
        beating.cancel()


def _queued_s() -> float:
    """For how long in all this thread has been ready without a core, as Linux counts it."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e9


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
