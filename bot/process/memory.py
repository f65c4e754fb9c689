"""How a process that runs for long keeps its memory."""

import asyncio
import ctypes
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

M_ARENA_MAX = -8
"""Of glibc's malloc.h."""
LOOK_S = 30.0
"""Between two looks how many objects there are, which takes some milliseconds."""
FEW = 200_000
"""So many old objects are not worth a look: sixty broadcasts have half of it."""
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
    without it (`bot/odyssey/live/closing.py`), so hardly ever is there anything to find.
    """
    before = gc.get_threshold()
    gc.set_threshold(*before[:2], NEVER)
    looking = asyncio.create_task(_look(), name="garbage")
    try:
        yield
    finally:
        gc.set_threshold(*before)
        looking.cancel()
        await asyncio.wait({looking})


async def _look() -> None:
    most = FEW
    while True:
        await asyncio.sleep(LOOK_S)
        if len(gc.get_objects(OLD)) > most:
            gc.collect()
            most = max(FEW, 2 * len(gc.get_objects(OLD)))
