"""Several bots as processes of their own, on one PostgreSQL, in a Discord of four shards."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from bot.local.discord.people.views import SeenMessage
from tests.e2e.conftest import API_KEY, WAIT_S, House, free_port, until_healthy
from tests.support.postgres import EMPTY, Postgres, empty_postgres, postgres
from tests.support.processes import Program, python_m_bot

__all__ = ["empty_postgres", "postgres"]

SHARDS = 4
LEASE_S = 15.0
TAKEN_OVER_S = LEASE_S + WAIT_S
"""Until what a killed process had is elsewhere: so its leases have run out, on a busy machine."""


@dataclass
class Cluster:
    """`channels` are the #broadcasts of four servers, one on each shard; the first is that at home."""

    house: House
    url: str
    channels: list[int]
    ports: dict[int, int] = field(default_factory=dict)
    """Of each process's pages, by its ID."""

    @asynccontextmanager
    async def bot(self, **changes: str) -> AsyncIterator[Program]:
        """One of them, that is up; killed if the test leaves it running."""
        port = free_port()
        environment = {
            "DISCORD_TOKEN": self.house.discord.token,
            "DISCORD_API_URL": self.house.discord.api_url,
            "DISCORD_GATEWAY_URL": self.house.discord.gateway_url,
            "ODYSSEY_API_KEY": API_KEY,
            "ODYSSEY_API_URL": self.house.standin.url,
            "DATABASE_URL": self.url,
            "CLUSTER": "true",
            "WEB_PORT": str(port),
            **changes,
        }
        async with python_m_bot("run", cwd=self.house.directory, **environment) as process:
            self.ports[process.pid] = port
            await until_healthy(f"http://127.0.0.1:{port}/healthz")
            yield process

    @asynccontextmanager
    async def bots(self, count: int) -> AsyncIterator[list[Program]]:
        """As many, each with its share of the shards."""
        async with AsyncExitStack() as stack:
            started = await asyncio.gather(*(stack.enter_async_context(self.bot()) for _ in range(count)))
            await self.until(lambda: set(self.owners().values()) == {each.pid for each in started})
            await self.until(lambda: len(self.owners()) == len(self.house.discord.shards) == SHARDS)
            yield started

    def known(self, query: str) -> list[tuple[Any, ...]]:
        """What the database knows."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def owners(self) -> dict[int, int]:
        """Which process has which shard."""
        return {
            int(name.removeprefix("shard:")): pid
            for name, pid in self.held().items()
            if name.startswith("shard:")
        }

    def held(self) -> dict[str, int]:
        """Each lease that holds, and whose it is."""
        found = self.known(
            "SELECT leases.name, members.name FROM leases JOIN members ON members.id = owner "
            "WHERE leases.until > clock_timestamp() AT TIME ZONE 'UTC'"
        )
        return {name: self._process_in(member) for name, member in found}

    def owner_of(self, channel: int) -> int:
        """Which process has the server with this channel."""
        guild_id = self.house.discord.world.guild_of(channel)
        assert guild_id is not None
        return self.owners()[(guild_id >> 22) % SHARDS]

    async def until(self, holds: Any, *, within_s: float = WAIT_S) -> None:
        """Returns when it has come to hold."""
        async with asyncio.timeout(within_s):
            while not holds():
                await asyncio.sleep(0.1)

    async def shown(self, text: str, channel: int, *, as_user: str = "mika") -> SeenMessage:
        """The message in that channel that has this text, as soon as there is one."""
        return await self.house.discord.wait_for_message(
            channel, lambda message: text in message.text, timeout_s=TAKEN_OVER_S, as_user=as_user
        )

    async def live_broadcast(self, channel: int, prompt: str = "A harbour") -> SeenMessage:
        """Mika's broadcast there, live; returns its panel."""
        await self.house.discord.user("mika").slash(channel, "odyssey start", prompt=prompt)
        return await self.shown("🔴 Live", channel)

    async def steered(self, channel: int, prompt: str) -> None:
        """Robin has something happen there, and it does."""
        answer = await self.house.discord.user("robin").slash(channel, "odyssey say", prompt=prompt)
        assert answer.failed is None
        await self.shown(f"Applied: {prompt}", channel, as_user="robin")

    def _process_in(self, name: str) -> int:
        return next(pid for pid in self.ports if str(pid) in name)


async def kill(process: Program) -> None:
    """SIGKILL."""
    process.send_signal(signal.SIGKILL)
    await process.communicate()


@pytest.fixture
def url(empty_postgres: Postgres) -> Iterator[str]:
    """A database at the newest schema."""
    with empty_postgres.database(EMPTY) as made:
        yield made


@pytest.fixture
async def cluster(house: House, url: str) -> Cluster:
    """With nobody in it yet."""
    house.discord.starts.shards = house.discord.starts.max_concurrency = SHARDS
    elsewhere = [house.discord.add_server(f"Server {number}") for number in range(2, SHARDS + 1)]
    return Cluster(house, url, [house.discord.channel("broadcasts"), *elsewhere])
