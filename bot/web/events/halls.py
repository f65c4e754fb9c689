"""All pages that are open, by the channel that their link leads to."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from types import TracebackType
from typing import Self

from bot.broadcast.clock import Clock
from bot.broadcast.model import Channel
from bot.web.events.hall import Hall
from bot.web.events.pace import Pace
from bot.web.events.page import OpenPage
from bot.web.state import Document, milliseconds

log = logging.getLogger(__name__)

Draw = Callable[[Channel, int], Awaitable[Document]]
"""Gives the document of a channel that so many watch."""


class Halls:
    """A hall for each link on which pages are open, and one task for each hall. An async context manager.

    A page costs no task of ours and no query: what is shown is drawn once for all, from memory.
    """

    def __init__(self, draw: Draw, clock: Clock) -> None:
        self._draw = draw
        self._clock = clock
        self._pace = Pace()
        self._tasks = asyncio.TaskGroup()
        self._halls: dict[Channel, tuple[Hall, asyncio.Task[None]]] = {}
        self._number = 0

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        for _, task in self._halls.values():
            task.cancel()
        await self._tasks.__aexit__(None, None, None)

    async def attend(self, channel: Channel, page: OpenPage) -> None:
        """Tells a page all that changes. Returns when its connection has to end."""
        hall = self._halls[channel][0] if channel in self._halls else self._open(channel)
        try:
            await hall.attend(page)
        finally:
            if hall.is_empty:
                self._leave(channel, hall)

    def changed(self, channel: Channel) -> None:
        """What is shown of a channel may be another than before."""
        if channel in self._halls:
            self._halls[channel][0].changed()

    def gone(self, channel: Channel) -> None:
        """A channel's link was revoked: its pages are told, and sent away."""
        if channel in self._halls:
            self._halls.pop(channel)[0].gone()

    def close(self) -> None:
        """Ends all connections."""
        for hall, _ in self._halls.values():
            hall.close()

    def _open(self, channel: Channel) -> Hall:
        hall = Hall(partial(self._draw, channel), self._new_number, self._pace, self._clock)
        task = self._tasks.create_task(self._run(hall, channel), name=f"pages of channel {channel.id}")
        self._halls[channel] = hall, task
        return hall

    async def _run(self, hall: Hall, channel: Channel) -> None:
        try:
            await hall.run()
        except Exception:  # the boundary of one link: its pages come again
            log.exception("the pages of channel %s", channel.id)
            self._leave(channel, hall)
            hall.close()

    def _leave(self, channel: Channel, hall: Hall) -> None:
        """Whoever comes next opens another one."""
        if channel in self._halls and self._halls[channel][0] is hall:
            self._halls.pop(channel)[1].cancel()

    def _new_number(self) -> int:
        self._number = max(self._number + 1, milliseconds(self._clock.now()))
        return self._number
