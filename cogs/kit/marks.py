"""Marks: reactions on viewers' messages that say how their suggestions fare."""

import asyncio
from contextlib import suppress
from typing import TypeVar

import discord

from cogs.kit.answers import DISCORD_FAILED

Settled = TypeVar("Settled")

QUEUED, APPLIED, REFUSED, NOT_KNOWN = "📨", "✅", "❌", "❔"
BLINK_S = 0.01
"""So long a mark gives way to the sending of its suggestion, and to an answer that comes at once."""
MARKS_AT_ONCE = 10
"""Marks that are under way at most: Discord takes only a few reactions in a second."""


class Marks:
    """Puts marks on messages, a few at once. Those that are to replace others wait for their turn."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(MARKS_AT_ONCE)
        self._being_queued: dict[int, asyncio.Event] = {}
        self._queued: set[int] = set()
        """The messages that were marked as queued by this run, and still are."""

    @property
    def are_busy(self) -> bool:
        """Whether one more would have to wait."""
        return self._turns.locked()

    async def put(self, message: discord.Message, sign: str) -> None:
        async with self._turns:
            with suppress(*DISCORD_FAILED):  # a courtesy: it may be forbidden here
                await message.add_reaction(sign)

    async def put_queued(self, message: discord.Message, settled: asyncio.Future[Settled]) -> None:
        """Marks a message whose suggestion waits, a blink later, if it is not `settled` by then.

        Whatever is to replace the mark waits until it is there.
        """
        is_there = self._being_queued[message.id] = asyncio.Event()
        try:
            await asyncio.wait({settled}, timeout=BLINK_S)
            if not settled.done():
                self._queued.add(message.id)
                await self.put(message, QUEUED)
        finally:
            is_there.set()
            del self._being_queued[message.id]

    async def settle(
        self,
        message: discord.PartialMessage,
        me: discord.abc.Snowflake,
        sign: str | None,
        *,
        is_earlier: bool,
    ) -> None:
        """Puts a mark in the place of "queued", if that is there, or takes that away.

        `is_earlier`: an earlier run, or another process, may have marked it. Raises what Discord raises when
        it is unwell: then it is to be done again.
        """
        if being_queued := self._being_queued.get(message.id):
            await being_queued.wait()
        async with self._turns:
            # The message may be gone, and marks may be forbidden here.
            with suppress(discord.NotFound, discord.Forbidden):
                if is_earlier or message.id in self._queued:
                    await message.remove_reaction(QUEUED, me)
            self._queued.discard(message.id)
            with suppress(discord.NotFound, discord.Forbidden):
                if sign:
                    await message.add_reaction(sign)
