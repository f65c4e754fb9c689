"""Calls that wait for the streamer's answer, when answers carry no ID.

An acknowledgement does not say which interaction it answers, so only one is in flight at a time. A call
that gave up (timed out or cancelled) leaves its answer owing; when that answer comes late, it must not be
taken for the next call's.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.odyssey.base.errors import OdysseyError, OdysseyStreamError

T = TypeVar("T")

SETTLE_S = 1.0
"""How long a call waits for an answer that an earlier one is owed, before it goes out all the same."""


class Reply(Generic[T]):
    """At most one call waiting for one answer."""

    def __init__(self) -> None:
        self._future: asyncio.Future[T] | None = None

    @property
    def pending(self) -> bool:
        return self._future is not None and not self._future.done()

    async def ask(self, send: Callable[[], Awaitable[None]]) -> T:
        """Sends and waits for the answer. Raises what `fail` was given."""
        self._future = asyncio.get_running_loop().create_future()
        try:
            await send()
            return await self._future
        finally:
            self._future.cancel()
            self._future = None

    def resolve(self, value: T) -> bool:
        """Answers the waiting call; False when none waits."""
        if self._future is None or self._future.done():
            return False
        self._future.set_result(value)
        return True

    def fail(self, error: OdysseyError) -> bool:
        """Fails the waiting call; False when none waits."""
        if self._future is None or self._future.done():
            return False
        self._future.set_exception(error.anew())
        return True


@dataclass(eq=False)
class _Asked:
    prompt: str
    owed_until: float
    settled: asyncio.Event = field(default_factory=asyncio.Event)


class Interactions:
    """Interactions, one in flight.

    A call that follows one that gave up first waits up to `SETTLE_S` for the owed answer. If that does not
    come, the call goes out; answers are then told apart by their prompt, else by their order, until the time
    that the earlier call would have waited is over.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._reply: Reply[str] = Reply()
        self._current: _Asked | None = None
        self._owed: deque[_Asked] = deque()

    async def ask(self, prompt: str, send: Callable[[], Awaitable[None]], timeout_s: float) -> str:
        """The acknowledged prompt, in at most `timeout_s`, the wait for its turn included."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        asked = _Asked(prompt, deadline)
        async with timing_out(timeout_s, "acknowledge the interaction"), self._turn:
            await self._settle()
            self._current = asked
            try:
                return await self._reply.ask(send)
            except asyncio.CancelledError:
                if not asked.settled.is_set():
                    self._owed.append(asked)
                raise
            finally:
                self._current = None

    def acknowledge(self, prompt: str | None) -> bool:
        """Takes an acknowledgement; False when it answers a call that gave up, or none."""
        owed = self._owed_call(prompt)
        if owed is not None:
            self._owed.remove(owed)
            owed.settled.set()
            return False
        if self._current is None:
            return False
        self._current.settled.set()
        return self._reply.resolve(self._current.prompt if prompt is None else prompt)

    def fail(self, error: OdysseyError) -> bool:
        if self._current is not None:
            self._current.settled.set()
        return self._reply.fail(error)

    def nothing_is_owed(self) -> None:
        """The stream is over: no answer will come any more."""
        for asked in self._owed:
            asked.settled.set()
        self._owed.clear()

    async def _settle(self) -> None:
        if not self._owed:
            return
        try:
            async with asyncio.timeout(SETTLE_S):
                await self._owed[-1].settled.wait()
        except TimeoutError:
            now = asyncio.get_running_loop().time()
            while self._owed and self._owed[0].owed_until <= now:
                self._owed.popleft()

    def _owed_call(self, prompt: str | None) -> _Asked | None:
        """The call that gave up to which this answer is owed, if it is."""
        for asked in self._owed:
            if asked.prompt == prompt:
                return asked
        if not self._owed or (self._current is not None and self._current.prompt == prompt):
            return None
        return self._owed[0]


@asynccontextmanager
async def timing_out(timeout_s: float, what: str) -> AsyncIterator[None]:
    """Raises `OdysseyStreamError` (code `timeout`) when the body takes longer than `timeout_s`."""
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except TimeoutError:
        raise OdysseyStreamError(
            f"The service did not {what} within {timeout_s:g} s.", code="timeout", retryable=True
        ) from None
