"""From Discord's objects to the domain's: who, where, and the services that answer."""

from typing import TypeVar, cast

import discord
from discord.ext import commands

from bot.broadcast.errors import BroadcastError, MissingPermissions
from bot.broadcast.model import Channel, Viewer
from bot.discord.bot import OdysseyBot
from bot.discord.permissions import NEEDED, lacking
from bot.discord.services import Services
from bot.guilds.settings.guild_settings import GuildSettings

MOST_OF_AN_ID = 2**63
C = TypeVar("C", bound=commands.Cog)


def bot_of(interaction: discord.Interaction) -> OdysseyBot:
    """The bot that got it."""
    bot = interaction.client
    assert isinstance(bot, OdysseyBot)  # noqa: S101 - no other client loads these cogs
    return bot


def services(interaction: discord.Interaction) -> Services:
    return bot_of(interaction).services


def cog(interaction: discord.Interaction, kind: type[C]) -> C:
    """The one of that kind that the bot has that got the interaction."""
    return cast("C", bot_of(interaction).get_cog(kind.__name__))


def viewer(person: discord.User | discord.Member) -> Viewer:
    """A Discord user as the domain knows them. Raises `ValueError` for an ID that no database could keep."""
    if not 0 < person.id < MOST_OF_AN_ID:
        raise ValueError(f"nobody: {person.id}")
    return Viewer(person.id, str(person.display_name))  # Discord's word is all there is for its being a text


def channel(source: discord.Interaction | discord.Message) -> Channel:
    """Where it happened. Everything here happens in a server: commands are for servers only."""
    if isinstance(source, discord.Message):
        return Channel(source.guild.id if source.guild else 0, source.channel.id)
    return Channel(source.guild_id or 0, source.channel_id or 0)


def check_own_permissions(interaction: discord.Interaction) -> None:
    """Raises MissingPermissions when the bot could not show a broadcast or its recording here."""
    granted = interaction.app_permissions
    if not granted.value:  # not told
        return
    in_thread = isinstance(interaction.channel, discord.Thread)
    if missing := lacking(NEEDED, granted, in_thread=in_thread):
        raise BroadcastError(MissingPermissions(tuple(missing)))


def settings(interaction: discord.Interaction) -> GuildSettings:
    return services(interaction).guilds.settings_of(channel(interaction).guild_id)
