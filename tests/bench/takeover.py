"""A cluster of three: when fifty broadcasts of a killed process are on air again, and what an upgrade costs.

The bots, PostgreSQL and the local Discord are real; the service sends one clip to all.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from bot.broadcast.sharding import shard_of
from bot.local.discord.people.views import NotPossibleError
from bot.local.discord.server import LocalDiscord
from tests.bench._bots import bot_process
from tests.bench._clip_service import limited_service
from tests.bench.cluster import server
from tests.e2e.conftest import free_port, until_healthy
from tests.odyssey.service import API_KEY

SHARDS, PROCESSES = 4, 3
BROADCASTS = int(os.environ.get("BROADCASTS", "50"))
"""Of the process that is killed."""
ON_AIR_WITHIN_S, GAP_S = 20.0, 5.0
STEERED = 6
"""Broadcasts of the rolling restart, each said something to every second."""
WAIT_S = 120.0
FREE = '{"gap_s": 0, "cooldown_s": 0, "line_limit_per_viewer": 50}'
"""Settings of a server in which nothing that is said has to wait long."""
BEGUN = (
    "SELECT broadcast_id, extract(epoch FROM min(started_at) - %s), count(*) FROM streams "
    "WHERE service_id IS NOT NULL AND started_at > %s GROUP BY 1"
)
GAPS = (
    "SELECT extract(epoch FROM b.started_at - a.ended_at) FROM streams a JOIN streams b "
    "ON a.broadcast_id = b.broadcast_id AND b.number = a.number + 1 WHERE b.service_id IS NOT NULL"
)


def main() -> None:
    """`python -m tests.bench takeover`; BROADCASTS sets how many the killed process has."""
    with server() as postgres, limited_service() as (service, _):
        print(f"{'':<62}{'measured':>10}{'target':>10}")
        asyncio.run(_killed(postgres.new_database(), service))
        asyncio.run(_restarted(postgres.new_database(), service))


@dataclass
class Cluster:
    """Bots on one database, and a Discord whose servers are spread over the shards."""

    discord: LocalDiscord
    database: str
    service: str
    bots: dict[int, asyncio.subprocess.Process] = field(default_factory=dict)
    """By process."""

    @asynccontextmanager
    async def bot(self) -> AsyncIterator[asyncio.subprocess.Process]:
        port = str(free_port())
        settings = {
            "DATABASE_URL": self.database,
            "CLUSTER": "true",
            "ON_STOP": "hand-over",
            "CONCURRENT_STREAMS": "200",
            "WEB_PORT": port,
        }
        running = bot_process(self.discord, self.service, API_KEY, "bot", "run", **settings)
        async with running as process:
            await until_healthy(f"http://127.0.0.1:{port}/healthz")
            self.bots[process.pid] = process
            yield process

    def known(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database) as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    def shards(self) -> dict[int, int]:
        """Of each shard that is held, whose it is."""
        found = self.known(
            "SELECT l.name, m.name FROM leases l JOIN members m ON m.id = l.owner "
            "WHERE l.name LIKE 'shard:%' AND l.until > clock_timestamp() AT TIME ZONE 'UTC'"
        )
        return {int(name.partition(":")[2]): int(owner.rpartition(":")[2]) for name, owner in found}

    async def shared_by(self, count: int) -> None:
        """Returns when so many have all shards, and Discord tells each of its own."""
        async with asyncio.timeout(WAIT_S):
            while len(set(self.shards().values())) != count or len(self.discord.shards) != SHARDS:
                await asyncio.sleep(0.1)
            while sorted(Counter(self.shards().values()).values()) != sorted(_even(count)):
                await asyncio.sleep(0.1)

    async def begun(self, channels: list[int]) -> None:
        """Returns when there is a broadcast on air in each."""
        for number, channel in enumerate(channels):
            await self._do(channel, "odyssey settings", file=("s.json", FREE.encode()))
            await self._do(channel, "odyssey start", prompt=f"A harbour, number {number}")
        async with asyncio.timeout(WAIT_S):
            while self.known("SELECT count(*) FROM broadcasts WHERE state = 'live'") != [(len(channels),)]:
                await asyncio.sleep(0.1)

    async def _do(self, channel: int, command: str, **given: object) -> None:
        async with asyncio.timeout(WAIT_S):
            while True:
                try:
                    await (await self.discord.user("mika").slash(channel, command, **given)).final()
                except NotPossibleError:  # its shard is not connected yet
                    await asyncio.sleep(0.1)
                else:
                    return

    def shard(self, channel: int) -> int:
        return shard_of(self.discord.world.guild_of(channel) or 0, SHARDS)


@asynccontextmanager
async def _opened(database: str, service: str) -> AsyncIterator[Cluster]:
    async with LocalDiscord() as discord:
        discord.starts.shards = discord.starts.max_concurrency = SHARDS
        yield Cluster(discord, database, service)


async def _killed(database: str, service: str) -> None:
    """All broadcasts of one process, which is killed: when each is on air in another one, and how often."""
    async with _opened(database, service) as cluster, AsyncExitStack() as stack:
        channels = [cluster.discord.add_server(f"Server {number}") for number in range(BROADCASTS * SHARDS)]
        for _ in range(PROCESSES):
            await stack.enter_async_context(cluster.bot())
        await cluster.shared_by(PROCESSES)
        owners = cluster.shards()
        [(most, _)] = Counter(owners.values()).most_common(1)
        its = [channel for channel in channels if owners[cluster.shard(channel)] == most][:BROADCASTS]
        await cluster.begun(its)
        [(now,)] = cluster.known("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
        cluster.bots[most].send_signal(signal.SIGKILL)
        began = time.monotonic()
        while len(cluster.known(BEGUN, now, now)) < len(its) and time.monotonic() - began < WAIT_S:
            await asyncio.sleep(0.25)
        await asyncio.sleep(5.0)  # for what would begin twice
        begun = cluster.known(BEGUN, now, now)
    after_s = sorted(float(each) for _, each, _ in begun)
    _row(f"broadcasts of a killed process, of {len(its)} on air again", len(begun), len(its), is_least=True)
    _row("the last of them, s after the kill", after_s[-1], ON_AIR_WITHIN_S)
    _row("half of them", after_s[len(after_s) // 2])
    _row("begun more than once", sum(count > 1 for _, _, count in begun), 0)


async def _restarted(database: str, service: str) -> None:
    """One process after the other is stopped and started again while people talk."""
    async with _opened(database, service) as cluster, AsyncExitStack() as stack:
        channels = [cluster.discord.add_server(f"Server {number}") for number in range(STEERED)]
        bots = [await stack.enter_async_context(cluster.bot()) for _ in range(PROCESSES)]
        await cluster.shared_by(PROCESSES)
        await cluster.begun(channels)
        said = list[str]()
        talking = asyncio.create_task(_talk(cluster, channels, said), name="chat")
        for bot in bots:
            await asyncio.sleep(5.0)
            bot.send_signal(signal.SIGTERM)
            await bot.wait()
            await stack.enter_async_context(cluster.bot())
            await cluster.shared_by(PROCESSES)
        talking.cancel()
        async with asyncio.timeout(WAIT_S):
            while cluster.known("SELECT count(*) FROM suggestions WHERE settled_at IS NULL") != [(0,)]:
                await asyncio.sleep(0.25)
        stored = Counter(prompt for (prompt,) in cluster.known("SELECT prompt FROM suggestions"))
        gaps = [float(gap) for (gap,) in cluster.known(GAPS)]
    _row(f"rolling restart of all three: said {len(said)}, lost", sum(not stored[each] for each in said), 0)
    _row("stored more than once", sum(count > 1 for count in stored.values()), 0)
    _row(f"the longest of {len(gaps)} gaps between two streams, s", max(gaps), GAP_S)


async def _talk(cluster: Cluster, channels: list[int], said: list[str]) -> None:
    people = itertools.cycle(cluster.discord.users)
    for number in itertools.count():
        for channel in channels:
            prompt = f"idea {number} of {channel}"
            said.append(prompt)
            await next(people).send(channel, f"!{prompt}")
            await asyncio.sleep(1.0 / len(channels))


def _even(count: int) -> list[int]:
    return [SHARDS // count + (each < SHARDS % count) for each in range(count)]


def _row(name: str, value: float, target: float | None = None, *, is_least: bool = False) -> None:
    told = "" if target is None else f"{'>=' if is_least else '<='} {target:g}"
    is_met = target is None or (value >= target if is_least else value <= target)
    print(
        f"{name:<62}{value:>10.2f}{told:>10}{'' if target is None else '  ok' if is_met else '  short'}",
        flush=True,
    )
