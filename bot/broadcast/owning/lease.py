"""What a process may have to itself, by name, and for how long."""

from bot.broadcast.sharding import shard_of

LEASE_S = 15.0
"""So long a lease lasts, by the database's clock."""
RENEWED_EVERY_S = 3.0
"""So often that the database may be away for ten seconds, whenever that begins, and nothing is lost by it."""
OWN_FOR_S = 10.0
"""Who could not renew for so long, by their own steady clock, does nothing more with what they hold."""
GONE_AFTER_S = LEASE_S - 1.0
"""Who could not for so long lost it, before anybody else can have it. Until then the database may restart."""
FIRST_FENCE = 1
"""Of a lease that is new; each owner has a higher one."""
HOUSE = "house"
"""What only one process does: retention, catching up with the archive, telling commands."""

_SHARD, _BROADCAST = "shard:", "broadcast:"


def of_shard(shard: int) -> str:
    """The lease of all servers of a shard."""
    return f"{_SHARD}{shard}"


def of_guild(guild_id: int, shards: int) -> str:
    """The lease that a server is under, with so many shards."""
    return of_shard(shard_of(guild_id, shards))


def of_broadcast(broadcast_id: str) -> str:
    """The lease of a broadcast that runs."""
    return f"{_BROADCAST}{broadcast_id}"


def shard_in(name: str) -> int | None:
    """Which shard a lease is of; None for one of something else."""
    number = name.removeprefix(_SHARD)
    return int(number) if name.startswith(_SHARD) and number.isdecimal() else None


def broadcast_in(name: str) -> str | None:
    """Which broadcast a lease is of, by its ID; None for one of something else."""
    return name.removeprefix(_BROADCAST) if name.startswith(_BROADCAST) else None
