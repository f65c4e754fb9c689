"""Who somebody is to the bot, here and now: each door asks first, by `check` or one of the look-ups.

Discord's word on who acts is as new as the deed: who lost a role or a permission after a dialogue was opened
is refused when it is submitted.
"""

from collections.abc import Collection

import discord
from discord.abc import Snowflake

from bot.broadcast import rights
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import Channel, Viewer
from bot.broadcast.rights import Deed, Person, Rank
from bot.broadcast.show.session import BroadcastSession
from bot.discord.services import Services
from cogs.kit import context, sight
from cogs.kit.sight import Sight

NO_ROLE = (-1, 0)
"""Below @everyone."""


async def check(
    interaction: discord.Interaction,
    deed: Deed,
    channel: Channel | None = None,
    *,
    host: Viewer | None = None,
    other: Snowflake | None = None,
) -> Person:
    """Raises the reason why the user may not do that; returns who they are otherwise.

    `channel` is the one that it is about, if not the one where it was asked, `host` the one of its broadcast,
    `other` somebody to whom it is done: who is no member (any more) has no rank. Raises NOT_IN_SERVER where
    the bot is not.
    """
    granted = await _granted(interaction, channel or context.channel(interaction))
    person = _person(context.services(interaction), _member(interaction), granted, host=host, other=other)
    rights.check(deed, person, host=host)
    return person


async def still_may(interaction: discord.Interaction, deed: Deed, session: BroadcastSession) -> bool:
    """Whether the user may do that to a broadcast; by the roles that they have now, not when they asked."""
    guild, broadcast = interaction.client.get_guild(interaction.guild_id or 0), session.broadcast
    if guild is None:
        return False
    try:
        member = await guild.fetch_member(interaction.user.id)
    except discord.NotFound:
        return False
    granted = await context.cog(interaction, Sight).permissions_in(member, broadcast.channel.id)
    person = _person(context.services(interaction), member, granted, host=broadcast.host)
    return rights.may(deed, person)


async def views(interaction: discord.Interaction, channel: Channel) -> bool:
    """Whether the user may see what belongs to a channel."""
    return (await _granted(interaction, channel)).view_channel


async def viewed_channels(interaction: discord.Interaction) -> Collection[int] | None:
    """The IDs of channels with past broadcasts that the user may view; None for all of the server's."""
    member, here = _member(interaction), context.channel(interaction)
    if sight.sees_everything(member):
        return None
    channels = await context.services(interaction).history.channels(here.guild_id)
    own = {here.id} if interaction.permissions.view_channel else set()
    others = [channel for channel in channels if channel != here.id]
    return own | await context.cog(interaction, Sight).viewed_by(member, others)


def author(message: discord.Message, services: Services) -> Person:
    """Who the author of a message is, in its channel. They view it, since they write there."""
    member, granted = message.author, discord.Permissions.none()
    if isinstance(member, discord.Member):
        place = message.channel.parent if isinstance(message.channel, discord.Thread) else message.channel
        if isinstance(place, discord.abc.GuildChannel):
            granted = place.permissions_for(member)
    granted.view_channel = True
    return _person(services, member, granted)


async def open_session(interaction: discord.Interaction, deed: Deed) -> tuple[BroadcastSession, Person]:
    """This channel's broadcast, and the user, who may do that. Raises NOT_RUNNING or BROADCAST_OVER too."""
    _member(interaction)
    session = context.services(interaction).broadcasts.in_channel(context.channel(interaction))
    return await _open_to(interaction, deed, session)


async def session_of(
    interaction: discord.Interaction, deed: Deed, broadcast_id: str
) -> tuple[BroadcastSession, Person]:
    """The broadcast that a button or dialogue belongs to, and the user, who may do that in its own channel.

    Raises BROADCAST_OVER too: also when it is hidden from the user.
    """
    _member(interaction)
    session = context.services(interaction).broadcasts.find(broadcast_id)
    if session is None:
        raise BroadcastError(Code.BROADCAST_OVER)
    try:
        return await _open_to(interaction, deed, session)
    except BroadcastError as error:
        raise BroadcastError(Code.BROADCAST_OVER) if error.code is Code.NOT_RUNNING else error from None


async def _open_to(
    interaction: discord.Interaction, deed: Deed, session: BroadcastSession
) -> tuple[BroadcastSession, Person]:
    person = await check(interaction, deed, session.broadcast.channel, host=session.broadcast.host)
    if session.is_closing and deed is not Deed.END:  # what is ending already has an answer of its own
        raise BroadcastError(Code.BROADCAST_OVER)
    return session, person


def _member(interaction: discord.Interaction) -> discord.Member:
    """Raises NOT_IN_SERVER where the bot is not: somebody may have brought its commands along."""
    if interaction.guild_id is None or interaction.client.get_guild(interaction.guild_id) is None:
        raise BroadcastError(Code.NOT_IN_SERVER)
    assert isinstance(interaction.user, discord.Member)  # noqa: S101 - whoever acts in a server is a member of it
    return interaction.user


async def _granted(interaction: discord.Interaction, channel: Channel) -> discord.Permissions:
    """What the user may in a channel, here or elsewhere; nothing in another server's."""
    member = _member(interaction)
    if channel == context.channel(interaction):
        return interaction.permissions
    if channel.guild_id != interaction.guild_id:
        return discord.Permissions.none()
    return await context.cog(interaction, Sight).permissions_in(member, channel.id)


def _person(
    services: Services,
    user: discord.User | discord.Member,
    granted: discord.Permissions,
    *,
    host: Viewer | None = None,
    other: Snowflake | None = None,
) -> Person:
    """`granted` is what they may in the channel in question."""
    viewer = context.viewer(user)
    if not isinstance(user, discord.Member):
        return Person(viewer, views_channel=granted.view_channel)
    settings = services.guilds.settings_of(user.guild.id)
    intake = services.guilds.intake_of(user.guild.id)
    return Person(
        viewer,
        views_channel=granted.view_channel,
        manages_channel=_manages_messages(granted),
        manages_server=_manages_messages(sight.server_permissions(user)),
        is_manager=_manages_server(sight.server_permissions(user)),
        has_moderator_role=_has_role(user, settings.moderator_roles),
        has_starter_role=not settings.starter_roles or _has_role(user, settings.starter_roles),
        is_named_starter=_has_role(user, settings.starter_roles),
        pictures=settings.pictures,
        has_bypass_role=_has_role(user, settings.bypass_roles),
        may_call_votes=settings.viewers_may_call_votes,
        is_host=host is not None and host.id == user.id,
        outranks_other=other is not None and _rank(user) > _rank(other),
        muted_until=intake.muted_until(viewer),
    )


def _manages_messages(granted: discord.Permissions) -> bool:
    return granted.administrator or granted.manage_guild or granted.manage_messages


def _manages_server(granted: discord.Permissions) -> bool:
    return granted.administrator or granted.manage_guild


def _rank(member: Snowflake) -> Rank:
    if not isinstance(member, discord.Member):
        return Rank(is_owner=False, is_administrator=False, highest_role=NO_ROLE)
    return Rank(
        is_owner=member.guild.owner_id == member.id,
        is_administrator=sight.server_permissions(member).administrator,
        highest_role=max(((role.position, -role.id) for role in member.roles), default=NO_ROLE),
    )


def _has_role(member: discord.Member, roles: Collection[int]) -> bool:
    return any(member.get_role(role) for role in roles)
