"""Each member takes its share, gives back what is more, and lets go at once of what it lost."""

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from bot.broadcast.errors import NotStoredError
from bot.broadcast.owning.bell import Ring
from bot.broadcast.owning.directory import Standing
from bot.broadcast.owning.lease import of_broadcast, of_shard
from bot.broadcast.owning.taking import SETTLED_S, Taking
from bot.broadcast.sharding import Shard
from bot.broadcast.telling.listeners import Listeners
from tests.broadcast.relay.service import TurnedClock, settle
from tests.support.leases import MemoryLeases, member

SHARDS = 4


@dataclass
class HeldHands:
    """Notes what is done, and takes as long as a test lets it."""

    done: list[str] = field(default_factory=list)
    has: set[int] = field(default_factory=set)
    may_go_on: asyncio.Event = field(default_factory=asyncio.Event)
    fails: int = 0

    def __post_init__(self) -> None:
        self.may_go_on.set()

    async def take_up(self, shard: Shard) -> None:
        if self.fails:
            self.fails -= 1
            raise NotStoredError(OSError("away"))
        self.done.append(f"take {shard.id}")
        await self.may_go_on.wait()
        self.has.add(shard.id)

    async def hand_over(self, shard: Shard, *, within_s: float) -> Collection[str]:
        self.done.append(f"hand over {shard.id}")
        await self.may_go_on.wait()
        self.has.discard(shard.id)
        return [of_broadcast(f"in {shard.id}")]

    async def drop(self, shard: Shard) -> None:
        self.done.append(f"drop {shard.id}")
        self.has.discard(shard.id)

    async def drop_broadcast(self, broadcast_id: str) -> None:
        self.done.append(f"drop {broadcast_id}")


class SimpleDirectory:
    """Leases that a test takes away."""

    def __init__(self, leases: MemoryLeases, name: str) -> None:
        self.lost = Listeners[str]()
        self.book = leases.book(name)

    def holds(self, name: str) -> bool:
        return True

    async def take(self, names: Collection[str]) -> set[str]:
        return set(await self.book.take(names))

    async def give_back(self, names: Collection[str]) -> None:
        await self.book.give_back(names)


class HandBell:
    """Rings in all members."""

    def __init__(self, bells: "list[HandBell]") -> None:
        self.rung = Listeners[str]()
        self._bells = bells
        bells.append(self)

    def ring(self, what: str) -> None:
        for bell in self._bells:
            if bell is not self:
                bell.rung.tell(what)


@dataclass
class Process:
    name: str
    taking: Taking
    directory: SimpleDirectory
    hands: HeldHands


class Processes:
    """A cluster in memory."""

    def __init__(self) -> None:
        self.clock = TurnedClock()
        self.leases = MemoryLeases(self.clock.steady)
        self._bells: list[HandBell] = []

    @asynccontextmanager
    async def joined(self, name: str) -> AsyncIterator[Process]:
        hands, directory, bell = HeldHands(), SimpleDirectory(self.leases, name), HandBell(self._bells)
        await self.tell(name)

        async def standing() -> Standing:
            return await directory.book.standing()

        async with Taking(
            standing, directory, bell, hands, self.clock, member_id=name, shards=SHARDS
        ) as taking:
            bell.ring(Ring.SHARDS)
            await settle()
            yield Process(name, taking, directory, hands)

    async def tell(self, name: str, *, is_draining: bool = False) -> None:
        """It is there; its leases last for as long as a test."""
        await self.leases.book(name).renew(replace(member(name), is_draining=is_draining), {}, {})
        self.leases.members[name] = self.leases.members[name][0], float("inf")
        for row in self.leases.rows.values():
            row.until = max(row.until, 1e9)

    def owners(self) -> dict[int, str | None]:
        return {shard: self.leases.owner(of_shard(shard)) for shard in range(SHARDS)}


async def test_one_takes_all_and_gives_half_to_the_next() -> None:
    """What is given back is handed over first, with the leases of what ran there."""
    cluster = Processes()
    async with cluster.joined("a") as a:
        assert a.hands.has == {0, 1, 2, 3}
        cluster.leases.give(of_broadcast("in 3"), "a")
        await cluster.tell("a")
        async with cluster.joined("b") as b:
            await cluster.clock.turn(SETTLED_S - 1)
            assert len(a.hands.has) == 4, "whoever comes may go again"
            await cluster.clock.turn(5)
            assert len(a.hands.has) == len(b.hands.has) == 2
            assert a.hands.has | b.hands.has == {0, 1, 2, 3}
            assert {cluster.leases.owner(of_broadcast("in 3"))} <= {None, "a"}
            assert sorted(name or "" for name in cluster.owners().values()) == ["a", "a", "b", "b"]


async def test_who_goes_leaves_each_shard_to_the_others_as_soon_as_it_is_free() -> None:
    """One that is slow holds up none of the others."""
    cluster = Processes()
    async with AsyncExitStack() as stack:
        a = await stack.enter_async_context(cluster.joined("a"))
        b = await stack.enter_async_context(cluster.joined("b"))
        await cluster.clock.turn(10)
        await cluster.tell("a", is_draining=True)
        draining = asyncio.create_task(a.taking.drain(within_s=30), name="drain")
        await settle()
        await draining
        assert a.hands.has == set()
        assert b.hands.has == {0, 1, 2, 3}, "it was rung for: nobody waited for two seconds"
        await cluster.clock.turn(10)
        assert a.taking.held == set()


async def test_what_is_lost_is_let_go_at_once() -> None:
    """Also while it is just taken up; and is taken again when it is free."""
    cluster = Processes()
    async with cluster.joined("a") as a:
        a.hands.may_go_on.clear()
        cluster.leases.give(of_shard(1), "somebody")
        a.directory.lost.tell(of_shard(1))
        a.directory.lost.tell(of_broadcast("x"))
        await settle()
        assert a.hands.done[-2:] == ["drop x", "drop 1"] or {"drop x", "drop 1"} <= set(a.hands.done)
        assert a.taking.held == {0, 2, 3}
        a.hands.may_go_on.set()
        await a.directory.give_back([])
        cluster.leases.rows[of_shard(1)].owner = ""
        await cluster.clock.turn(3)
        assert a.hands.has == {0, 1, 2, 3}


async def test_what_could_not_be_taken_up_is_tried_again() -> None:
    """It is ours, so nobody else does."""
    cluster = Processes()
    async with cluster.joined("a") as a:
        cluster.leases.rows[of_shard(0)].owner = ""
        a.taking.held.discard(0)
        a.hands.fails, a.hands.done = 2, []
        await cluster.clock.turn(6)
        assert a.hands.done == ["take 0"]


async def test_while_the_database_is_away_nothing_moves() -> None:
    """It is no reason to give anything back."""
    cluster = Processes()
    async with cluster.joined("a") as a:
        done = list(a.hands.done)
        cluster.leases.is_away = True
        await cluster.clock.turn(10)
        assert a.hands.done == done
        assert a.taking.held == {0, 1, 2, 3}
