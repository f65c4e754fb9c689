"""What a process holds is its own for as long as it renews it, by its own clock, and no longer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.broadcast.errors import NotStoredError
from bot.broadcast.owning.lease import GONE_AFTER_S, LEASE_S, OWN_FOR_S, RENEWED_EVERY_S
from bot.broadcast.owning.owning import Owning
from tests.broadcast.relay.service import TurnedClock, settle
from tests.support.leases import MemoryLeases, member

SHARDS = {"shard:0", "shard:1"}


class Run:
    """Processes that share leases, each with a clock of its own."""

    def __init__(self) -> None:
        self.clock = TurnedClock()
        self.leases = MemoryLeases(self.clock.steady)
        self.lost: list[str] = []

    @asynccontextmanager
    async def process(self, name: str, clock: TurnedClock | None = None) -> AsyncIterator[Owning]:
        clock = clock or self.clock
        async with Owning(self.leases.book(name), clock, lambda: member(name)) as owning:
            owning.lost.listen(lambda lost: self.lost.append(f"{name}: {lost}"))
            yield owning

    async def turn(self, seconds: float) -> None:
        """Second by second."""
        for _ in range(round(seconds)):
            await self.clock.turn(1.0)
            await settle()


@pytest.fixture
def run() -> Run:
    return Run()


async def test_what_is_held_is_renewed(run: Run) -> None:
    """For hours; nobody else has it meanwhile."""
    async with run.process("a") as a, run.process("b") as b:
        assert await a.take(SHARDS) == SHARDS
        for _ in range(20):
            await run.turn(RENEWED_EVERY_S)
            assert a.holds("shard:0")
            assert await b.take(SHARDS) == set()
    assert not run.lost


async def test_who_leaves_gives_all_back_at_once(run: Run) -> None:
    async with run.process("b") as b:
        async with run.process("a") as a:
            await a.take(SHARDS)
        assert await b.take(SHARDS) == SHARDS
        assert [each.id for each in (await run.leases.book("b").standing()).members] == ["b"]


async def test_what_is_given_back_is_the_next_ones_and_no_loss(run: Run) -> None:
    async with run.process("a") as a, run.process("b") as b:
        await a.take(SHARDS)
        await a.give_back(["shard:0", "shard:9"])
        assert (a.holds("shard:0"), a.holds("shard:1")) == (False, True)
        assert await b.take(SHARDS) == {"shard:0"}
        await run.turn(2 * LEASE_S)
        assert (b.holds("shard:0"), a.holds("shard:1")) == (True, True)
    assert not run.lost


async def test_nothing_is_done_with_what_could_not_be_renewed_for_ten_seconds(run: Run) -> None:
    """Counted from the start of the last renewal that went well; it comes back with the next one."""
    async with run.process("a") as a:
        await a.take(SHARDS)
        run.leases.is_away = True
        await run.turn(OWN_FOR_S - 1)
        assert a.holds("shard:0")
        await run.turn(1)
        assert not a.holds("shard:0")
        assert a.fence_of("shard:0") == 1, "what has happened may still be stored"
        run.leases.is_away = False
        await run.turn(1)
        assert a.holds("shard:0")
    assert not run.lost


async def test_what_is_taken_and_each_try_to_renew_it_is_told(run: Run) -> None:
    """With what was in the way, if something was."""
    async with run.process("a") as a:
        taken: list[str] = []
        tries: list[bool] = []
        a.taken.listen(taken.append)
        a.renewals.listen(lambda one: tries.append(one.error is None))
        await a.take(SHARDS)
        await a.take(SHARDS)
        await run.turn(RENEWED_EVERY_S)
        run.leases.is_away = True
        await run.turn(RENEWED_EVERY_S)
        assert (sorted(taken), tries) == (sorted(SHARDS), [True, False])
        run.leases.is_away = False


@pytest.mark.parametrize("later_s", range(round(RENEWED_EVERY_S)))
async def test_the_database_may_be_away_for_ten_seconds(run: Run, later_s: int) -> None:
    """A restart, or a failover: whenever it begins, nothing is lost by it."""
    async with run.process("a") as a:
        await a.take(SHARDS)
        await run.turn(later_s)
        run.leases.is_away = True
        await run.turn(10)
        run.leases.is_away = False
        await run.turn(1)
        assert a.holds("shard:0")
    assert not run.lost


async def test_a_server_that_never_answers_keeps_nobody_from_knowing_that_they_lost(run: Run) -> None:
    """What was taken first of all is watched from that moment on."""
    async with run.process("a") as a:
        await run.turn(RENEWED_EVERY_S)
        await a.take(SHARDS)
        run.leases.answers = asyncio.Event()
        await run.turn(GONE_AFTER_S)
        assert sorted(run.lost) == ["a: shard:0", "a: shard:1"]
        run.leases.answers.set()


async def test_what_could_not_be_renewed_is_lost_before_anybody_else_can_have_it(run: Run) -> None:
    """All of it, and it stays lost when the database is back."""
    async with run.process("a") as a:
        await a.take(SHARDS)
        run.leases.is_away = True
        await run.turn(GONE_AFTER_S)
        assert sorted(run.lost) == ["a: shard:0", "a: shard:1"]
        assert a.fence_of("shard:0") is None
        run.leases.is_away = False
        assert run.leases.owner("shard:0") == "a", "nobody could have had it"
        await run.turn(2)
        assert not a.holds("shard:0")
        assert run.leases.owner("shard:0") is None
        assert await a.take(SHARDS) == SHARDS
        assert a.fence_of("shard:0") == 2


async def test_who_was_stopped_knows_it_when_they_wake(run: Run) -> None:
    """For twenty seconds: before anything else runs they hold nothing."""
    stopped = TurnedClock()
    async with run.process("b") as b, run.process("a", stopped) as a:
        await a.take(SHARDS)
        await run.turn(LEASE_S)
        assert await b.take(SHARDS) == SHARDS
        stopped._steady += 20
        assert not a.holds("shard:0")
        await stopped.turn(0)
        await settle()
        assert sorted(run.lost) == ["a: shard:0", "a: shard:1"]
        assert b.fence_of("shard:0") == 2


async def test_a_renewal_whose_answer_came_late_is_worth_what_is_left_of_it(run: Run) -> None:
    """The lease began before the answer did."""
    async with run.process("a") as a:
        await a.take(SHARDS)
        run.leases.answers = asyncio.Event()
        await run.turn(RENEWED_EVERY_S + OWN_FOR_S)
        late, run.leases.answers = run.leases.answers, asyncio.Event()  # and so comes the next one
        late.set()
        await settle()
        assert not a.holds("shard:0")
        assert not run.lost
        run.leases.answers.set()


async def test_one_lease_that_somebody_took_is_lost_alone(run: Run) -> None:
    """A renewal says so; or a write does, that was refused."""
    async with run.process("a") as a:
        await a.take([*SHARDS, "house"])
        run.leases.give("shard:0", "b")
        await run.turn(RENEWED_EVERY_S)
        assert run.lost == ["a: shard:0"]
        a.is_taken("house", 7)
        assert a.holds("house"), "that was of an earlier time"
        a.is_taken("house", 1)
        assert run.lost == ["a: shard:0", "a: house"]
        assert a.holds("shard:1")


async def test_what_is_about_to_be_stored_or_deleted_is_missed_by_no_renewal(run: Run) -> None:
    """A broadcast's lease comes with its first row, and goes with its last state."""
    async with run.process("a") as a:
        a.begins("broadcast:b", 1)
        await run.turn(RENEWED_EVERY_S)
        assert a.fence_of("broadcast:b") == 1
        run.leases.give("broadcast:b", "a")
        a.settled("broadcast:b", is_held=True)
        await run.turn(RENEWED_EVERY_S)
        assert a.holds("broadcast:b")
        a.ends("broadcast:b")
        run.leases.forget("broadcast:b")
        await run.turn(RENEWED_EVERY_S)
        assert a.holds("broadcast:b")
        a.settled("broadcast:b", is_held=False)
        assert not a.holds("broadcast:b")
    assert not run.lost


async def test_what_could_not_be_stored_is_nobodys(run: Run) -> None:
    async with run.process("a") as a:
        a.begins("broadcast:b", 1)
        a.settled("broadcast:b", is_held=False)
        assert not a.holds("broadcast:b")
    assert not run.lost


async def test_a_member_that_cannot_reach_the_database_at_the_start_does_not_start(run: Run) -> None:
    run.leases.is_away = True
    with pytest.raises(NotStoredError):
        async with run.process("a"):
            pass
