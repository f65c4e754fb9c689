"""A cluster: a local Discord with four servers on four shards, PostgreSQL, and bots as processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field

import psycopg

from bot.broadcast.sharding import shard_of
from bot.local.discord.people.views import SeenMessage
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.e2e.test_stop import bot_process, environment
from tests.support.processes import Program, python_m_bot

SHARDS = 4


@dataclass
class ClusterHouse:
    """A house whose bots share a database. Each of the channels is in a server on a shard of its own."""

    house: House
    url: str
    channels: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        discord = self.house.discord
        discord.starts.shards, discord.starts.max_concurrency = SHARDS, SHARDS
        self.channels = [discord.channel(CHANNEL)]
        self.channels += [discord.add_server(f"Server {number}") for number in range(1, SHARDS)]

    @asynccontextmanager
    async def bot(self, **changes: str) -> AsyncIterator[Program]:
        """One more process."""
        async with bot_process(self.house, **self._usual | changes) as process:
            try:
                yield process
            except BaseException:
                process.kill()
                print(process.pid, (await process.communicate())[1].decode())  # noqa: T201 - a test that failed
                raise

    def program(self, **changes: str) -> AbstractAsyncContextManager[Program]:
        """The same, which need not come up."""
        return python_m_bot(
            "run", cwd=self.house.directory, **environment(self.house) | self._usual | changes
        )

    @property
    def _usual(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.url,
            "CLUSTER": "true",
            "ON_STOP": "hand-over",
            "CONTINUATION": "sequential",
        }

    async def live(self, channel: int, prompt: str = "A harbour") -> SeenMessage:
        """Mika's broadcast there, live; returns its panel."""
        await self.house.discord.user("mika").slash(channel, "odyssey start", prompt=prompt)
        return await self.seen(channel, "Live")

    async def say(self, channel: int, prompt: str) -> None:
        """Robin suggests something, which is applied."""
        await self.house.discord.user("robin").slash(channel, "odyssey say", prompt=prompt)
        await self.seen(channel, f"Applied: {prompt}", as_user="robin")

    async def say_again(self, channel: int, prompt: str) -> None:
        """The same until it is taken: nobody may have the server yet, or nothing may be stored."""
        robin = self.house.discord.user("robin")
        async with asyncio.timeout(2 * WAIT_S):
            while True:
                with suppress(Exception):
                    answer = await (await robin.slash(channel, "odyssey say", prompt=prompt)).final()
                    if "Nothing can be stored" not in answer.text:
                        break
                await asyncio.sleep(0.5)
        await self.seen(channel, f"Applied: {prompt}", as_user="robin")

    async def seen(self, channel: int, text: str, *, as_user: str = "mika") -> SeenMessage:
        return await self.house.discord.wait_for_message(
            channel, lambda message: text in message.text, timeout_s=WAIT_S, as_user=as_user
        )

    def known(self, query: str) -> list[tuple[object, ...]]:
        """What the database knows."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()

    async def until(
        self, query: str, rows: Sequence[tuple[object, ...]] | None = None, within_s: float = WAIT_S
    ) -> None:
        """Returns when the query finds that; without, anything."""
        found: list[tuple[object, ...]] = []
        try:
            async with asyncio.timeout(within_s):
                while (found := self.known(query)) != rows if rows is not None else not found:
                    await asyncio.sleep(0.05)
                    found = self.known(query)
        except TimeoutError:
            raise AssertionError(f"{query}: {found}") from None

    async def on_air_anew(self, channels: list[int], *, within_s: float) -> None:
        """Returns when each of these has a stream that began after this was asked."""
        [(now,)] = self.known("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
        places = ", ".join(map(str, channels))
        await self.until(
            "SELECT count(DISTINCT channel_id) FROM streams JOIN broadcasts ON broadcasts.id = broadcast_id "
            f"WHERE service_id IS NOT NULL AND streams.started_at > '{now}' AND channel_id IN ({places})",
            [(len(channels),)],
            within_s,
        )

    async def shared_by(self, count: int) -> None:
        """Returns when so many processes have all shards, evenly, and Discord tells each of its own."""
        even = [(SHARDS // count + (each < SHARDS % count),) for each in range(count)]
        await self.until(
            "SELECT count(*) FROM leases WHERE name LIKE 'shard:%' AND owner <> '' "
            "AND until > clock_timestamp() AT TIME ZONE 'UTC' GROUP BY owner ORDER BY 1 DESC",
            even,
        )
        async with asyncio.timeout(WAIT_S):
            while len(self._heard()) < SHARDS:
                await asyncio.sleep(0.05)

    def _heard(self) -> set[int]:
        """The shards that somebody is connected on."""
        sessions = self.house.discord._gateway._connections.values()
        return {session.shard.id for session in sessions if session}

    def had_by(self, process: Program) -> list[int]:
        """The channels in servers that a process has."""
        return [channel for channel in self.channels if self.pid_of(channel) == process.pid]

    def pid_of(self, channel: int) -> int:
        """Of the process that has the server of a channel."""
        guild_id = self.house.discord.world.guild_of(channel)
        assert guild_id is not None
        shard = shard_of(guild_id, SHARDS)
        [(name,)] = self.known(
            f"SELECT m.name FROM leases l JOIN members m ON m.id = l.owner WHERE l.name = 'shard:{shard}'"
        )
        return int(str(name).rpartition(":")[2])
