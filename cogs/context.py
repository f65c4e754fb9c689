"""From Discord's objects to the domain's: who, where, and the services that answer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import discord

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import ActionKind, Channel, Viewer
from bot.broadcast.session import BroadcastSession
from bot.discord_bot import OdysseyBot, Services
from bot.guild_settings import GuildSettings


def services(interaction: discord.Interaction) -> Services:
    """The services of the bot that got the interaction."""
    bot = interaction.client
    assert isinstance(bot, OdysseyBot)  # noqa: S101 - no other client loads these cogs
    return bot.services


def viewer(person: discord.User | discord.Member) -> Viewer:
    """A Discord user as the domain knows them."""
    return Viewer(person.id, person.display_name)


def channel(source: discord.Interaction | discord.Message) -> Channel:
    """Where it happened. Everything here happens in a server: commands are for servers only."""
    if isinstance(source, discord.Message):
        return Channel(source.guild.id if source.guild else 0, source.channel.id)
    return Channel(source.guild_id or 0, source.channel_id or 0)


def check_own_permissions(interaction: discord.Interaction) -> None:
    """Raises MISSING_PERMISSIONS when the bot could not show a broadcast or its recording here."""
    granted = interaction.app_permissions
    if not granted.value:  # not told
        return
    in_thread = isinstance(interaction.channel, discord.Thread)
    needed = {
        "View Channel": granted.view_channel,
        "Send Messages": granted.send_messages_in_threads if in_thread else granted.send_messages,
        "Attach Files": granted.attach_files,
    }
    missing = [name for name, is_granted in needed.items() if not is_granted]
    if missing and not granted.administrator:
        raise BroadcastError(Code.MISSING_PERMISSIONS, permissions=", ".join(missing))


def open_session(interaction: discord.Interaction) -> BroadcastSession:
    """The channel's broadcast, to be steered or moderated. Raises NOT_RUNNING or BROADCAST_OVER."""
    session = services(interaction).broadcasts.in_channel(channel(interaction))
    check_open(session)
    return session


def check_open(session: BroadcastSession) -> None:
    """Raises BROADCAST_OVER for one that is over, or about to be: nothing more is decided about it."""
    if session.is_closing:
        raise BroadcastError(Code.BROADCAST_OVER)


def running_session(interaction: discord.Interaction, broadcast_id: str) -> BroadcastSession:
    """The broadcast that a button belongs to. Raises BROADCAST_OVER."""
    session = services(interaction).broadcasts.find(broadcast_id)
    if session is None:
        raise BroadcastError(Code.BROADCAST_OVER)
    check_open(session)
    return session


def check_moderator(interaction: discord.Interaction) -> None:
    """Raises MODERATORS_ONLY for anybody else."""
    if not is_moderator(interaction):
        raise BroadcastError(Code.MODERATORS_ONLY)


def settings(interaction: discord.Interaction) -> GuildSettings:
    """The server's settings."""
    return services(interaction).guilds.settings_of(channel(interaction).guild_id)


def is_moderator(interaction: discord.Interaction) -> bool:
    """Whether the user may manage messages in this channel, or has a role that moderates."""
    return _manages_messages(interaction.permissions) or _has_role(
        interaction.user, settings(interaction).moderator_roles
    )


async def record(interaction: discord.Interaction, kind: ActionKind, subject: str) -> None:
    """Adds what a moderator did to the audit list."""
    await services(interaction).guilds.record(
        channel(interaction).guild_id, viewer(interaction.user), kind, subject
    )


def check_not_muted(interaction: discord.Interaction) -> None:
    """Raises MUTED for somebody who may not steer."""
    ours = services(interaction)
    intake = ours.guilds.intake_of(channel(interaction).guild_id)
    intake.check_mute(viewer(interaction.user))


def check_starter(interaction: discord.Interaction) -> None:
    """Raises STARTERS_ONLY for people who may not start broadcasts in this server."""
    roles = settings(interaction).starter_roles
    if roles and not _has_role(interaction.user, roles) and not is_moderator(interaction):
        raise BroadcastError(Code.STARTERS_ONLY)


async def check_day(interaction: discord.Interaction) -> None:
    """Raises DAY_IS_USED_UP when the server has had its minutes of today (UTC)."""
    minutes = settings(interaction).minutes_per_day
    if not minutes:
        return
    ours = services(interaction)
    now = ours.clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    used = await ours.archive.time_on_air(channel(interaction).guild_id, since=midnight, now=now)
    if used >= timedelta(minutes=minutes):
        raise BroadcastError(Code.DAY_IS_USED_UP, limit=minutes, until=midnight + timedelta(days=1))


def is_exempt(person: discord.User | discord.Member, rules: GuildSettings) -> bool:
    """Whether no filter, cooldown or slow mode applies: to moderators, and to roles that bypass them."""
    if isinstance(person, discord.Member) and _manages_messages(person.guild_permissions):
        return True
    return _has_role(person, (*rules.bypass_roles, *rules.moderator_roles))


def _manages_messages(permissions: discord.Permissions) -> bool:
    return permissions.administrator or permissions.manage_guild or permissions.manage_messages


def _has_role(person: discord.User | discord.Member, roles: Collection[int]) -> bool:
    return isinstance(person, discord.Member) and any(person.get_role(role) for role in roles)
