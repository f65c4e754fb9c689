"""Past broadcasts are found: by what somebody types, and as far as they may see them."""

import discord
from discord.app_commands import Choice

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.history import PastBroadcast
from cogs.kit import context, rights
from cogs.wording.recordings import choice

CHOICES_LIMIT = 25
CHOICE_LENGTH_LIMIT = 100
"""Discord's limits for autocomplete."""


async def broadcast_choices(
    interaction: discord.Interaction, typed: str
) -> list[discord.app_commands.Choice[str]]:
    """The broadcasts that fit what was typed, newest first, of the channels that the user may view."""
    guild_id = context.channel(interaction).guild_id
    try:
        viewed = await rights.viewed_channels(interaction)
    except BroadcastError:
        return []  # a completion has no room for a sentence; the command has
    found = await context.services(interaction).history.search_broadcasts(
        guild_id, typed.strip(), viewed, limit=CHOICES_LIMIT
    )
    return [Choice(name=choice(past, CHOICE_LENGTH_LIMIT), value=past.broadcast.id) for past in found]


async def viewed_broadcast(interaction: discord.Interaction, shown_id: str | None) -> PastBroadcast:
    """One with its link; without an ID the channel's latest. Raises UNKNOWN_BROADCAST or NO_BROADCASTS_YET.

    What is hidden from the user is answered exactly as what does not exist.
    """
    services, channel = context.services(interaction), context.channel(interaction)
    past = (
        await services.history.find_broadcast(channel.guild_id, shown_id)
        if shown_id
        else await services.history.latest_broadcast(channel)
    )
    is_viewed = await rights.views(interaction, past.broadcast.channel if past else channel)
    if past is None or not is_viewed:
        raise BroadcastError(Code.UNKNOWN_BROADCAST if shown_id else Code.NO_BROADCASTS_YET)
    return await services.recording_links.linked(past)


def is_private(interaction: discord.Interaction) -> bool:
    """Whether a button or menu was used below a private answer."""
    return interaction.message is not None and interaction.message.flags.ephemeral
