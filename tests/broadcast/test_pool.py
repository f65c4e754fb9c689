"""The account's concurrent streams as a pool."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

from hypothesis import given
from hypothesis import strategies as st

from bot.broadcast.model import Channel
from bot.broadcast.pool import StreamPool
from bot.broadcast.states import State
from tests.broadcast.conftest import CHANNEL, MIKA, Rig, reach


async def test_a_start_beyond_the_pool_waits_and_then_starts_by_itself(rig: Rig) -> None:
    """It knows its place, which moves up; it can also be ended while it waits."""
    sessions = [
        rig.broadcasts.start(Channel(100 + number, 100 + number), MIKA, "A cat", portrait=False)
        for number in range(5)
    ]
    for session in sessions:
        await reach(session, State.LIVE)
    first = rig.broadcasts.start(CHANNEL, MIKA, "A dog", portrait=False)
    second = rig.broadcasts.start(Channel(1, 200), MIKA, "An owl", portrait=False)
    third = rig.broadcasts.start(Channel(1, 201), MIKA, "A fox", portrait=False)
    for _ in range(20):
        await asyncio.sleep(0)
    assert [s.place_in_pool for s in (first, second, third)] == [1, 2, 3]
    rig.broadcasts.end(CHANNEL, MIKA, is_moderator=False)
    await reach(first, State.ENDED)
    assert [s.place_in_pool for s in (second, third)] == [1, 2]
    rig.broadcasts.end(sessions[0].broadcast.channel, MIKA, is_moderator=False)
    await reach(second, State.LIVE)
    assert (second.place_in_pool, third.place_in_pool) == (None, 1)


@given(st.lists(st.sampled_from(["enter", "leave", "give up"]), max_size=60), st.integers(1, 3))
async def test_the_pool_is_never_overdrawn_and_never_leaks(steps: list[str], size: int) -> None:
    """Whatever order people come, leave and give up in, exactly the free slots are used."""
    pool = StreamPool(size)
    inside: list[AsyncExitStack] = []
    waiting: list[asyncio.Task[AsyncExitStack]] = []

    async def enter() -> AsyncExitStack:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(pool.slot(lambda: None))
            return stack.pop_all()

    for step in steps:
        if step == "enter":
            waiting.append(asyncio.ensure_future(enter()))
        elif step == "leave" and inside:
            await inside.pop(0).aclose()
        elif step == "give up" and waiting:
            waiting.pop().cancel()
        for _ in range(4):
            await asyncio.sleep(0)
        inside += [task.result() for task in waiting if task.done() and not task.cancelled()]
        waiting = [task for task in waiting if not task.done()]
        assert len(inside) <= size
        assert len(inside) == size or not waiting
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    for stack in inside:
        await stack.aclose()
