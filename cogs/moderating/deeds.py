"""What those who moderate a broadcast do to it, entered in the audit list: the same at every door."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import discord

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.intake.prompts import clean_prompt
from bot.broadcast.model import ActionKind
from bot.broadcast.show.session import BroadcastSession
from cogs.kit import context


async def set_paused(interaction: discord.Interaction, session: BroadcastSession, *, paused: bool) -> None:
    """Stops the taking of suggestions, or takes them again. Raises BROADCAST_OVER."""
    session.floor.pause(paused=paused)
    await context.record(interaction, ActionKind.PAUSE if paused else ActionKind.RESUME, "suggestions")


async def switch(interaction: discord.Interaction, session: BroadcastSession, mode: Mode) -> None:
    """Decides in another way from now on. Raises BROADCAST_OVER."""
    session.floor.switch(mode)
    await context.record(interaction, ActionKind.MODE, mode)


async def panic(interaction: discord.Interaction, session: BroadcastSession) -> None:
    """Stops the taking of suggestions, empties the line, and sends the safe prompt. Raises BROADCAST_OVER."""
    settings = context.services(interaction).guilds.settings_of(session.broadcast.channel.guild_id)
    safe_prompt = clean_prompt(settings.safe_prompt)
    context.check_open(session)
    try:
        await session.floor.panic(context.viewer(interaction.user), safe_prompt)
    finally:  # all but its storing is done in any case
        await context.record(interaction, ActionKind.PANIC, settings.safe_prompt)


def end(interaction: discord.Interaction, session: BroadcastSession) -> Awaitable[None]:
    """Asks for the end of a broadcast, in the moment of the call; its entry has to be awaited.

    Raises ALREADY_ENDING.
    """
    user, broadcast = context.viewer(interaction.user), session.broadcast
    context.services(interaction).broadcasts.end(broadcast.channel, user, is_moderator=True)
    is_own = user.id == broadcast.host.id
    return asyncio.sleep(0) if is_own else context.record(interaction, ActionKind.END, broadcast.prompt)
