"""How a process that runs for long keeps its memory."""

import ctypes
from contextlib import suppress

M_ARENA_MAX = -8
"""Of glibc's malloc.h."""


def keep_one_arena() -> None:
    """To be called before there are threads.

    glibc would give each thread a part of the memory of its own, and what is freed there is of no use to the
    others: with pictures decoded in threads, a bot whose objects do not grow grew from stream to stream.
    """
    with suppress(AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
