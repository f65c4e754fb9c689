"""Work on the database that is brought to its end."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import Any, ParamSpec, TypeVar

Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")
Work = Callable[Asked, Coroutine[Any, Any, Answer]]


def to_the_end(work: Work[Asked, Answer]) -> Work[Asked, Answer]:
    """Work whose caller is cancelled goes on to its end, which takes moments; then the caller is.

    Cut off in the middle, what is done in a thread would go on, and its caller would not know.
    """

    @wraps(work)
    async def worked_to_the_end(*args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        working = asyncio.create_task(work(*args, **kwargs), name="work on the database")
        try:
            return await asyncio.shield(working)
        except asyncio.CancelledError:
            while not working.done():
                with suppress(asyncio.CancelledError):
                    await asyncio.wait({working})
            raise

    return worked_to_the_end
