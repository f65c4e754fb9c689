"""A change of a server's settings, whatever its door, and what is shown of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import discord

from bot.guilds.guilds import Change
from bot.guilds.settings.guild_settings import GuildSettings
from bot.guilds.words.judge import Trouble
from cogs.kit import context


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
    """Changes the server's settings; its broadcasts that run go by them from now on.

    `what` is for the audit list. Raises `WrongSettingError`.
    """
    services, guild_id = context.services(interaction), context.channel(interaction).guild_id
    by = context.viewer(interaction.user)
    return await services.guilds.change(guild_id, change, by, what, names=names)
