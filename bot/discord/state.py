"""What discord.py remembers of Discord, for shards that come and go."""

import asyncio
from typing import Any

from discord.gateway import DiscordWebSocket
from discord.state import AutoShardedConnectionState

from bot.broadcast.sharding import shard_of
from bot.discord.held_shards import HeldShards


class ShardedState(AutoShardedConnectionState[Any]):
    """As discord.py's, but of each shard by itself: a new session's servers are all that are there.

    discord.py calls a bot of several shards ready once; here `shard_ready` is all that is told.
    """

    held: HeldShards
    """The shards that the bot is on."""

    async def close(self) -> None:
        """Says goodbye, once there is nothing more to show."""
        await super().close()
        await self.held.rest()
        await self.held.close()

    def parse_ready(self, data: Any) -> None:
        shard_id = data["shard"][0]
        self.forget(shard_id)
        if connection := self.held.get(shard_id):
            connection.begun()
        super().parse_ready(data)

    def parse_resumed(self, data: Any) -> None:
        if connection := self.held.get(data["__shard_id__"]):
            connection.resumed()
        super().parse_resumed(data)

    def forget(self, shard_id: int) -> None:
        """Of a shard's servers nothing is known any more. Nobody is told: the bot is in them still."""
        if ready := self._ready_tasks.pop(shard_id, None):
            ready.cancel()
        self._ready_states.pop(shard_id, None)
        for guild in list(self._guilds.values()):
            if shard_of(guild.id, self.shard_count or 1) == shard_id:
                self._remove_guild(guild)
        for nonce, request in list(self._chunk_requests.items()):
            if request.shard_id == shard_id:
                # As it is over, who waits for members would take it that nobody is there.
                for waiting in request.waiters:
                    if not waiting.done():
                        waiting.set_exception(ConnectionResetError(f"shard {shard_id} was lost"))
                del self._chunk_requests[nonce]

    def coming(self) -> list[asyncio.Task[None]]:
        """The tasks that wait for servers to be told of."""
        return list(self._ready_tasks.values())

    def _update_references(self, ws: DiscordWebSocket) -> None:
        super()._update_references(ws)
        if connection := self.held.get(ws.shard_id or 0):
            connection.opened(ws)
