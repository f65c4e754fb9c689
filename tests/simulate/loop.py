"""An event loop with virtual time and a seed: it never sleeps, and can drop a whole run of the bot.

What belongs to a run is known by its context: all tasks and callbacks that come of it carry the run along.
The outer services live in the context outside, and go on when a run is gone.
"""

from __future__ import annotations

import asyncio
import contextvars
import heapq
import itertools
import random
import sys
import warnings
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any, TypeVar

Answer = TypeVar("Answer")

STEPS_LIMIT = 3_000_000
"""Callbacks in one evening: who needs more, spins."""
CLOSING_TRIES = 50
"""How often a coroutine that is dropped may wait for something while it closes."""

_run: contextvars.ContextVar[Run | None] = contextvars.ContextVar("run", default=None)


class NeverAtRestError(Exception):
    """The evening does not come to its end."""


class Run:
    """One process of the bot: what lives in memory, until it ends or is dropped."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.is_alive = True
        self.is_stopped = False
        self.put_off: list[asyncio.Handle] = []
        """What is to be done when it goes on."""
        self.died_at = 0.0
        self.context = contextvars.copy_context()
        self.context.run(_run.set, self)
        self.tasks: list[SeededTask] = []


class SeededTask(asyncio.Task[Any]):
    """In sets, of which asyncio has some, its place goes by its number, not by its address."""

    number = 0

    def __hash__(self) -> int:
        return self.number


class VirtualLoop(asyncio.AbstractEventLoop):
    """Time passes when nothing else is to be done. With `shuffled`, what is ready is done in any order."""

    def __init__(self, seed: str, *, shuffled: bool) -> None:
        self._random = random.Random(seed)
        self._shuffled = shuffled
        self._now = 0.0
        self._ready: deque[asyncio.Handle] = deque()
        self._timers: list[tuple[float, int, asyncio.TimerHandle]] = []
        self._numbers = itertools.count(1)
        self._outside = contextvars.copy_context()
        self.steps = 0
        self.dies: Run | None = None
        """A run that is to be dropped as soon as the callback that runs now returns."""
        self.is_dropping = False
        """Whether what is done now is done by nobody: it only falls to pieces."""
        self.broken: list[str] = []
        """What nobody has caught."""

    def run(self, stop: Callable[[], bool]) -> None:
        """Until it says so, or nothing is left to be done."""
        before = asyncio._get_running_loop()
        asyncio._set_running_loop(self)
        try:
            while not stop() and self._step():
                if self.steps > STEPS_LIMIT:
                    raise NeverAtRestError
        finally:
            asyncio._set_running_loop(before)

    def outside(self, delay_s: float, callback: Callable[..., object], *args: object) -> asyncio.TimerHandle:
        """Calls it later, whatever becomes of who asks: what is on its way arrives."""
        return self.call_at(self._now + delay_s, callback, *args, context=self._outside)

    def drop(self, run: Run) -> None:
        """A crash: nothing of the run is done any more."""
        run.is_alive, run.died_at, self.is_dropping = False, self._now, True
        self._ready = deque(each for each in self._ready if _owner(each) is not run)
        self._timers = [each for each in self._timers if _owner(each[2]) is not run]
        heapq.heapify(self._timers)
        hook, sys.unraisablehook = sys.unraisablehook, lambda _: None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what is never awaited now
            for task in run.tasks:
                task._log_destroy_pending = False  # type: ignore[attr-defined]
                run.context.run(_close, task.get_coro())  # what begins now is dropped with it
            run.tasks.clear()
        sys.unraisablehook = hook
        self._ready = deque(each for each in self._ready if _owner(each) is not run)
        self.is_dropping = False

    def stop_run(self, run: Run) -> None:
        """As by SIGSTOP: nothing of it is done until it wakes, and time passes."""
        run.is_stopped = True

    def wake_run(self, run: Run) -> None:
        """What came meanwhile is there at once, in its order."""
        run.is_stopped = False
        self._ready.extend(run.put_off)
        run.put_off.clear()

    def _step(self) -> bool:
        if not self._ready:
            while self._timers and self._timers[0][2].cancelled():
                heapq.heappop(self._timers)
            if not self._timers:
                return False
            self._now = max(self._now, self._timers[0][0])
        while self._timers and self._timers[0][0] <= self._now:
            self._ready.append(heapq.heappop(self._timers)[2])
        if self._shuffled and len(self._ready) > 1:
            self._ready.rotate(self._random.randrange(len(self._ready)))
        handle = self._ready.popleft()
        if handle.cancelled():
            return True
        owner = _owner(handle)
        if owner and owner.is_stopped:
            owner.put_off.append(handle)
        elif owner is None or owner.is_alive:
            self.steps += 1
            handle._run()
        if self.dies:
            dies, self.dies = self.dies, None
            if dies.is_alive:
                self.drop(dies)
        return True

    def time(self) -> float:
        return self._now

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.Handle:
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    call_soon_threadsafe = call_soon  # type: ignore[assignment]

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._numbers), handle))
        return handle

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self,
        coro: Generator[Any, None, Answer] | Coroutine[Any, Any, Answer],
        *,
        name: str | None = None,
        context: contextvars.Context | None = None,
    ) -> asyncio.Task[Answer]:
        SeededTask.number = next(self._numbers)  # asked for while it is made
        task = SeededTask(coro, loop=self, name=name, context=context)
        task.number = SeededTask.number
        run = context.get(_run) if context else _run.get()
        if run:
            run.tasks.append(task)
            if len(run.tasks) > 500:
                run.tasks = [each for each in run.tasks if not each.done()]
        return task

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        self.broken.append(f"{context.get('message')}: {context.get('exception')!r}")

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """It stays where it is until its time comes."""


def owner() -> Run | None:
    """The run that asks; None outside."""
    return _run.get()


def _owner(handle: asyncio.Handle) -> Run | None:
    return handle._context.get(_run)  # type: ignore[attr-defined,no-any-return]


def _close(coroutine: Any) -> None:
    """What it would still do at its end, it does to what is dropped too."""
    for _ in range(CLOSING_TRIES):
        try:
            coroutine.close()
        except RuntimeError:  # it waits for something
            continue
        except BaseException:  # noqa: BLE001 - nobody is there any more to whom it would matter
            return
        else:
            return
