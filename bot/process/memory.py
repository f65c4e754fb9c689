"""How a process that runs for long keeps its memory."""

import asyncio
import ctypes
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

M_ARENA_MAX = -8
"""Of glibc's malloc.h."""
LOOK_S = 5.0
"""Between two looks whether there may be garbage: with 60 broadcasts one takes 0.1 s, for what is alive."""
MANY = 5
"""Collections of what is new, each for 700 objects more: by then some connections may have ended."""


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
async def garbage_in_portions() -> AsyncIterator[None]:
    """Garbage is collected before it is much.

    A connection that has ended is 500 objects that hold each other. Python by itself lets those of a hundred
    connections come together, and to take them away at once stops every broadcast for a third of a second.
    """
    collecting = asyncio.create_task(_collect(), name="garbage")
    try:
        yield
    finally:
        collecting.cancel()
        await asyncio.wait({collecting})


async def _collect() -> None:
    while True:
        await asyncio.sleep(LOOK_S)
        _, young, middle = gc.get_count()
        if middle or young >= MANY:
            gc.collect()
