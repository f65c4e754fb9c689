"""Which part of all servers is whose: Discord deals them to shards by their IDs.

https://discord.com/developers/docs/events/gateway#sharding
"""

from dataclasses import dataclass


def shard_of(guild_id: int, count: int) -> int:
    """The shard of a server, of so many."""
    return (guild_id >> 22) % count


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of all servers; by itself it is all of them."""

    id: int = 0
    count: int = 1

    def has(self, guild_id: int) -> bool:
        return shard_of(guild_id, self.count) == self.id
