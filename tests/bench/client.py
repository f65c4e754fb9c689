"""The Odyssey client: what receiving costs, how long calls take, and what many connections leave behind.

Each number is measured in a process of its own on one core, against the scripted service on another. Costs
are ratios to stock aiortc decoding every frame of the same clip: 1280x704, 20 frames a second, a keyframe
each 2 s, 2.5 Mbit/s, encoded once.
"""

import asyncio
import gc
import multiprocessing as mp
import os
import statistics
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import psutil

from bot.odyssey import Odyssey, VideoFrame
from tests.bench._clip_service import CODECS, FPS, clip_service
from tests.bench._stock_client import StockClient
from tests.odyssey.service import API_KEY

T = TypeVar("T")

STREAMS = 3
MEASURE_S = 10.0
SETTLE_S = 2.0
SNAPSHOT_S = 5.0
HELD_STREAMS = 60
CYCLES = 500
WARM_UP = 150
INTERACTIONS = 2000
CONNECTS = 60


def main() -> None:
    """Measures everything (some four minutes) and prints the table."""
    print(f"{'measure':<58}{'value':>12}{'ratio':>8}{'target':>9}  verdict")
    for codec in CODECS:
        measure_cost(codec)
    measure_many()
    measure_cycles()
    measure_calls()
    measure_bad_network()


def measure_cost(codec: str) -> None:
    """CPU seconds for each second of one stream."""
    targets = {"nothing": {"H.264": 0.30, "VP8": 0.20}, "snapshots": {"H.264": 0.33, "VP8": 0.22}}
    with clip_service(codec) as url:
        baseline = in_process(stock_cost, url)
        row(f"{codec}: stock aiortc, every frame decoded", f"{baseline:.4f} s/s", 1.0)
        for mode in ("every frame", "snapshots", "nothing"):
            cost = in_process(client_cost, url, mode)
            name = f"{codec}: {mode}" + (f" each {SNAPSHOT_S:g} s" if mode == "snapshots" else "")
            row(name, f"{cost:.4f} s/s", cost / baseline, most=targets.get(mode, {}).get(codec))


def measure_many() -> None:
    """How many streams one process on one core holds, and the memory of each."""
    with clip_service("H.264") as url:
        slowest, share, each = in_process(hold_many, url)
    row(
        f"{HELD_STREAMS} streams with snapshots on one core: slowest",
        f"{slowest:.1f} f/s",
        slowest,
        least=19.0,
    )
    row("  share of the core that they take", f"{share:.0%}")
    row("  resident memory per further stream", f"{each:.2f} MB", each, most=3.0)


def measure_cycles() -> None:
    """What is left behind by connecting and disconnecting."""
    with clip_service("H.264") as url:
        before, after = in_process(cycle, url)
    for name in before:
        grown = after[name] - before[name]
        most = 1.0 if name == "memory, MB" else 0
        row(f"{CYCLES} connections: {name}, growth after {WARM_UP}", f"{grown:+.1f}", grown, most=most)


def measure_calls() -> None:
    """How long calls take on loopback."""
    with clip_service("H.264") as url:
        interact_ms = in_process(time_interactions, url)
        connect_ms = in_process(time_connects, url)
    p50, p99 = statistics.median(interact_ms), statistics.quantiles(interact_ms, n=100)[98]
    row("interact(), video running: p50", f"{p50:.2f} ms", p50, most=1.5)
    row("interact(), video running: p99", f"{p99:.2f} ms", p99, most=8.0)
    p50 = statistics.median(connect_ms)
    row("connect(): p50", f"{p50:.1f} ms", p50, most=60.0)


def measure_bad_network() -> None:
    """Snapshots through a network that loses 3 % of the packets and sends as many late."""
    for codec in CODECS:
        with clip_service(codec, "lossy") as url:
            gap = in_process(longest_gap, url)
        row(f"{codec}: longest wait for a snapshot (asked each 2 s), 3 % lost", f"{gap:.1f} s", gap, most=6.0)


def row(
    name: str,
    value: str,
    number: float | None = None,
    *,
    most: float | None = None,
    least: float | None = None,
) -> None:
    """Prints one line."""
    ratio = "" if number is None else f"{number:.2f}"
    target = f"<= {most:g}" if most is not None else f">= {least:g}" if least is not None else ""
    verdict = ""
    if number is not None and target:
        met = number <= most if most is not None else least is not None and number >= least
        verdict = "met" if met else "MISSED"
    print(f"{name:<58}{value:>12}{ratio:>8}{target:>9}  {verdict}", flush=True)


def in_process(work: Callable[..., Awaitable[T]], *args: Any) -> T:
    """Runs an async function in a fresh process on the first core."""
    with ProcessPoolExecutor(1, mp_context=mp.get_context("spawn")) as pool:
        result: T = pool.submit(_run, work, args).result()
    return result


def _run(work: Callable[..., Any], args: tuple[Any, ...]) -> Any:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    return asyncio.run(work(*args))


async def stock_cost(url: str) -> float:
    """CPU per stream second, decoding everything with stock aiortc."""
    async with AsyncExitStack() as stack:
        clients = []
        for _ in range(STREAMS):
            credentials = await Odyssey(API_KEY, url).create_client_credentials()
            clients.append(await stack.enter_async_context(StockClient(credentials)))
        return await _cost(lambda: [client.frames for client in clients])


async def client_cost(url: str, mode: str) -> float:
    """CPU per stream second of this client."""
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(await streaming(url, mode)) for _ in range(STREAMS)]
        return await _cost(lambda: [client.video_stats.received for client in clients])


async def streaming(url: str, mode: str) -> Odyssey:
    """A client that receives a stream."""

    async def on_frame(frame: VideoFrame) -> None:
        return

    client = Odyssey(API_KEY, url)
    await client.connect(
        on_video_frame=None if mode == "nothing" else on_frame,
        snapshot_interval_s=SNAPSHOT_S if mode == "snapshots" else None,
    )
    await client.start_stream("", portrait=False)
    return client


async def _cost(frames: Callable[[], list[int]]) -> float:
    await asyncio.sleep(SETTLE_S)
    counts, cpu, began = frames(), time.process_time(), time.perf_counter()
    await asyncio.sleep(MEASURE_S)
    cpu, took_s = time.process_time() - cpu, time.perf_counter() - began
    received = sum(frames()) - sum(counts)
    if received < 0.7 * FPS * STREAMS * took_s:
        raise RuntimeError(f"the machine is too busy: {received / took_s / STREAMS:.1f} frames a second")
    return cpu * FPS / received


async def hold_many(url: str) -> tuple[float, float, float]:
    """The slowest stream's frames a second; the share of the core; MB of each stream after the first ten."""
    process = psutil.Process()
    async with AsyncExitStack() as stack:
        clients: list[Odyssey] = []
        few = 0
        for number in range(HELD_STREAMS):
            if number == 10:
                await asyncio.sleep(2 * SNAPSHOT_S)
                few = process.memory_info().rss
            clients.append(await stack.enter_async_context(await streaming(url, "snapshots")))
        await asyncio.sleep(2 * SNAPSHOT_S)
        counts = [client.video_stats.received for client in clients]
        cpu, began = time.process_time(), time.perf_counter()
        await asyncio.sleep(MEASURE_S)
        took_s = time.perf_counter() - began
        share = (time.process_time() - cpu) / took_s
        slowest = min(c.video_stats.received - n for c, n in zip(clients, counts, strict=True)) / took_s
        many = process.memory_info().rss
    return slowest, share, (many - few) / (HELD_STREAMS - 10) / 1e6


async def cycle(url: str) -> tuple[dict[str, float], dict[str, float]]:
    """What the process holds after the first cycles, which fill caches, and after all of them."""

    def held() -> dict[str, float]:
        gc.collect()
        return {
            "memory, MB": psutil.Process().memory_info().rss / 1e6,
            "tasks": len(asyncio.all_tasks()),
            "threads": threading.active_count(),
            "descriptors": sum(1 for _ in Path("/proc/self/fd").iterdir()),
        }

    client = Odyssey(API_KEY, url)
    before: dict[str, float] = {}
    for number in range(CYCLES):
        await client.connect(on_video_frame=lambda frame: None)
        await client.start_stream("")
        await client.disconnect()
        if number == WARM_UP:
            await asyncio.sleep(0.2)
            before = held()
    await asyncio.sleep(0.2)
    return before, held()


async def time_interactions(url: str) -> list[float]:
    """Milliseconds of each interaction, one after the other, with video running."""
    async with await streaming(url, "nothing") as client:
        await asyncio.sleep(SETTLE_S)
        took = []
        for number in range(INTERACTIONS):
            began = time.perf_counter()
            await client.interact(f"prompt {number}")
            took.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.003)
        return took


async def time_connects(url: str) -> list[float]:
    """Milliseconds of each connect."""
    took = []
    for _ in range(CONNECTS):
        client = Odyssey(API_KEY, url)
        began = time.perf_counter()
        await client.connect()
        took.append((time.perf_counter() - began) * 1000)
        await client.disconnect()
    return took


async def longest_gap(url: str) -> float:
    """The longest time between snapshots that were asked for each 2 s."""
    times = [time.perf_counter()]
    async with Odyssey(API_KEY, url) as client:
        await client.connect(
            on_video_frame=lambda f: times.append(time.perf_counter()), snapshot_interval_s=2
        )
        await client.start_stream("", portrait=False)
        await asyncio.sleep(2 * MEASURE_S)
    return max(later - sooner for sooner, later in zip(times, [*times[1:], time.perf_counter()], strict=True))
