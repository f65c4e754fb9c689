"""From what a viewer says to a suggestion, and word back of what became of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import discord

from bot.broadcast.errors import BroadcastError
from bot.broadcast.model import Outcome, Suggestion
from bot.broadcast.prompts import prompt_in_chat
from bot.broadcast.session import Ticket
from bot.discord_bot import Services
from cogs import context, wording
from cogs.answers import explain
from cogs.notices import Notices

ANSWER_LIFETIME_S = 14 * 60
"""How long a private answer can still be edited: its token lives 15 min."""


async def suggest_privately(interaction: discord.Interaction, prompt: str) -> None:
    """Puts a prompt in line; only its author sees how it fares. Raises what `Broadcasts.suggest` raises."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    broadcasts, channel = context.services(interaction).broadcasts, context.channel(interaction)
    ticket = await broadcasts.suggest(channel, context.viewer(interaction.user), prompt)
    await interaction.edit_original_response(content=wording.taken_suggestion(ticket.place, ticket.mode))
    if settled := await _settled(ticket):
        await interaction.edit_original_response(content=wording.settled_suggestion(settled))


async def suggest_from_chat(services: Services, notices: Notices, message: discord.Message) -> None:
    """Puts a message with the prefix in line, if its channel has a broadcast; all other talk is ignored."""
    if message.author.bot or message.webhook_id or message.guild is None:
        return
    prompt = prompt_in_chat(message.content, services.settings.chat_prefix)
    if prompt is None or not services.broadcasts.is_running_in(context.channel(message)):
        return
    try:
        ticket = await services.broadcasts.suggest(
            context.channel(message), context.viewer(message.author), prompt
        )
    except BroadcastError as error:
        notices.post(message, explain(error, f"message {message.id}"))
        return
    settled = await _settled(ticket)
    if settled is None:
        return
    if settled.outcome is Outcome.ACKNOWLEDGED:
        with suppress(discord.HTTPException):  # a reaction is a courtesy: it may be forbidden here
            await message.add_reaction("✅")
    else:
        notices.post(message, wording.settled_suggestion(settled))


async def _settled(ticket: Ticket) -> Suggestion | None:
    """The suggestion once it is settled; None if that takes longer than an answer lives."""
    try:
        async with asyncio.timeout(ANSWER_LIFETIME_S):
            return await asyncio.shield(ticket.settled)
    except TimeoutError:
        return None
