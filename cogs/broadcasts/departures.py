"""What goes away on Discord: places of broadcasts, rights of the bot, and people."""

import logging

import discord
from discord.ext import commands

from bot.broadcast.model import Channel
from bot.discord.bot import OdysseyBot
from cogs.broadcasts.places import LostPlaces
from cogs.kit.answers import DISCORD_FAILED, UNKNOWN_CHANNEL
from cogs.kit.members import NOT_TOLD, members

log = logging.getLogger(__name__)


class Departures(commands.Cog):
    """Hears every event that can say so, and looks again when some may have been missed."""

    def __init__(self, bot: OdysseyBot) -> None:
        self._bot = bot
        self._broadcasts = bot.services.broadcasts
        self._links = bot.services.links
        self._left_servers = bot.services.left_servers
        self._places = LostPlaces(bot)

    async def cog_unload(self) -> None:
        await self._places.close()

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """A new session: servers that are gone are not told of any more, nor are channels."""
        shard = self._bot.shard(shard_id)
        theirs = [guild.id for guild in self._bot.guilds if shard.has(guild.id)]
        await self._left_servers.is_in(theirs, shard)
        self._places.look_at_all(shard)
        for link in self._links:
            if shard.has(link.channel.guild_id):
                await self._look_for_channel(link.channel)

    @commands.Cog.listener()
    async def on_shard_left(self, shard_id: int) -> None:
        """Another process hears of its servers."""
        self._left_servers.lets_go(self._bot.shard(shard_id))

    @commands.Cog.listener("on_guild_join")
    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server is there again, as after a lost session: what happened meanwhile was not told."""
        self._places.look(guild.id)
        await self._look_for_people(guild)

    @commands.Cog.listener("on_guild_join")
    async def on_new_server(self, guild: discord.Guild) -> None:
        """It may have had the bot before."""
        await self._left_servers.back(guild.id)

    @commands.Cog.listener("on_guild_remove")
    async def on_left_server(self, guild: discord.Guild) -> None:
        """The bot was removed, or the server deleted; an outage of Discord is told otherwise."""
        await self._left_servers.left(guild.id)

    @commands.Cog.listener("on_guild_remove")
    @commands.Cog.listener("on_guild_update")
    async def on_other_server(self, *versions: discord.Guild) -> None:
        """The bot is no more in it, or its owner may be another one."""
        self._places.look(versions[-1].id)

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """The threads of a deleted channel come one by one."""
        await self._deleted(channel.guild.id, channel.id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """A thread or a post was deleted, perhaps with its channel."""
        await self._deleted(event.guild_id, event.thread_id)

    @commands.Cog.listener()
    async def on_thread_remove(self, thread: discord.Thread) -> None:
        """The bot was taken out of a thread: of a private one, it sees nothing any more."""
        if thread.type is discord.ChannelType.private_thread:
            self._places.deleted(thread.guild.id, thread.id)
        self._places.look(thread.guild.id)

    @commands.Cog.listener()
    async def on_raw_thread_update(self, event: discord.RawThreadUpdateEvent) -> None:
        """A thread was archived, locked or reopened."""
        self._places.look(event.guild_id)

    @commands.Cog.listener("on_thread_join")  # it was reopened
    @commands.Cog.listener("on_guild_channel_update")
    @commands.Cog.listener("on_guild_role_update")
    @commands.Cog.listener("on_guild_role_delete")
    async def on_other_rights(
        self, *versions: discord.Thread | discord.abc.GuildChannel | discord.Role
    ) -> None:
        """Permissions may be other ones: a channel was perhaps moved to where others hold."""
        self._places.look(versions[-1].guild.id)

    @commands.Cog.listener()
    async def on_member_update(self, _: discord.Member, member: discord.Member) -> None:
        """The bot may have lost a role, or be timed out."""
        if member == member.guild.me:
            self._places.look(member.guild.id)

    @commands.Cog.listener()
    async def on_raw_member_remove(self, event: discord.RawMemberRemoveEvent) -> None:
        """Somebody left or was kicked. Heard only with the intent for members."""
        await self._broadcasts.withdraw_all_of(event.guild_id, event.user.id)

    @commands.Cog.listener()
    async def on_member_ban(self, guild: discord.Guild, user: discord.User | discord.Member) -> None:
        await self._broadcasts.withdraw_all_of(guild.id, user.id)

    async def _deleted(self, guild_id: int, channel_id: int) -> None:
        self._places.deleted(guild_id, channel_id)
        await self._links.drop(Channel(guild_id, channel_id))

    async def _look_for_channel(self, channel: Channel) -> None:
        """Has the link of a channel be dead that was deleted while the bot was away."""
        guild = self._bot.get_guild(channel.guild_id)
        if guild is None or guild.unavailable or guild.get_channel_or_thread(channel.id):
            return
        try:  # discord.py does not know threads that are archived
            await guild.fetch_channel(channel.id)
        except (*DISCORD_FAILED, discord.InvalidData) as error:
            if isinstance(error, discord.HTTPException) and error.code == UNKNOWN_CHANNEL:
                await self._links.drop(channel)

    async def _look_for_people(self, guild: discord.Guild) -> None:
        """Withdraws what those have in line who are not in the server any more."""
        sessions = self._broadcasts.in_guild(guild.id)
        people = {person for session in sessions for person in session.floor.people}
        try:
            async for asked, found in members(guild, people):
                for person in set(asked).difference(member.id for member in found):
                    await self._broadcasts.withdraw_all_of(guild.id, person)
        except NOT_TOLD as error:
            log.info("members of server %s could not be asked for: %s", guild.id, type(error).__name__)
