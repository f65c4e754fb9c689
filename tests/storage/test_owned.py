"""Who owns what, as somebody sees it who only watches."""

import psycopg

from bot.broadcast.owning.lease import LEASE_S
from bot.storage.address import database_address
from bot.storage.postgresql.owned import Watcher
from tests.storage.cluster import Cluster, cluster
from tests.support.leases import member

__all__ = ["cluster"]


async def test_it_is_as_the_rows_say_and_by_the_databases_clock(cluster: Cluster) -> None:
    """Members, leases that hold and such as ran out, and nothing where there is no database."""
    async with cluster.book("a") as a:
        await a.take(["shard:0", "shard:1"])
        await a.renew(member("a"), {"shard:1": 7}, {"shard:0": 1, "shard:1": 1})
        cluster.run_out("shard:0")
        server = database_address(cluster.url).server
        assert server
        async with Watcher(server) as watcher:
            seen = await watcher.look()
            assert seen
            assert seen.members == {"a": member("a").name}
            one, other = seen.leases
            assert (one.name, other.name, other.owner, other.size) == ("shard:0", "shard:1", "a", 7)
            assert [seen.is_held(each) for each in seen.leases] == [False, True]
            assert 0 < (other.until - seen.now).total_seconds() <= LEASE_S
            assert seen.on_air == ()
            with psycopg.connect(cluster.url, autocommit=True) as connection:
                connection.execute("ALTER TABLE leases RENAME TO others")
            assert await watcher.look() is None
