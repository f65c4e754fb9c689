"""A change of a server's settings, whatever its door, and what is shown of them."""

from collections.abc import Collection
from dataclasses import dataclass

import discord

from bot.broadcast.rights import Deed
from bot.guilds.guilds import Change
from bot.guilds.settings.guild_settings import GuildSettings
from bot.guilds.words.judge import Trouble
from cogs.kit import context, rights


@dataclass(frozen=True, slots=True)
class Shown:
    """A server's settings as they stand, with all that is needed to show them."""

    settings: GuildSettings
    trouble: Trouble
    own_prefix: str
    """The bot's own, for a server that has set none."""
    prefix: str
    """What suggestions in chat start with here; empty for nothing."""


def as_they_stand(interaction: discord.Interaction) -> Shown:
    services, guild_id = context.services(interaction), context.channel(interaction).guild_id
    return Shown(
        services.guilds.settings_of(guild_id),
        services.guilds.trouble_of(guild_id),
        services.guilds.own_prefix,
        services.guilds.prefixes_of(guild_id).own,
    )


async def change_settings(
    interaction: discord.Interaction, change: Change, what: str, names: Collection[str]
) -> GuildSettings:
    """What `Guilds.change` does, by the user."""
    guilds, guild_id = context.services(interaction).guilds, context.channel(interaction).guild_id
    by = await rights.check(interaction, Deed.SET)
    return await guilds.change(guild_id, change, what[:200], by=by, names=names)
