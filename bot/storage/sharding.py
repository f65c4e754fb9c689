"""What belongs to the servers of a shard, asked of the database."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, literal_column, true

from bot.broadcast.sharding import Shard

_BITS = literal_column("22", Integer)
"""Written into the statement: PostgreSQL shifts by nothing longer than an integer."""


def is_of(shard: Shard | None, guild_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a server belongs to a shard; None is for whoever has all servers. See `Shard.has`."""
    if shard is None:
        return true()
    return guild_id.bitwise_rshift(_BITS) % shard.count == shard.id
