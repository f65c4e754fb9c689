"""Slots of an account: one contract, for a process alone, and for several that share it."""

import asyncio

from bot.broadcast.limits.claims import FIRST_PAUSE_S
from bot.broadcast.limits.pool import Pool, Slot
from tests.broadcast.limits.houses import Asked, House, Open, asking, ended, who_went

A_WHILE = 900.0


async def test_they_go_in_the_order_in_which_they_asked(opened: Open) -> None:
    """Whoever that is, and wherever: never more than there are slots, and each knows its place."""
    house = await opened(2)
    asked = await asking(house, 6)
    assert who_went(asked) == [0, 1]
    assert [each.slot.place for each in asked] == [None, None, 1, 2, 3, 4]
    for number in range(4):
        await asked[number].give_up()
        await house.settle()
        assert who_went(asked[: number + 3]) == list(range(number + 3))
        assert [each.slot.place for each in asked[number + 3 :]] == list(range(1, 4 - number))
    assert asked[5].places == [4, 3, 2, 1, None]
    await ended(*asked[4:])


async def test_who_gives_up_in_line_lets_others_move_up(opened: Open) -> None:
    house = await opened(1)
    asked = await asking(house, 4)
    await asked[2].give_up()
    await house.settle()
    assert [each.slot.place for each in asked] == [None, 1, None, 2]
    await ended(asked[0], asked[1])
    await house.settle()
    assert asked[3].went()
    await ended(asked[3])


async def test_who_is_turned_away_tries_alone_and_ever_more_seldom(opened: Open) -> None:
    """The others wait meanwhile, whichever process they are of; with room again all go."""
    house = await opened(3)
    first, second, third = await asking(house, 3)
    assert who_went([first, second, third]) == [0, 1, 2]
    for each in (second, third):
        await each.give_up()
    await house.settle()
    first.again()
    await house.settle()
    second, third = [Asked(house.pools[number], f"later {number}") for number in (1, 2)]
    await house.settle()
    for pause_s in (5, 10, 20, 40, 60, 60):
        await house.turn(pause_s - 0.5)
        assert not first.went()
        await house.turn(0.5)
        assert first.went()
        assert (second.slot.place, third.slot.place) in ((1, 2), (2, 1)), "it tries alone"
        first.again()
        await house.settle()
    assert first.slot.place == 1, "it stands where it stood"
    await house.turn(60)
    assert first.went()
    assert who_went([second, third]) == []
    first.pool.there_is_room()
    await house.settle()
    assert who_went([second, third]) == [0, 1]
    await ended(first, second, third)


async def test_the_end_of_one_of_ours_is_tried_at_once(opened: Open) -> None:
    """Nobody waits for the pause, then."""
    house = await opened(2)
    holds, turned_away = await asking(house, 2)
    turned_away.again()
    await house.settle()
    assert not turned_away.went()
    await holds.give_up()
    await house.settle()
    assert turned_away.went()
    await ended(turned_away)


async def seam(house: House, pool: Pool, within_s: float) -> "asyncio.Task[Slot | None]":
    until = house.clock.steady() + within_s
    task = asyncio.create_task(pool.seam(lambda: None, of="broadcast 0", until=until), name="a seam")
    await house.settle()
    return task


async def test_a_seam_has_what_nobody_waits_for(opened: Open) -> None:
    """What is free it has at once; what comes free only if no start waits for it, and in time."""
    house = await opened(2)
    [first] = await asking(house, 1)
    slot = await (await seam(house, house.pools[0], 5))
    assert slot is not None
    starts = Asked(house.pools[1], "starting")
    waits = await seam(house, house.pools[2], 5)
    house.pools[0].give_up(slot)
    await house.settle()
    assert starts.went()
    assert not waits.done()
    await house.turn(5)
    assert await waits is None
    waits = await seam(house, house.pools[2], 5)
    await starts.give_up()
    await house.settle()
    slot = await waits
    assert slot is not None
    house.pools[2].give_up(slot)
    await ended(first)


async def test_what_is_kept_for_seams_is_for_no_start(opened: Open) -> None:
    house = await opened(2, kept=1)
    first, second = await asking(house, 2)
    assert (first.went(), second.went()) == (True, False)
    slot = await (await seam(house, house.pools[2], 5))
    assert slot is not None
    await first.give_up()  # its next stream is on the slot of the seam
    await house.settle()
    assert not second.went()
    house.pools[2].give_up(slot)
    await house.settle()
    assert second.went()
    await ended(second)


async def test_no_seam_is_tried_while_the_service_is_known_to_be_full(opened: Open) -> None:
    house = await opened(5)
    [first] = await asking(house, 1)
    first.again()
    await house.settle()
    waits = await seam(house, house.pools[1], 1)
    await house.turn(1)
    assert await waits is None
    await house.turn(FIRST_PAUSE_S)
    first.pool.there_is_room()
    slot = await (await seam(house, house.pools[1], 1))
    assert slot is not None
    house.pools[1].give_up(slot)
    await ended(first)


async def test_beside_connections_that_died_starts_are_tried_now_and_then(opened: Open) -> None:
    """What fits beside them starts at once; with as many starts as there are slots, nothing was blocked."""
    house = await opened(2)
    house.pools[0].is_cut_off(house.clock.steady() + A_WHILE)
    await house.settle()
    assert house.pools[0].dangling == 1
    [first] = await asking(house, 1)
    first.pool.there_is_room()
    await house.settle()
    assert house.pools[0].dangling == 1, "of two, one may still be blocked"
    second = Asked(house.pools[1])
    await house.settle()
    waits = await seam(house, house.pools[2], 1)
    assert (first.went(), second.went(), second.slot.place) == (True, False, 1)
    await house.turn(FIRST_PAUSE_S)
    assert second.went()
    assert await waits is None
    second.pool.there_is_room()
    await house.turn(2 * FIRST_PAUSE_S)
    await ended(first, second)


async def test_what_could_be_left_or_is_too_old_blocks_nothing(opened: Open) -> None:
    house = await opened(1)
    until = house.clock.steady() + A_WHILE
    house.pools[0].is_cut_off(until)
    [asked] = await asking(house, 1)
    assert asked.slot.place == 1
    house.pools[0].is_left(until)
    await house.settle()
    assert asked.went()
    await asked.give_up()
    house.pools[1].is_cut_off(house.clock.steady() + 10)
    await house.settle()
    await house.turn(10)
    assert house.pools[1].dangling == 0
    [later] = await asking(house, 1)
    assert later.went()
    await ended(later)


async def test_a_broadcast_that_is_taken_up_tries_at_once(opened: Open) -> None:
    """It may be its own old connection; turned away, it waits as everybody does."""
    house = await opened(1)
    house.pools[0].is_cut_off(house.clock.steady() + A_WHILE)
    await house.settle()
    taken_up = Asked(house.pools[1], "taken up", is_taken_up=True)
    await house.settle()
    assert taken_up.went()
    taken_up.again()
    await house.settle()
    assert (taken_up.went(), taken_up.slot.place) == (False, 1)
    await house.turn(FIRST_PAUSE_S)
    assert taken_up.went()
    await ended(taken_up)


async def test_an_account_may_have_more_or_fewer_slots(opened: Open) -> None:
    """Who holds one keeps it."""
    house = await opened(1)
    asked = await asking(house, 3)
    for pool in {id(pool): pool for pool in house.pools}.values():
        pool.resize(2)
    await house.settle()
    assert who_went(asked) == [0, 1]
    for pool in {id(pool): pool for pool in house.pools}.values():
        pool.resize(1)
    await asked[0].give_up()
    await house.settle()
    assert who_went(asked) == [0, 1]
    await asked[1].give_up()
    await house.settle()
    assert who_went(asked) == [0, 1, 2]
    await ended(asked[2])
