"""Leases on a real PostgreSQL: by its clock, one owner for each, and nobody waits for anybody."""

import asyncio
from dataclasses import replace

import psycopg
import pytest

from bot.broadcast.errors import NotStoredError
from bot.broadcast.owning.directory import Held, LeaseBook
from bot.storage.leases import DatabaseLeases
from tests.storage.cluster import Cluster, cluster
from tests.support.leases import member

__all__ = ["cluster"]

SHARDS = ["shard:0", "shard:1", "shard:2"]
HELD = dict.fromkeys(SHARDS, 1)


async def test_a_lease_has_one_owner_until_it_runs_out(cluster: Cluster) -> None:
    """Then whoever comes first has it, with a higher fence."""
    async with cluster.book("a") as a, cluster.book("b") as b:
        assert await a.take(SHARDS) == dict.fromkeys(SHARDS, 1)
        assert await b.take([*SHARDS, "house"]) == {"house": 1}
        cluster.run_out("shard:1")
        assert await b.take(SHARDS) == {"shard:1": 2}
        assert await a.renew(member("a"), {}, HELD) == ["shard:1"]


async def test_of_many_who_want_the_same_one_has_it(cluster: Cluster) -> None:
    """All at once, many times, on leases that are there and such as are not."""
    async with cluster.book("a") as a, cluster.book("b") as b, cluster.book("c") as c:
        for round_ in range(10):
            names = [f"shard:{number}" for number in range(round_, round_ + 20)]
            taken = await asyncio.gather(*(each.take(names) for each in (a, b, c)))
            owned = [name for theirs in taken for name in theirs]
            assert len(owned) == len(set(owned))
            cluster.run_out(*names)


async def test_a_renewal_makes_it_last_for_fifteen_seconds_more(cluster: Cluster) -> None:
    """By the server's clock, with the size of a shard; and the process is there for as long."""
    async with cluster.book("a") as a:
        await a.take(SHARDS)
        cluster.execute("UPDATE leases SET until = until - interval '12 s'")
        told = replace(member("a"), guilds=12, is_draining=True)
        assert await a.renew(told, {"shard:1": 12}, dict.fromkeys(SHARDS[:2], 1)) == []
        left = "extract(epoch FROM until - clock_timestamp() AT TIME ZONE 'UTC')::int"
        assert cluster.rows(f"SELECT name, size, {left} FROM leases ORDER BY name") == [
            ("shard:0", 0, 15),
            ("shard:1", 12, 15),
            ("shard:2", 0, 3),
        ]
        assert cluster.rows(f"SELECT id, guilds, is_draining, {left} FROM members") == [("a", 12, True, 15)]
        await a.renew(member("a"), {}, HELD)
        assert cluster.rows("SELECT size FROM leases WHERE name = 'shard:1'") == [(12,)]


async def test_what_ran_out_is_renewed_as_long_as_nobody_took_it(cluster: Cluster) -> None:
    async with cluster.book("a") as a, cluster.book("b") as b:
        await a.take(SHARDS)
        cluster.run_out(*SHARDS)
        assert await a.renew(member("a"), {}, HELD) == []
        assert await b.take(SHARDS) == {}


async def test_what_is_given_back_is_there_at_once(cluster: Cluster) -> None:
    """What is another one's stays theirs."""
    async with cluster.book("a") as a, cluster.book("b") as b:
        await a.take(SHARDS)
        await b.give_back(SHARDS)
        assert await b.take(SHARDS) == {}
        await a.give_back(["shard:0"])
        assert await a.renew(member("a"), {}, HELD) == ["shard:0"]
        assert await b.take(SHARDS) == {"shard:0": 2}


async def test_whoever_takes_is_kept_waiting_by_nobody(cluster: Cluster) -> None:
    """Somebody writes under a lease that has run out: it is theirs until that is done."""
    async with cluster.book("a") as a, cluster.book("b") as b:
        await a.take(SHARDS)
        cluster.run_out(*SHARDS)
        with psycopg.connect(cluster.url) as writing:
            writing.execute("SELECT 1 FROM leases WHERE name = 'shard:1' FOR KEY SHARE")
            assert await b.take(SHARDS) == {"shard:0": 2, "shard:2": 2}
        assert await b.take(["shard:1"]) == {"shard:1": 2}


async def test_who_has_what_is_seen_at_one_moment(cluster: Cluster) -> None:
    """Members that are alive, and shards: whose they are, if anybody's, and how large."""
    async with cluster.book("a") as a, cluster.book("b") as b:
        await a.take([*SHARDS, "house", "broadcast:x"])
        await a.renew(member("a"), {"shard:0": 30}, HELD)
        await b.renew(member("b"), {}, {})
        cluster.run_out("shard:2")
        standing = await b.standing()
        assert standing.members == (member("a"), member("b"))
        assert standing.shards == {0: Held("a", 30), 1: Held("a", 0), 2: Held(None, 0)}
        cluster.execute("UPDATE members SET until = until - interval '15 s' WHERE id = 'a'")
        assert (await b.standing()).members == (member("b"),)


async def test_who_leaves_leaves_nothing(cluster: Cluster) -> None:
    async with cluster.book("a") as a, cluster.book("b") as b:
        await a.take(SHARDS)
        await a.renew(member("a"), {}, HELD)
        await a.leave()
        assert (await b.standing()).members == ()
        assert await b.take(SHARDS) == dict.fromkeys(SHARDS, 2)


async def test_what_is_left_of_the_long_gone_is_swept(cluster: Cluster) -> None:
    """Broadcasts' leases and members; a shard's fence is never counted anew."""
    async with cluster.book("a") as a:
        await a.take(["shard:0", "broadcast:old", "broadcast:new"])
        await a.renew(member("a"), {}, {})
        cluster.execute("UPDATE leases SET until = until - interval '2 d' WHERE name <> 'broadcast:new'")
        cluster.execute("UPDATE members SET until = until - interval '2 d'")
        await a.sweep()
        assert cluster.rows("SELECT name FROM leases ORDER BY name") == [("broadcast:new",), ("shard:0",)]
        assert cluster.rows("SELECT id FROM members") == []


async def test_a_server_that_is_away_is_a_reason_and_no_bug(cluster: Cluster) -> None:
    async with cluster.book("a") as a:
        await a.take(SHARDS)
        cluster.execute("ALTER TABLE leases RENAME TO gone")
        with pytest.raises(NotStoredError):
            await a.renew(member("a"), {}, HELD)


async def test_renewals_rewrite_rows_where_they_stand(cluster: Cluster) -> None:
    """No index is written with them: that is why half of each page is free."""
    async with cluster.book("a") as a:
        names = [f"broadcast:{number}" for number in range(200)]
        await a.take(names)
        for _ in range(3):
            await a.renew(member("a"), {}, dict.fromkeys(names, 1))
    cluster.execute("SELECT pg_stat_force_next_flush()")
    [(written, in_place)] = cluster.rows(
        "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'leases'"
    )
    assert isinstance(written, int)
    assert isinstance(in_place, int)
    assert in_place > written * 0.9 > 0


def test_it_is_what_the_domain_asks_for() -> None:
    book: type[LeaseBook] = DatabaseLeases
    assert book
