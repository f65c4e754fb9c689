"""Reads that are brought to their end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


Read = Callable[Asked, Coroutine[Any, Any, Answer]]


def to_the_end(read: Read[Asked, Answer]) -> Read[Asked, Answer]:
    """A read whose caller is cancelled goes on to its end, which takes moments; then the caller is.

    Cut off in the middle, its connection and the thread behind it would be left open.
    """

    @wraps(read)
    async def read_to_the_end(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        reading = asyncio.create_task(read(*args, **kwargs), name="a read")
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            while not reading.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait({reading})
            raise

    return read_to_the_end
