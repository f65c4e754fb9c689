"""What became of a suggestion from the chat, told to its author alone."""

import asyncio
from collections import Counter, deque
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

import discord

from bot.broadcast.clock import Clock
from cogs.kit.answers import DISCORD_FAILED
from cogs.wording.requests import NOT_TOLD_HERE

STANDING_LIMIT, LIFETIME_S = 5, 20.0
"""Replies at once in a channel, so that a crowd that is refused does not fill it; how long each stands."""
DIRECT_LIMIT, DIRECT_WINDOW_S = 10, 20.0
"""Direct messages at most in a time: Discord takes a bot that sends many of them for a nuisance."""
UNREACHABLE_FOR_S = 3600.0
"""How long it is held against somebody that they take no direct messages: they may come to allow them."""


class Notices:
    """Direct messages; and, where none can be sent, replies that give no reason and vanish after a while.

    A reason that is no secret stands in such a reply at once: in one for all, if it holds for many.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._telling: set[asyncio.Task[None]] = set()
        self._is_finishing = asyncio.Event()
        self._unreachable: dict[int, float] = {}
        self._standing: Counter[int] = Counter()
        """How many replies stand, by channel."""
        self._open: set[tuple[int, str]] = set()
        """Of these, the channel and what it is about, of each that gives its reason."""
        self._sent_at: deque[float] = deque(maxlen=DIRECT_LIMIT)

    def tell(self, message: discord.Message, text: str) -> None:
        """Tells the author of a message why nothing comes of it."""
        self._begin(self._tell(message, text), message)

    def tell_openly(self, message: discord.Message, text: str, *, about: str) -> None:
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

    def _begin(self, telling: Coroutine[Any, Any, None], message: discord.Message) -> None:
        task = asyncio.create_task(telling, name=f"notice on message {message.id}")
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, message: discord.Message, text: str) -> None:
        if self._may_write_to(message.author):
            try:
                await message.author.send(f"{text}\n-# {message.jump_url}")
            except discord.Forbidden:  # who takes no messages from us is not asked again soon
                self._unreachable[message.author.id] = self._clock.steady()
            except DISCORD_FAILED:
                pass
            else:
                return
        await self._stand(message, NOT_TOLD_HERE)

    async def _stand_openly(self, message: discord.Message, text: str, key: tuple[int, str]) -> None:
        try:
            await self._stand(message, text)
        finally:
            self._open.discard(key)

    def _may_write_to(self, author: discord.abc.User) -> bool:
        now = self._clock.steady()
        while self._unreachable and now - next(iter(self._unreachable.values())) >= UNREACHABLE_FOR_S:
            del self._unreachable[next(iter(self._unreachable))]
        is_full = len(self._sent_at) == DIRECT_LIMIT and now - self._sent_at[0] < DIRECT_WINDOW_S
        if is_full or author.id in self._unreachable:
            return False
        self._sent_at.append(now)
        return True

    async def _stand(self, message: discord.Message, text: str) -> None:
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
