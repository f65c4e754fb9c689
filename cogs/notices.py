"""Short-lived replies in the chat, for what cannot be told privately there."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import discord

from bot.broadcast.ports import Clock
from cogs.answers import DISCORD_FAILED

LIFETIME_S = 20.0


class Notices:
    """Replies that vanish after a while; those still standing vanish when this is closed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._standing: set[asyncio.Task[None]] = set()

    def post(self, message: discord.Message, text: str) -> None:
        """Replies to a message, without a ping."""
        task = asyncio.create_task(self._stand(message, text), name=f"notice on message {message.id}")
        self._standing.add(task)
        task.add_done_callback(self._standing.discard)

    async def close(self) -> None:
        """Takes down what still stands."""
        for task in self._standing:
            task.cancel()
        await asyncio.gather(*self._standing, return_exceptions=True)

    async def _stand(self, message: discord.Message, text: str) -> None:
        with suppress(*DISCORD_FAILED):  # the message may be gone, or the channel closed to us
            notice = await message.reply(text, mention_author=False)
            try:
                await self._clock.sleep(LIFETIME_S)
            finally:
                await notice.delete()
