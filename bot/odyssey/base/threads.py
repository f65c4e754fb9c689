"""Rare blocking work, in a thread that ends with it, so that nothing lingers when the client is idle."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Runs `work` in a thread of its own. If cancelled, the work goes on to its end, alone."""
    executor = ThreadPoolExecutor(1, thread_name_prefix="odyssey-work")
    job = executor.submit(work)
    try:
        return await asyncio.wrap_future(job)
    finally:
        executor.shutdown(wait=job.done())
