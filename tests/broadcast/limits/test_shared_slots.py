"""Slots that several processes share: one of them dies, hands over, or comes back too late."""

import asyncio
import random
from contextlib import AsyncExitStack

import pytest

from bot.broadcast.limits.shared_claims import CLAIMED_S, KEPT_S
from tests.broadcast.limits.houses import Asked, House, Open, asking, ended, in_database, in_memory, who_went
from tests.support.postgres import EMPTY, Postgres

pytestmark = pytest.mark.parametrize("how", ["in memory", "in a database"], indirect=True)

GONE_S = CLAIMED_S + 1
"""After so long others take over."""


@pytest.fixture
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_who_goes_on_with_a_broadcast_has_its_slot_and_its_place(opened: Open) -> None:
    """Its process was killed: until it is taken over nobody has its slot, and then it is where it was."""
    house = await opened(1)
    held, waited = Asked(house.pools[0], "held"), Asked(house.pools[0], "waited")
    await house.settle()
    other = Asked(house.pools[1], "other")
    await house.settle()
    house.books[0].is_away = True
    await house.turn(GONE_S)
    await house.look()
    assert not other.went()
    assert other.slot.place == 1, "who waited in the process that is gone is passed over"
    waited_again = Asked(house.pools[2], "waited", is_taken_up=True)
    held_again = Asked(house.pools[1], "held", is_taken_up=True)
    await house.settle()
    assert held_again.went()
    assert (waited_again.slot.place, other.slot.place) == (1, 2)
    await ended(held_again)
    await house.settle()
    assert (waited_again.went(), other.went()) == (True, False)
    await ended(waited_again)
    await house.settle()
    assert other.went()
    await ended(other, held, waited)


async def test_what_nobody_goes_on_with_is_free(opened: Open) -> None:
    """A while after its process was last heard of."""
    house = await opened(1)
    [held, other] = await asking(house, 2)
    house.books[0].is_away = True
    await house.turn(CLAIMED_S)
    assert not other.went()
    await house.turn(KEPT_S)
    await house.look()
    assert other.went()
    await ended(held, other)


async def test_who_was_stopped_and_woken_has_no_slot_any_more(opened: Open) -> None:
    """Nor takes one from anybody: what it gives up is not what others have by now."""
    house = await opened(1)
    [held, other] = await asking(house, 2)
    house.books[0].is_away = True
    await house.turn(CLAIMED_S + KEPT_S)
    await house.look()
    assert other.went()
    third = Asked(house.pools[2], "third")
    await house.settle()
    house.books[0].is_away = False
    held.again()
    await house.turn(5)
    assert not third.went()
    await ended(held)
    await house.turn(5)
    assert (third.went(), third.slot.place) == (False, 1)
    await ended(other)
    await house.settle()
    assert third.went()
    await ended(third)


async def test_what_is_handed_over_is_kept_for_who_goes_on(opened: Open) -> None:
    """A shard moves: nobody passes its broadcasts in between."""
    house = await opened(1)
    held, waited = Asked(house.pools[0], "held"), Asked(house.pools[0], "waited")
    await house.settle()
    other = Asked(house.pools[1], "other")
    await house.settle()
    for each in (held, waited):
        each.task.cancel()
        house.pools[0].hand_over(each.slot)
    await house.turn(5)
    assert not other.went()
    again = [Asked(house.pools[2], name, is_taken_up=True) for name in ("held", "waited")]
    await house.settle()
    assert who_went(again) == [0]
    assert (again[1].slot.place, other.slot.place) == (1, 2)
    await ended(again[0])
    await house.settle()
    assert (again[1].went(), other.went()) == (True, False)
    await ended(again[1])
    await house.settle()
    assert other.went()
    await ended(other)


async def test_claims_that_cannot_be_reached_are_waited_for(opened: Open) -> None:
    """Nobody goes without; what was asked for and given up meanwhile is done in that order."""
    house = await opened(1)
    [first] = await asking(house, 1)
    house.books[0].is_away = True
    second = Asked(house.pools[0], "second")
    third = Asked(house.pools[0], "third")
    await first.give_up()
    await house.clock.turn(4)
    assert who_went([second, third]) == []
    await second.give_up()
    house.books[0].is_away = False
    await house.until(third.went)
    await ended(third)


async def test_what_may_have_been_stored_is_not_claimed_twice(opened: Open) -> None:
    """A connection that is lost in the last moment leaves no claim that is nobody's."""
    house = await opened(1)
    answers = iter([False])
    house.books[0].is_answered = lambda: next(answers, True)
    first = Asked(house.pools[0], "first")
    await house.until(first.went)
    second = Asked(house.pools[1], "second")
    await first.give_up()
    await house.settle()
    assert second.went(), "one claim, and it is given up"
    await ended(second)


async def test_nor_is_a_seam(opened: Open) -> None:
    house = await opened(2)
    [first] = await asking(house, 1)
    answers = iter([False])
    house.books[0].is_answered = lambda: next(answers, True)
    until = house.clock.steady() + 5
    waits = asyncio.create_task(house.pools[0].seam(lambda: None, of="broadcast 0", until=until))
    await house.until(waits.done)
    slot = await waits
    if slot:
        house.pools[0].give_up(slot)
    second = Asked(house.pools[1], "second")
    await house.settle()
    assert second.went(), "no claim is nobody's"
    await ended(first, second)


async def test_an_orderly_stop_gives_back_all(opened: Open) -> None:
    """Whatever was given up in the last moment."""
    house = await opened(1)
    [held, other] = await asking(house, 2)
    await held.give_up()
    await house.slots[0].__aexit__(None, None, None)
    await house.settle()
    assert other.went()
    await ended(other)


class Evening:
    """Broadcasts of three processes, of which each may die at any time, and is started again."""

    def __init__(self, house: House, size: int, luck: random.Random) -> None:
        self.house = house
        self.luck = luck
        self.size = size
        self.running: dict[str, tuple[int, Asked]] = {}
        """By name: in which process, in the order in which they asked."""
        self.begun = 0
        self.all: list[Asked] = []

    async def go_on(self) -> None:
        await self.luck.choice([self.ask, self.ask, self.end, self.hand_over, self.die])()
        await self.house.settle()
        self.check()

    def check(self) -> None:
        has = [asked.went() for _, asked in self.running.values()]
        assert sum(has) == min(self.size, len(has)), "no slot is lost, and none is given twice"
        assert sorted(has, reverse=True) == has, "who asked first has one first"

    async def ask(self) -> None:
        self.begun += 1
        self.start(f"broadcast {self.begun}", self.luck.randrange(3), is_taken_up=False)

    async def end(self) -> None:
        if self.running:
            _, asked = self.running.pop(self.luck.choice(list(self.running)))
            await asked.give_up()

    async def hand_over(self) -> None:
        if self.running:
            name = self.luck.choice(list(self.running))
            where, asked = self.running[name]
            asked.task.cancel()
            self.house.pools[where].hand_over(asked.slot)
            await self.house.settle()
            self.start(name, self.luck.randrange(3), is_taken_up=True)

    async def die(self) -> None:
        dead = self.luck.randrange(3)
        lost = [name for name, (where, _) in self.running.items() if where == dead]
        self.house.books[dead].is_away = True
        await self.house.turn(GONE_S)
        for name in lost:
            self.start(name, self.luck.choice([each for each in range(3) if each != dead]), is_taken_up=True)
        await self.house.settle()
        for asked in self.all:
            if asked.pool is self.house.pools[dead]:  # what runs there is ended: it is not its any more
                await asked.give_up()
        self.all = [asked for asked in self.all if asked.pool is not self.house.pools[dead]]
        self.house.books[dead].is_away = False
        await self.house.turn(2)

    def start(self, name: str, where: int, *, is_taken_up: bool) -> None:
        asked = Asked(self.house.pools[where], name, is_taken_up=is_taken_up)
        self.all.append(asked)
        self.running[name] = (where, asked)


async def test_whatever_dies_no_slot_is_lost_and_nobody_passes_anybody(
    how: str, request: pytest.FixtureRequest
) -> None:
    """Whole evenings, each by its own luck."""
    for seed in range(40 if how == "in memory" else 2):
        async with AsyncExitStack() as stack:
            luck = random.Random(seed)
            size = luck.randint(1, 3)
            if how == "in memory":
                house = await stack.enter_async_context(in_memory(size, 0, 3))
            else:
                server: Postgres = request.getfixturevalue("empty_postgres")
                url = stack.enter_context(server.database(EMPTY))
                house = await stack.enter_async_context(in_database(url, size, 0, 3))
            evening = Evening(house, size, luck)
            for _ in range(25):
                await evening.go_on()
            for asked in evening.all:
                await asked.give_up()
            await house.settle()
            assert [pool.held + pool.waiting for pool in house.pools] == [0, 0, 0]
