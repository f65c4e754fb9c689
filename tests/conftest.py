"""Fixtures for every test."""

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest

from tests.support.browser import browser, chromium, kept_browser, kept_pages
from tests.support.database import put_database
from tests.support.statements import share_compiled_statements

__all__ = ["browser", "chromium", "kept_browser", "kept_pages", "put_database"]

share_compiled_statements()
gc.disable()  # while everything is loaded, next to nothing is garbage


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that are long come first: they wait more than they compute, and others compute meanwhile."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not look at it again and again."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
async def no_leaked_tasks() -> AsyncIterator[None]:
    """Fails a test that leaves a task running behind it."""
    before = asyncio.all_tasks()
    yield
    for _ in range(20):
        leaked = {task for task in asyncio.all_tasks() - before - {asyncio.current_task()} if not task.done()}
        if not leaked:
            return
        await asyncio.sleep(0.01)
    names = sorted(f"{task.get_name()}: {task.get_coro()}" for task in leaked)
    pytest.fail("leaked tasks:\n" + "\n".join(names))
