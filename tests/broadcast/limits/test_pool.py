"""The account's concurrent streams as a pool."""

import asyncio
import itertools
from contextlib import AsyncExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.broadcast.errors import WorldError
from bot.broadcast.limits.pool import StreamPool
from bot.broadcast.limits.usage import LimitKind, UsageLimit
from bot.broadcast.model import Channel
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason, State
from tests.broadcast.conftest import CHANNEL, MIKA, Rig, opened_rig, reach, start
from tests.broadcast.fakes import SteppedClock, WaitingClock


async def some_turns() -> None:
    """Whatever can happen without an event happens."""
    for _ in range(30):
        await asyncio.sleep(0)


async def test_a_start_beyond_the_pool_waits_and_then_starts_by_itself(rig: Rig) -> None:
    """It knows its place, which moves up, and its panel hears of it; it can also be ended while it waits."""
    sessions = [await start(rig.broadcasts, Channel(100 + number, 100 + number)) for number in range(5)]
    for session in sessions:
        await reach(session, State.LIVE)
    first = await start(rig.broadcasts, CHANNEL, MIKA, "A dog")
    second = await start(rig.broadcasts, Channel(1, 200), MIKA, "An owl")
    third = await start(rig.broadcasts, Channel(1, 201), MIKA, "A fox")
    await some_turns()
    assert [s.relay.place_in_pool for s in (first, second, third)] == [1, 2, 3]
    rig.audience.heard.clear()
    rig.end()
    await reach(first, State.ENDED)
    assert [s.relay.place_in_pool for s in (second, third)] == [1, 2]
    assert {second.broadcast, third.broadcast} <= {broadcast for broadcast, _ in rig.audience.heard}
    rig.audience.heard.clear()
    rig.end(sessions[0].broadcast.channel)
    await reach(second, State.LIVE)
    assert (second.relay.place_in_pool, third.relay.place_in_pool) == (None, 1)
    assert third.broadcast in {broadcast for broadcast, _ in rig.audience.heard}


async def test_a_place_goes_on_though_the_next_one_gives_it_up_in_the_same_moment(rig: Rig) -> None:
    """One ends, and whoever was to follow gives up in the same turn of the loop: nobody notices either."""
    running = [await start(rig.broadcasts, Channel(1, 100 + number)) for number in range(5)]
    for session in running:
        await reach(session, State.LIVE)
    waiting = await start(rig.broadcasts, Channel(2, 200), MIKA, "An owl")
    last = await start(rig.broadcasts, Channel(2, 201), MIKA, "A fox")
    await some_turns()
    rig.end(running[0].broadcast.channel)
    while rig.world.calls[-1] != "disconnect":
        await asyncio.sleep(0)
    rig.end(waiting.broadcast.channel)
    await reach(running[0], State.ENDED)
    await reach(waiting, State.ENDED)
    await reach(last, State.LIVE)


@given(
    st.lists(
        st.tuples(st.sampled_from(["enter", "leave", "give up", "turned away", "room"]), st.integers(0, 3)),
        max_size=60,
    ),
    st.integers(1, 3),
)
async def test_the_pool_is_never_overdrawn_and_never_leaks(steps: list[tuple[str, int]], size: int) -> None:
    """Whatever happens in whatever order, and how much of it in one turn of the loop: all slots are used.

    Of those who wait, whoever asked first is the first to get one, though they were turned away before.
    """
    pool = StreamPool(size, SteppedClock())
    inside: dict[int, AsyncExitStack] = {}
    waiting: dict[int, asyncio.Task[None]] = {}

    async def enter(number: int) -> None:
        async with AsyncExitStack() as stack:
            slot = pool.claim(lambda: None)
            stack.callback(pool.give_up, slot)
            while True:
                await pool.turn(slot)
                ahead = [other for other, task in waiting.items() if other < number and not task.cancelling()]
                assert not ahead, "somebody who asked before still waits"
                if not is_full:
                    pool.there_is_room()
                    break
                pool.turned_away(slot)
            inside[number] = stack.pop_all()
            waiting.pop(number, None)

    is_full = False
    for number, (what, turns) in enumerate(steps):
        match what:
            case "enter":
                waiting[number] = asyncio.ensure_future(enter(number))
            case "leave" if inside:
                await inside.pop(min(inside)).aclose()
            case "give up" if waiting:
                waiting.pop(max(waiting)).cancel()
            case "turned away":
                is_full = True
            case "room":
                is_full = False
        for _ in range(turns):
            await asyncio.sleep(0)
        assert len(inside) <= size
    is_full = False
    for _ in range(40):
        await asyncio.sleep(0)
    assert len(inside) == size or not waiting
    for task in waiting.values():
        task.cancel()
    await asyncio.gather(*waiting.values(), return_exceptions=True)
    for stack in inside.values():
        await stack.aclose()
    async with AsyncExitStack() as all_of_it, asyncio.timeout(5):
        for _ in range(size):
            slot = pool.claim(lambda: None)
            all_of_it.callback(pool.give_up, slot)
            await pool.turn(slot)


async def test_a_free_slot_is_a_starts_before_it_is_a_seams() -> None:
    """Both wait, and one slot comes free: the start has it, and the seam goes without when its time is up."""
    clock = SteppedClock()
    pool = StreamPool(1, clock)
    held, starting = pool.claim(lambda: None), pool.claim(lambda: None)
    await pool.turn(held)
    turn = asyncio.ensure_future(pool.turn(starting))
    seam = asyncio.ensure_future(pool.seam(lambda: None, until=5.0))
    await asyncio.sleep(0)
    pool.give_up(held)
    await turn
    assert await seam is None


async def test_no_seam_is_tried_while_the_service_is_known_to_be_full() -> None:
    """It says itself when there is room again."""
    pool = StreamPool(5, SteppedClock())
    turned_away = pool.claim(lambda: None)
    await pool.turn(turned_away)
    pool.turned_away(turned_away)
    assert await pool.seam(lambda: None, until=1.0) is None
    pool.there_is_room()
    assert await pool.seam(lambda: None, until=2.0) is not None


async def times_of_tries(rig: Rig, number: int) -> list[float]:
    """When the first so many connections are tried, in seconds."""
    times: list[float] = []
    while len(times) < number:
        tries = rig.world.calls.count("connect")
        times += [rig.clock.steady()] * (tries - len(times))
        await asyncio.sleep(0)
    return times


@pytest.mark.parametrize("where", ["connect", "start"])
async def test_a_start_that_finds_all_streams_taken_elsewhere_waits_in_line(rig: Rig, where: str) -> None:
    """Another client has them, or a run that was killed: tried again, ever more seldom, then live."""
    rig.world.full_at = where
    session = await start(rig.broadcasts)
    times = await times_of_tries(rig, 7)
    pauses = [after - before for before, after in itertools.pairwise(times)]
    assert pauses == [5, 10, 20, 40, 60, 60]
    while session.relay.place_in_pool is None:
        await asyncio.sleep(0)
    assert (session.broadcast.state, session.relay.place_in_pool) == (State.CONNECTING, 1)
    assert rig.world.calls[-1] == "disconnect", "what it waits for is not held meanwhile"
    rig.world.full_at = None
    await reach(session, State.LIVE)
    again = await start(rig.broadcasts, Channel(1, 11), MIKA, "A dog")
    await reach(again, State.LIVE)


async def waiting_elsewhere(rig: Rig, count: int) -> list[BroadcastSession]:
    """So many broadcasts, in line one after the other since the service is full."""
    rig.world.full_at = "connect"
    sessions = []
    for number in range(count):
        sessions.append(await start(rig.broadcasts, Channel(2, 20 + number), MIKA, f"idea {number}"))
        await some_turns()
    assert [session.relay.place_in_pool for session in sessions] == list(range(1, count + 1))
    return sessions


async def test_they_start_in_the_order_in_which_they_asked() -> None:
    """As soon as one of ours has ended: nobody waits for the pause, and nobody passes anybody."""
    async with opened_rig(WaitingClock()) as rig:
        running = await rig.start()
        sessions = await waiting_elsewhere(rig, 3)
        assert rig.world.calls.count("connect") == 2, "only the first one of them tried"
        rig.world.full_at = None
        rig.end()
        await reach(running, State.ENDED)
        for session in sessions:
            await reach(session, State.LIVE)
        starts = [call for call in rig.world.calls if call.startswith("start idea")]
        assert starts == [f"start idea {number}" for number in range(3)]


async def test_one_that_waits_elsewhere_can_be_ended() -> None:
    """By its host, in line or first in it; the others move up, and a newcomer behind nobody tries at once."""
    async with opened_rig(WaitingClock()) as rig:
        first, second = await waiting_elsewhere(rig, 2)
        rig.end(first.broadcast.channel)
        await reach(first, State.ENDED)
        assert second.relay.place_in_pool == 1
        rig.end(second.broadcast.channel)
        await reach(second, State.ENDED)
        rig.world.full_at = None
        await rig.start()


@pytest.mark.parametrize(
    "limit",
    [None, *(UsageLimit(kind) for kind in LimitKind if kind is not LimitKind.STREAMS)],
    ids=lambda limit: limit.kind.value if limit else "unknown",
)
async def test_what_no_wait_mends_fails(rig: Rig, limit: UsageLimit | None) -> None:
    """The month's hours, an account that is suspended: there is nothing to wait in line for."""
    rig.world.failing_at["connect"] = WorldError(Reason.USAGE_LIMIT, limit=limit)
    session = await start(rig.broadcasts)
    async with asyncio.timeout(5):
        while not session.broadcast.state.is_over:
            await asyncio.sleep(0)
    assert (session.broadcast.state, session.relay.place_in_pool) == (State.FAILED, None)
