"""How a process that runs for long keeps its memory."""

import asyncio
import ctypes
import gc
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any

M_ARENA_MAX = -8
"""Of glibc's malloc.h."""
LOOK_S, LOOK_AT_REST_S = 30.0, 5.0
"""Between two looks: how many objects there are, which takes some milliseconds; and whether nothing is on."""
FEW, GROWN = 200_000, 2.0
"""So many old objects are not worth a look, nor less than so many times what the last one left: sixty
broadcasts have half of it."""
OLD = 2
"""The collector's oldest generation."""
NEVER = 1_000_000_000


def keep_one_arena() -> None:
    """To be called before there are threads.

    glibc would give each thread a part of the memory of its own, and what is freed there is of no use to the
    others: with pictures decoded in threads, a bot whose objects do not grow grew from stream to stream.
    """
    with suppress(AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """While modules are loaded: what they bring stays, so the collector never looks through it.

    Looking while modules load is a seventh of the start; later, one look through all that they brought would
    stop every broadcast for 0.1 s.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@asynccontextmanager
async def old_objects_left_alone() -> AsyncIterator[None]:
    """Python collects by itself what is young, and all only when it has become twice as much.

    To look through all that is alive stops every broadcast: for 0.1 s, with sixty of them. By itself Python
    would do so every few seconds, for what each new connection brings; but one that has ended is freed
    without it (`bot/odyssey/live/closing.py`), so hardly ever is there much to find.
    """
    before = gc.get_threshold()
    gc.set_threshold(*before[:2], NEVER)
    try:
        async with _meanwhile(_collect_when_grown()):
            yield
    finally:
        gc.set_threshold(*before)


@asynccontextmanager
async def tidied_at_rest(is_at_rest: Callable[[], bool]) -> AsyncIterator[None]:
    """What an evening leaves is not there at the next one: see `tidy`, which stops nobody at rest."""
    async with _meanwhile(_tidy_at_rest(is_at_rest)):
        yield


def tidy() -> None:
    """Frees what nobody needs, discord.py's views above all, and gives the system what is free.

    malloc keeps what was freed where something that stays lies behind it: some 9 MB after an evening, now
    more, now less. Both are little, and grow from evening to evening.
    """
    gc.collect()
    with suppress(AttributeError):  # another C library
        ctypes.CDLL(None).malloc_trim(0)


@asynccontextmanager
async def _meanwhile(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    working = asyncio.create_task(work, name="garbage")
    try:
        yield
    finally:
        working.cancel()
        await asyncio.wait({working})


async def _collect_when_grown() -> None:
    left = 0
    while True:
        await asyncio.sleep(LOOK_S)
        if len(gc.get_objects(OLD)) > max(FEW, GROWN * left):
            gc.collect()
            left = len(gc.get_objects(OLD))


async def _tidy_at_rest(is_at_rest: Callable[[], bool]) -> None:
    """Once each time that it comes to rest."""
    is_tidy = False
    while True:
        await asyncio.sleep(LOOK_AT_REST_S)
        rests = is_at_rest()
        if rests and not is_tidy:
            tidy()
        is_tidy = rests
