"""What this process does with the servers of a shard that it takes, or lets go."""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from bot.app.cluster.homes import Homes
from bot.app.taking_up import TakingUp
from bot.broadcast.errors import NotStoredError
from bot.broadcast.owning.directory import Directory
from bot.broadcast.owning.lease import of_broadcast
from bot.broadcast.sharding import Shard
from bot.discord.connection import Connection
from bot.storage.faults import is_away
from bot.storage.recovery import left_unfinished

ERRANDS_S = 2.0
"""How long an errand that is just being run may take to come to its end, before others see to it."""

LOOK_S = 2.0
"""How long a look at what is there may take: a shard does not wait for a database that is away."""


class BotsHands:
    """The domain's `Hands`."""

    def __init__(
        self,
        left: TakingUp,
        connection: Connection,
        directory: Directory,
        homes: Homes,
        look: Callable[[], Awaitable[None]],
    ) -> None:
        """`look` returns when all that others have changed until now holds here too."""
        self._left = left
        self._broadcasts = left.broadcasts
        self._outbox = left.outbox
        self._connection = connection
        self._directory = directory
        self._homes = homes
        self._look = look
        self._on: set[int] = set()
        """The shards that Discord is to tell this process of."""

    async def take_up(self, shard: Shard) -> None:
        self._homes.count = shard.count
        self._homes.shards.add(shard.id)
        try:
            await self._look()
            await self._left.take_up(shard, self._directory)
        except Exception as error:
            if is_away(error):
                raise NotStoredError(error) from error
            raise
        # What is said in its chats until they are heard is read then: see `cogs/chat/missed.py`.
        self._on.add(shard.id)
        await self._connection.hold(self._on, of=shard.count)

    async def hand_over(self, shard: Shard, *, within_s: float) -> Collection[str]:
        await self._leave(shard)  # first: what comes later is heard by whoever is next
        running = {
            session.broadcast.id
            for session in self._broadcasts.running
            if shard.has(session.broadcast.channel.guild_id)
        }
        is_its = self._homes.is_of(shard)
        await asyncio.gather(
            self._broadcasts.let_go(shard, within_s=within_s),
            self._outbox.let_go(is_its, within_s=ERRANDS_S),
        )
        self._homes.shards.discard(shard.id)
        await self._outbox.let_go(is_its)  # of what came to its end meanwhile
        return {of_broadcast(each) for each in running | await self._unfinished(shard)}

    async def drop(self, shard: Shard) -> None:
        self._homes.shards.discard(shard.id)
        await asyncio.gather(
            self._broadcasts.let_go(shard, is_lost=True),
            self._outbox.let_go(self._homes.is_of(shard)),
            self._leave(shard),
        )
        # One may be ours still: whoever has the shard would wait for it.
        await self._directory.give_back([of_broadcast(each) for each in await self._unfinished(shard)])

    async def drop_broadcast(self, broadcast_id: str) -> None:
        self._broadcasts.depose(broadcast_id)

    async def look_for_errands(self) -> None:
        """Others may have left some that are ours. Raises what the store raises."""
        for shard in sorted(self._on):
            await self._outbox.load(Shard(shard, self._homes.count))

    async def _unfinished(self, shard: Shard) -> set[str]:
        """What was taken there, whether or not it came to run: nobody else could take it up."""
        try:
            async with asyncio.timeout(LOOK_S):
                return await left_unfinished(self._left.database, of=shard)
        except Exception as error:
            if is_away(error):  # for longer, and what is ours runs out
                return set()
            raise

    async def _leave(self, shard: Shard) -> None:
        self._on.discard(shard.id)
        await self._connection.hold(self._on, of=shard.count)
