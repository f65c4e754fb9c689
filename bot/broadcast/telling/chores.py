"""What is tried again and again until it is done: a recording to be posted, a panel to be mended."""

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Self

from bot.broadcast.clock import Clock
from bot.broadcast.telling.backoff import Backoff

log = logging.getLogger(__name__)

LEAST_PAUSE_S = 0.1
"""So that a pause that is rounded to nothing makes no chore spin."""
FIRST_PAUSE_S = 5.0
"""Between the first two tries of a chore that fails."""
TRY_TIMEOUT_S = 120.0
"""A try that takes longer has failed, if nothing else is said: none may hold up the others for ever."""

Chore = Callable[[], Awaitable[float | None]]
"""One try. Gives the seconds until it is due again, None when it is done; raises when it failed."""


@dataclass(slots=True)
class _Entry:
    chore: Chore
    due_at: float
    backoff: Backoff
    tried_at: float | None = None
    is_under_way: bool = False
    is_to_be_repeated: bool = False
    has_failed: bool = False
    is_forgotten: bool = False


class Chores:
    """Does what is due, a few at once; what failed is tried again after a pause, which grows.

    Errors that are `foreseen` make a line in the log, others a traceback; none leaves. An async context
    manager: what is not done when it is left is forgotten, so it has to be stored elsewhere: `done` is told
    of what is done for good, `put_off` of what is due again after so many seconds, and whether it failed.
    """

    def __init__(
        self,
        clock: Clock,
        name: str,
        *,
        at_once: int,
        longest_pause_s: float,
        longest_try_s: float = TRY_TIMEOUT_S,
        foreseen: tuple[type[Exception], ...] = (),
        done: Callable[[str], None] = lambda _: None,
        put_off: Callable[[str, float, bool], None] = lambda *_: None,
    ) -> None:
        self._clock = clock
        self._name = name
        self._at_once = at_once
        self._longest_pause_s = longest_pause_s
        self._longest_try_s = longest_try_s
        self._foreseen = foreseen
        self._done = done
        self._put_off = put_off
        self._entries: dict[str, _Entry] = {}
        self._changed = asyncio.Event()
        self._tasks: dict[asyncio.Task[None], str] = {}
        """With the keys of what they try."""
        self._loop: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._loop = asyncio.create_task(self._run(), name=self._name)
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = {*self._tasks, *([self._loop] if self._loop else [])}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def __contains__(self, key: str) -> bool:
        return key in self._entries

    def put(self, key: str, chore: Chore, *, in_s: float = 0.0) -> None:
        """Has a chore done, for the first time now or after so long; one that is there is left as it is."""
        if key not in self._entries:
            backoff = Backoff(FIRST_PAUSE_S, self._longest_pause_s)
            self._entries[key] = _Entry(chore, self._clock.steady() + in_s, backoff)
            self._changed.set()

    def repeat(self, key: str, chore: Chore, *, in_s: float = 0.0) -> None:
        """The same, but one that is under way is done once more: it may have begun before what is new."""
        self.put(key, chore, in_s=in_s)
        self._entries[key].is_to_be_repeated = self._entries[key].is_under_way

    def forget(self, key: str) -> None:
        """Has a chore not done any more. A try that is under way comes to its end."""
        if entry := self._entries.pop(key, None):
            entry.is_forgotten = True

    async def cut_off(self, keys: Collection[str], *, within_s: float) -> None:
        """Has these not done any more; a try of theirs that is under way has so long to come to its end."""
        for key in keys:
            self.forget(key)
        if trying := [task for task, key in self._tasks.items() if key in keys]:
            _, late = await asyncio.wait(trying, timeout=within_s)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late)

    async def all_tried(self) -> None:
        """Returns when nothing is under way or due: what has failed, or is for later, is not waited for."""
        while self._tasks or any(entry.due_at <= self._clock.steady() for _, entry in self._waiting()):
            if self._tasks:
                await asyncio.wait(set(self._tasks), return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0)  # for the next ones to begin

    def hurry(self) -> None:
        """What has failed may go well now: it is tried at once, or soon after its last try."""
        now = self._clock.steady()
        for entry in self._entries.values():
            if entry.has_failed and entry.tried_at is not None:
                entry.backoff.reset()
                entry.due_at = min(entry.due_at, max(now, entry.tried_at + FIRST_PAUSE_S))
        self._changed.set()

    async def _run(self) -> None:
        while True:
            await self._clock.wait(self._changed, until=self._next_at())
            self._changed.clear()
            now = self._clock.steady()
            due = [(key, entry) for key, entry in self._waiting() if entry.due_at <= now]
            free = self._at_once - len(self._tasks)
            for key, entry in heapq.nsmallest(free, due, key=lambda each: each[1].due_at):
                entry.is_under_way = True
                task = asyncio.create_task(self._try(key, entry), name=f"{self._name}: {key}")
                self._tasks[task] = key
                task.add_done_callback(self._ended)

    def _next_at(self) -> float | None:
        if len(self._tasks) >= self._at_once:
            return None  # the end of one of them is heard
        return min((entry.due_at for _, entry in self._waiting()), default=None)

    def _waiting(self) -> list[tuple[str, _Entry]]:
        return [each for each in self._entries.items() if not each[1].is_under_way]

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        self._changed.set()

    async def _try(self, key: str, entry: _Entry) -> None:
        entry.tried_at = self._clock.steady()
        entry.is_to_be_repeated = False
        try:
            async with asyncio.timeout(self._longest_try_s):
                pause_s = await entry.chore()
        except Exception as error:  # the boundary of one chore: whatever it was, it may pass
            pause_s = entry.backoff.next_s()
            is_foreseen = isinstance(error, (TimeoutError, *self._foreseen))
            log.warning(
                "%s: %s: %s; again in %.0f s",
                self._name,
                key,
                type(error).__name__,
                pause_s,
                exc_info=None if is_foreseen else error,
            )
            entry.has_failed = True
        else:
            entry.has_failed = False
            entry.backoff.reset()
        if entry.is_forgotten:
            return
        if pause_s is None and entry.is_to_be_repeated:
            pause_s = LEAST_PAUSE_S
        if pause_s is None:
            del self._entries[key]
            self._done(key)
            return
        entry.due_at = self._clock.steady() + max(pause_s, LEAST_PAUSE_S)
        entry.is_under_way = False
        self._put_off(key, pause_s, entry.has_failed)
