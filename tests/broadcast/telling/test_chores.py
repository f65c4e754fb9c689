"""What is tried again and again until it is done."""

import asyncio
import logging
from functools import partial

import pytest

from bot.broadcast.telling.backoff import Backoff
from bot.broadcast.telling.chores import Chores
from tests.broadcast.fakes import SteppedClock


def test_pauses_grow_up_to_the_longest_and_begin_anew() -> None:
    """Each is twice the one before; a first one that is too long is the longest."""
    backoff = Backoff(1, 5)
    assert [backoff.next_s() for _ in range(5)] == [1, 2, 4, 5, 5]
    backoff.reset()
    assert backoff.next_s() == 1
    assert Backoff(10, 5).next_s() == 5


async def test_a_chore_is_done_once_and_then_forgotten() -> None:
    """Put again while it waits, it is left as it is; put again when it is done, it is done again."""
    done = asyncio.Semaphore(0)

    async def chore() -> None:
        done.release()

    async with Chores(SteppedClock(), "test", at_once=2, longest_pause_s=60) as chores:
        for _ in range(2):
            chores.put("a", chore)
            chores.put("a", chore)
            await done.acquire()
            while "a" in chores:
                await asyncio.sleep(0)
    assert done.locked()


async def test_a_few_are_under_way_at_once() -> None:
    """A hundred are put; whoever fails makes room for the others, and comes again."""
    under_way = most = 0
    done: set[int] = set()

    async def chore(number: int) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        if number % 2 and number not in failed:
            failed.add(number)
            raise OSError
        done.add(number)

    failed: set[int] = set()
    async with Chores(SteppedClock(), "test", at_once=3, longest_pause_s=60, foreseen=(OSError,)) as chores:
        for number in range(100):
            chores.put(str(number), partial(chore, number))
        while len(done) < 100:
            await asyncio.sleep(0)
    assert most == 3


async def test_a_try_that_never_ends_holds_nobody_up() -> None:
    """It is cut off, which counts as a failure, and the next one has its turn."""
    done = asyncio.Event()

    async def hang() -> None:
        await asyncio.Event().wait()

    async def chore() -> None:
        done.set()

    async with Chores(SteppedClock(), "test", at_once=1, longest_pause_s=60, longest_try_s=0.01) as chores:
        chores.put("hanging", hang)
        chores.put("other", chore)
        await asyncio.wait_for(done.wait(), 10)
        assert "hanging" in chores


async def test_what_nobody_foresaw_has_a_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """And what was foreseen has a line without one."""
    tried: list[str] = []

    async def fail(error: Exception) -> None:
        tried.append(type(error).__name__)
        if len(tried) < 3:
            raise error

    with caplog.at_level(logging.WARNING):
        async with Chores(
            SteppedClock(), "test", at_once=1, longest_pause_s=1, foreseen=(OSError,)
        ) as chores:
            chores.put("a", lambda: fail(OSError()))
            chores.put("b", lambda: fail(ValueError()))
            while "a" in chores or "b" in chores:
                await asyncio.sleep(0)
    assert {record.getMessage()[:14]: bool(record.exc_info) for record in caplog.records} == {
        "test: a: OSErr": False,
        "test: b: Value": True,
    }


async def test_hurry_does_not_wake_what_only_waits() -> None:
    """It is for what failed: who said when it is due again is left in peace."""
    clock, tried = SteppedClock(), 0

    async def chore() -> float:
        nonlocal tried
        tried += 1
        return 1000.0

    async with Chores(clock, "test", at_once=1, longest_pause_s=60) as chores:
        chores.put("a", chore)
        while not tried:
            await asyncio.sleep(0)
        began_at = clock.steady()
        chores.hurry()
        while tried < 2:
            await asyncio.sleep(0)
    assert clock.steady() - began_at >= 1000
