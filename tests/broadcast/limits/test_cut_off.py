"""Connections that died with an earlier run of the bot may take slots for a while."""

import asyncio

from bot.broadcast.limits.claims import FIRST_PAUSE_S
from bot.broadcast.limits.pool import Slot, StreamPool
from tests.broadcast.relay.service import TurnedClock, settle

A_WHILE = 900.0


def asks(pool: StreamPool, *, is_taken_up: bool = False) -> tuple[Slot, asyncio.Task[None]]:
    """A claim that waits for its turn."""
    slot = pool.claim(lambda: None, is_taken_up=is_taken_up)
    return slot, asyncio.create_task(pool.turn(slot), name="a turn")


async def test_what_fits_beside_them_starts_at_once_and_the_rest_tries_now_and_then() -> None:
    """The service may have noticed by then; it is in line meanwhile, and knows its place."""
    clock = TurnedClock()
    pool = StreamPool(2, clock)
    pool.is_cut_off(clock.steady() + A_WHILE)
    assert pool.dangling == 1
    first, first_turn = asks(pool)
    await first_turn
    pool.there_is_room()
    assert pool.dangling == 1, "of two, one may still be blocked"
    second, second_turn = asks(pool)
    await settle()
    assert (first.place, second.place) == (None, 1)
    await clock.turn(FIRST_PAUSE_S)
    await second_turn
    pool.there_is_room()
    assert pool.dangling == 0, "both began: nothing is blocked"


async def test_a_broadcast_that_is_taken_up_tries_at_once() -> None:
    """It may be its own old connection; turned away, it waits as everybody does."""
    clock = TurnedClock()
    pool = StreamPool(1, clock)
    pool.is_cut_off(clock.steady() + A_WHILE)
    slot, turn = asks(pool, is_taken_up=True)
    await turn
    pool.turned_away(slot)
    again = asyncio.create_task(pool.turn(slot), name="again")
    await settle()
    assert slot.place == 1
    await clock.turn(FIRST_PAUSE_S)
    await again


async def test_what_could_be_left_or_is_too_old_blocks_nothing() -> None:
    """Who waits for it goes at once."""
    clock = TurnedClock()
    pool = StreamPool(1, clock)
    until = clock.steady() + A_WHILE
    pool.is_cut_off(until)
    slot, turn = asks(pool)
    await settle()
    assert slot.place == 1
    pool.is_left(until)
    await turn
    pool.give_up(slot)
    pool.is_cut_off(until)
    await clock.turn(A_WHILE)
    assert pool.dangling == 0
    _, later = asks(pool)
    await settle()
    assert later.done()


async def test_no_seam_takes_what_may_be_blocked() -> None:
    """It can do without."""
    clock = TurnedClock()
    pool = StreamPool(2, clock)
    pool.is_cut_off(clock.steady() + A_WHILE)
    _, turn = asks(pool)
    await turn
    seam = asyncio.create_task(pool.seam(lambda: None, until=clock.steady() + 5), name="a seam")
    await clock.turn(5)
    assert await seam is None
