"""What members may in channels other than the one they are speaking from, and so what they see of them."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

import discord
from discord.ext import commands

from cogs.kit.answers import DISCORD_FAILED

LOOK_UP_LIMIT, LOOK_UP_TIMEOUT_S = 40, 1.5
"""Channels that Discord is asked about for one answer, and for how long: an answer may take 3 s. What is not
known by then is hidden."""
KEPT_S, KEPT_LIMIT = 600.0, 5000
"""For how long, and of how many threads, it is kept in mind what Discord said."""


class _Place(NamedTuple):
    """Whose permissions hold in a channel: its own or, for a thread, its parent's."""

    parent_id: int
    is_private_thread: bool = False


class Sight(commands.Cog):
    """Looks, and keeps in mind what Discord said of archived threads."""

    def __init__(self) -> None:
        self._looked_up: OrderedDict[int, tuple[float, _Place | None]] = OrderedDict()
        """Those threads, which discord.py does not keep; None for what is gone. With the time of the look."""

    async def permissions_in(self, member: discord.Member, channel_id: int) -> discord.Permissions:
        """What a member may in a channel: nothing if they cannot view it, or if it is gone or unknown.

        Owner and administrators see everything, and so may everything.
        """
        guild = member.guild
        if sees_everything(member):
            return discord.Permissions.all()
        place = _place_in_mind(guild, channel_id) or await self._look_up(guild, channel_id)
        channel = guild.get_channel(place.parent_id) if place else None
        if place is None or channel is None:
            return discord.Permissions.none()
        granted = channel.permissions_for(member)
        is_hidden = place.is_private_thread and not granted.manage_threads
        if not granted.view_channel or (is_hidden and not await _is_in_thread(member, channel_id)):
            return discord.Permissions.none()
        return granted

    async def viewed_by(self, member: discord.Member, channel_ids: Sequence[int]) -> set[int]:
        """Those of the channels that a member may view. The first are more likely to be looked up in time."""
        unknown = {i for i in channel_ids if self._must_be_asked_for(member.guild, i)}
        asked = [i for i in channel_ids if i in unknown][:LOOK_UP_LIMIT]
        viewed = {
            i for i in channel_ids if i not in unknown and (await self.permissions_in(member, i)).view_channel
        }

        async def look(channel_id: int) -> None:
            if (await self.permissions_in(member, channel_id)).view_channel:
                viewed.add(channel_id)

        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_UP_TIMEOUT_S):
                await asyncio.gather(*map(look, asked))
        return viewed

    def _must_be_asked_for(self, guild: discord.Guild, channel_id: int) -> bool:
        """Whether only Discord knows: what kind of a channel it is, or who is in a private thread."""
        is_kept, place = self._kept(channel_id)
        place = _place_in_mind(guild, channel_id) or place
        return place.is_private_thread if place else not is_kept

    def _kept(self, channel_id: int) -> tuple[bool, _Place | None]:
        """Whether it is in mind what Discord said of a thread, and what that was."""
        looked_at_s, place = self._looked_up.get(channel_id, (float("-inf"), None))
        return asyncio.get_running_loop().time() - looked_at_s < KEPT_S, place

    async def _look_up(self, guild: discord.Guild, channel_id: int) -> _Place | None:
        is_kept, place = self._kept(channel_id)
        if is_kept:
            return place
        try:
            place = _place_of(await guild.fetch_channel(channel_id))
        except discord.NotFound:
            place = None
        except (discord.InvalidData, *DISCORD_FAILED):
            return None  # not known this time
        self._looked_up[channel_id] = asyncio.get_running_loop().time(), place
        self._looked_up.move_to_end(channel_id)
        if len(self._looked_up) > KEPT_LIMIT:
            self._looked_up.popitem(last=False)
        return place


def sees_everything(member: discord.Member) -> bool:
    """Whether no channel is hidden from them: from the owner and administrators none is."""
    return member.guild.owner_id == member.id or server_permissions(member).administrator


def server_permissions(member: discord.Member) -> discord.Permissions:
    """What a member may in the whole server. Nothing while Discord has not told who may what."""
    known = member.guild.default_role is not None
    return member.guild_permissions if known else discord.Permissions.none()


def _place_in_mind(guild: discord.Guild, channel_id: int) -> _Place | None:
    channel = guild.get_channel_or_thread(channel_id)
    return _place_of(channel) if channel else None


def _place_of(channel: discord.abc.GuildChannel | discord.Thread) -> _Place:
    if isinstance(channel, discord.Thread):
        return _Place(channel.parent_id, channel.is_private())
    return _Place(channel.id)


async def _is_in_thread(member: discord.Member, thread_id: int) -> bool:
    """Asked of Discord each time: without a privileged intent it does not tell who joins and leaves."""
    try:
        thread = member.guild.get_thread(thread_id) or await member.guild.fetch_channel(thread_id)
        assert isinstance(thread, discord.Thread)  # noqa: S101 - a private thread is one
        await thread.fetch_member(member.id)
    except (discord.InvalidData, *DISCORD_FAILED):
        return False
    return True
