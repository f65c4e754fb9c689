"""The plug of the bot's process: whoever pulls it kills the bot, which is started again at once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from bot.local.demo.children import Child, before
from bot.local.demo.on_air import until_on_air


class Phase(StrEnum):
    IN = "in"
    OUT = "out"  # the process is gone
    CONNECTED = "connected"  # there is another one, and it is on Discord
    ON_AIR = "on_air"  # and what was on has a picture again


@dataclass(frozen=True, slots=True)
class Outage:
    """How far the bot has come back, and how long that took, from when it was killed."""

    phase: Phase = Phase.IN
    seconds: float = 0.0
    is_over: bool = True
    """Whether nothing more is to come, so that the plug can be pulled (again)."""


class Plug:
    """Before the bot is there, and while it comes back, the plug cannot be pulled."""

    name = "The bot"

    def __init__(self) -> None:
        self.outage = Outage()
        self.observers: list[Callable[[], None]] = []
        """Called when the outage has changed."""
        self._bot: Child | None = None
        self._life: asyncio.Task[int] | None = None

    @property
    def news(self) -> dict[str, Any]:
        """What a page is told, and told again when it has changed."""
        return {"type": "outage", "outage": asdict(self.outage)}

    def act(self, deed: str, name: str) -> bool:
        """SIGKILL, for "kill". Whether that was possible."""
        if deed != "kill" or self._bot is None or not self.outage.is_over:
            return False
        self._tell(Outage(Phase.OUT, is_over=False))
        self._bot.kill()
        return True

    async def ended(self) -> int:
        """Waits until the bot has ended by itself; returns its exit status. Needs `power`."""
        assert self._life  # noqa: S101 - see above
        return await asyncio.shield(self._life)

    @asynccontextmanager
    async def power(
        self,
        start: Callable[[], AbstractAsyncContextManager[Child]],
        until_connected: Callable[[], Awaitable[object]],
        watch_link: Callable[[], str | None],
    ) -> AsyncIterator[None]:
        """There is a bot for as long as the context lasts, but for moments.

        `until_connected` waits for it to be on Discord; `watch_link` is where what is on can be watched.
        """
        async with AsyncExitStack() as lives:
            self._bot = await lives.enter_async_context(start())
            self._life = asyncio.create_task(
                self._live(lives, start, until_connected, watch_link), name="demo: the bot's lives"
            )
            try:
                yield
            finally:
                self._life.cancel()
                await asyncio.wait({self._life})

    async def _live(
        self,
        lives: AsyncExitStack,
        start: Callable[[], AbstractAsyncContextManager[Child]],
        until_connected: Callable[[], Awaitable[object]],
        watch_link: Callable[[], str | None],
    ) -> int:
        """Returns the exit status of the first one that was not killed by the plug."""
        while True:
            assert self._bot  # noqa: S101 - there is one since `power`
            status = await self._bot.ended()
            if self.outage.phase is not Phase.OUT:
                return status
            killed_at, link = time.monotonic(), watch_link()
            await lives.aclose()
            self._bot = await lives.enter_async_context(start())
            if not await before(self._bot.ended(), until_connected()):
                self._tell(Outage())  # it ended by itself
                continue
            self._tell(Outage(Phase.CONNECTED, time.monotonic() - killed_at, is_over=link is None))
            if link is not None:
                is_on_air = await before(self._bot.ended(), until_on_air(link))
                phase = Phase.ON_AIR if is_on_air else Phase.CONNECTED
                self._tell(Outage(phase, time.monotonic() - killed_at))

    def _tell(self, outage: Outage) -> None:
        self.outage = outage
        for observer in list(self.observers):
            observer()
