"""The user's callbacks, sync or async, that can never hurt the connection."""

import asyncio
import inspect
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from bot.odyssey.base.types import MaybeAwaitable

log = logging.getLogger(__name__)

MAX_WAITING = 1000
FINISH_S = 5.0


class Notifier:
    """Calls callbacks. A plain function runs at once; what an async one has to await runs in order, aside.

    A callback that raises is logged. Callbacks that are slow delay only each other, and at most `MAX_WAITING`
    of them wait.
    """

    def __init__(self) -> None:
        self._waiting: deque[tuple[str, Awaitable[Any]]] = deque()
        self._task: asyncio.Task[None] | None = None

    def call(self, callback: Callable[..., MaybeAwaitable] | None, *args: Any) -> None:
        if callback is None:
            return
        name = getattr(callback, "__qualname__", type(callback).__name__)
        try:
            result = callback(*args)
        except Exception:  # the user's code: it may raise anything, and the connection goes on
            log.exception("The callback %s raised.", name)
            return
        if not inspect.isawaitable(result):
            return
        if len(self._waiting) >= MAX_WAITING:
            log.error("The callback %s was not run: %d others are still waiting.", name, MAX_WAITING)
            if inspect.iscoroutine(result):
                result.close()
            return
        self._waiting.append((name, result))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="odyssey-callbacks")

    async def finish(self) -> None:
        """Waits for callbacks that still run, a few seconds at most, then cancels them."""
        task = self._task
        if task is None or task.done() or task is asyncio.current_task():
            return
        done, _ = await asyncio.wait({task}, timeout=FINISH_S)
        if not done:
            log.error("A callback did not finish within %s s of the connection's end.", FINISH_S)
            task.cancel()
            await asyncio.wait({task})
        while self._waiting:
            _, awaitable = self._waiting.popleft()
            if inspect.iscoroutine(awaitable):
                awaitable.close()

    async def _run(self) -> None:
        while self._waiting:
            name, awaitable = self._waiting.popleft()
            try:
                await awaitable
            except Exception:  # the user's code, as above
                log.exception("The callback %s raised.", name)
