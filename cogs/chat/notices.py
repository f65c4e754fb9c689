"""Why nothing comes of a message, told to its author alone."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import discord

from bot.broadcast.clock import Clock
from cogs.kit.answers import DISCORD_FAILED
from cogs.kit.direct_messages import DirectMessages
from cogs.wording.requests import NOT_TOLD_HERE

STANDING_LIMIT, LIFETIME_S = 5, 20.0
"""Replies at once in a channel, so that a crowd that is refused does not fill it; how long each stands."""

Message = discord.Message | discord.PartialMessage
Begin = Callable[[], Awaitable[object]]
"""Awaited before what may happen once only."""


class Notices:
    """Direct messages; and, where none can be sent, replies that give no reason and vanish after a while.

    A reason that is no secret stands in such a reply at once: in one for all, if it holds for many.
    """

    def __init__(self, direct: DirectMessages, clock: Clock) -> None:
        self._direct = direct
        self._clock = clock
        self._telling: set[asyncio.Task[None]] = set()
        self._is_finishing = asyncio.Event()
        self._standing: Counter[int] = Counter()
        """How many replies stand, by channel."""
        self._open: set[tuple[int, str]] = set()
        """Of these, the channel and what it is about, of each that gives its reason."""

    def tell(self, message: discord.Message, text: str) -> None:
        """Tells the author of a message why nothing comes of it."""
        self._begin(self.deliver(message, message.author.id, text), message)

    async def deliver(self, message: Message, author_id: int, text: str, begin: Begin | None = None) -> None:
        """The same; returns when the direct message is sent. A reply in its place stands for a while."""
        if self._direct.are_taken_by(author_id) and not self._direct.wait_s:
            if begin:
                await begin()
            if await self._direct.send(author_id, f"{text}\n-# {message.jump_url}"):
                return
        self._begin(self._stand(message, NOT_TOLD_HERE), message)

    def tell_openly(self, message: Message, text: str, *, about: str) -> None:
        """Tells the author of a message, and everybody, why nothing comes of it: once `about` the same."""
        if (key := (message.channel.id, about)) not in self._open:
            self._open.add(key)
            self._begin(self._stand_openly(message, text, key), message)

    async def finish(self) -> None:
        """Takes down what still stands, and returns when the direct messages under way are sent."""
        self._is_finishing.set()
        if self._telling:
            await asyncio.wait(self._telling)

    async def close(self) -> None:
        """Gives up what is not sent yet. What still stands vanishes."""
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)

    def _begin(self, telling: Coroutine[Any, Any, None], message: Message) -> None:
        task = asyncio.create_task(telling, name=f"notice on message {message.id}")
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _stand_openly(self, message: Message, text: str, key: tuple[int, str]) -> None:
        try:
            await self._stand(message, text)
        finally:
            self._open.discard(key)

    async def _stand(self, message: Message, text: str) -> None:
        channel_id = message.channel.id
        if self._standing[channel_id] >= STANDING_LIMIT or self._is_finishing.is_set():
            return
        self._standing[channel_id] += 1
        try:
            with suppress(*DISCORD_FAILED):  # the message may be gone, or the channel closed to us
                notice = await message.reply(text, mention_author=False)
                try:
                    until = self._clock.steady() + LIFETIME_S
                    await self._clock.wait(self._is_finishing, until=until)
                finally:
                    await notice.delete()
        finally:
            self._standing[channel_id] -= 1
            if not self._standing[channel_id]:
                del self._standing[channel_id]
