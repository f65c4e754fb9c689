"""Past broadcasts are found: by what somebody types, and as far as they may see them."""

import discord
from discord.app_commands import Choice

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.history import PastBroadcast
from bot.broadcast.wanted import Wanted
from cogs.kit import context, rights
from cogs.wording.broadcast_list import choice
from cogs.wording.period import period

CHOICES_LIMIT = 25
CHOICE_LENGTH_LIMIT = 100
"""Discord's limits for autocomplete."""


async def broadcast_choices(
    interaction: discord.Interaction, typed: str
) -> list[discord.app_commands.Choice[str]]:
    """The broadcasts that fit what was typed, of the channels that the user may view.

    Of the date, if it is one; then that with the number; then by their words. The newest first.
    """
    guild_id, services = context.channel(interaction).guild_id, context.services(interaction)
    try:
        viewed = await rights.viewed_channels(interaction)
    except BroadcastError:
        return []  # a completion has no room for a sentence; the command has
    when = period(typed, services.clock.now())
    of_period = Wanted(since=when.since, until=when.until) if when else None
    found = await services.history.search_broadcasts(
        guild_id, typed, viewed, limit=CHOICES_LIMIT, of_period=of_period
    )
    return [Choice(name=choice(each, CHOICE_LENGTH_LIMIT), value=each.id) for each in found]


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
