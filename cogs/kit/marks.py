"""Marks: reactions on viewers' messages that say how their suggestions fare."""

import asyncio
from contextlib import suppress
from datetime import datetime

import discord

from cogs.kit.answers import DISCORD_FAILED

QUEUED, APPLIED, REFUSED = "📨", "✅", "❌"
MESSAGES_LOOKED_AT = 200
"""How far back forgotten marks are looked for: marks are for small crowds, and those that wait are recent."""
MARKS_AT_ONCE = 10
"""Marks that are under way at most: Discord takes only a few reactions in a second."""


class Marks:
    """Puts marks on messages, a few at once. Those that are to replace others wait for their turn."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(MARKS_AT_ONCE)

    @property
    def are_busy(self) -> bool:
        """Whether one more would have to wait."""
        return self._turns.locked()

    async def put(self, message: discord.Message, sign: str) -> None:
        async with self._turns:
            await mark(message, sign)

    async def replace(self, message: discord.Message, me: discord.abc.Snowflake, sign: str | None) -> None:
        async with self._turns:
            await replace_mark(message, me, sign)


async def mark(message: discord.Message, sign: str) -> None:
    with suppress(*DISCORD_FAILED):  # a courtesy: it may be forbidden here
        await message.add_reaction(sign)


async def replace_mark(message: discord.Message, me: discord.abc.Snowflake, sign: str | None) -> None:
    """Puts a mark in the place of "queued", or takes that away."""
    with suppress(*DISCORD_FAILED):
        await message.remove_reaction(QUEUED, me)
    if sign:
        await mark(message, sign)


async def close_forgotten_marks(
    channel: discord.abc.Messageable, me: discord.abc.Snowflake, *, since: datetime
) -> None:
    """What is still marked as queued was refused: the run of the bot that marked it was cut off."""
    with suppress(*DISCORD_FAILED):  # without the right to read the history they must stay
        async for message in channel.history(limit=MESSAGES_LOOKED_AT, after=since, oldest_first=False):
            for reaction in message.reactions:
                if str(reaction.emoji) == QUEUED and me.id in {user.id async for user in reaction.users()}:
                    await replace_mark(message, me, REFUSED)
