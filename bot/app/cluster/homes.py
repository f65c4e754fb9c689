"""Which servers are this process's, and in which of them broadcasts are."""

from collections import OrderedDict
from collections.abc import Callable

from bot.broadcast.model import Broadcast
from bot.broadcast.owning.lease import of_guild
from bot.broadcast.sharding import Shard, shard_of
from bot.broadcast.telling.errand import Errand
from bot.storage.connections import Database
from bot.storage.outbox import DatabaseOutbox
from bot.storage.writer import Writer

REMEMBERED = 50_000
"""Broadcasts of which it is known where they are."""


class Homes:
    """As far as this process had to do with them."""

    def __init__(self) -> None:
        self.shards = set[int]()
        """Those that are this process's: until all in them has left off."""
        self.count = 1
        """Into how many servers are divided, once there is one of these."""
        self._servers: OrderedDict[str, int] = OrderedDict()

    def has(self, guild_id: int) -> bool:
        """Whether a server is this process's."""
        return shard_of(guild_id, self.count) in self.shards

    def has_errand(self, errand: Errand) -> bool:
        """Whether an errand is, as far as is known."""
        server = self.server_of(errand)
        return server is not None and self.has(server)

    def told(self, thing: object) -> None:
        """Something is stored."""
        if isinstance(thing, Broadcast):
            self.note(thing.id, thing.channel.guild_id)

    def note(self, broadcast_id: str, guild_id: int) -> None:
        self._servers[broadcast_id] = guild_id
        self._servers.move_to_end(broadcast_id)
        if len(self._servers) > REMEMBERED:
            self._servers.popitem(last=False)

    def server_of(self, errand: Errand) -> int | None:
        """Whose it is; None if that is not known here. See `DatabaseOutbox.errands`."""
        if errand.guild_id is None and errand.broadcast_id is not None:
            return self._servers.get(errand.broadcast_id)
        return errand.guild_id or 0

    def is_of(self, shard: Shard) -> Callable[[Errand], bool]:
        """Whether an errand belongs to a shard's servers."""

        def is_its(errand: Errand) -> bool:
            server = self.server_of(errand)
            return server is not None and shard.has(server)

        return is_its


class HomedOutbox(DatabaseOutbox):
    """Learns where broadcasts are by what is owed for them."""

    def __init__(self, database: Database, writer: Writer, homes: Homes) -> None:
        super().__init__(database, writer)
        self._homes = homes

    def lease_of(self, errand: Errand) -> str | None:
        server = self._homes.server_of(errand)
        return None if server is None else of_guild(server, self._homes.count)

    async def errands(self, of: Shard | None = None) -> list[Errand]:
        found = await super().errands(of)
        for errand in found:
            if errand.broadcast_id is not None and errand.guild_id:
                self._homes.note(errand.broadcast_id, errand.guild_id)
        return found
