"""Where broadcasts take place: one that nobody can see or steer there any more is ended."""

import asyncio
import logging
from collections.abc import Iterable
from enum import Enum, auto

import discord

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import Channel, Ending
from bot.broadcast.sharding import Shard
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.states import Reason
from bot.discord.bot import OdysseyBot
from bot.discord.permissions import SEES_AND_SAYS, lacking
from cogs.kit import context

log = logging.getLogger(__name__)

GRACE_S = 7.0
"""How long a place may be closed before its broadcast ends: who sets permissions needs several steps."""


class Place(Enum):
    """How a place stands. What Discord has not told of (yet) counts as open."""

    OPEN = auto()
    CLOSED = auto()
    """Nobody can write there, or the bot cannot; that may be changed back."""
    GONE = auto()


def place_of(bot: OdysseyBot, channel: Channel) -> Place:
    """How a channel, thread or post stands, by what Discord last told."""
    guild = bot.get_guild(channel.guild_id)
    if guild is None:
        return Place.GONE if bot.knows(channel.guild_id) else Place.OPEN
    if guild.unavailable or guild.me is None:
        return Place.OPEN
    where = guild.get_channel_or_thread(channel.id)
    if where is None or isinstance(where, discord.CategoryChannel | discord.ForumChannel):
        return Place.CLOSED  # discord.py forgets threads that are archived
    if isinstance(where, discord.Thread):
        return Place.OPEN if _is_open_thread(where, guild.me) else Place.CLOSED
    lacks = lacking(SEES_AND_SAYS, where.permissions_for(guild.me), in_thread=False)
    return Place.CLOSED if lacks else Place.OPEN


def check_place(interaction: discord.Interaction) -> None:
    """Raises NO_PLACE where a broadcast could not be kept: it would end at once."""
    if place_of(context.bot_of(interaction), context.channel(interaction)) is not Place.OPEN:
        raise BroadcastError(Code.NO_PLACE)


class LostPlaces:
    """Ends broadcasts that nobody can see or steer any more: at once if their place is gone for good."""

    def __init__(self, bot: OdysseyBot) -> None:
        self._bot = bot
        self._services = bot.services
        self._closed: dict[str, asyncio.Task[None]] = {}

    async def close(self) -> None:
        tasks = list(self._closed.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def look(self, guild_id: int) -> None:
        """Has another look at the places of a server: something about them has changed."""
        self._look_at(self._services.broadcasts.in_guild(guild_id))

    def look_at_all(self, shard: Shard) -> None:
        """The same, of all servers of a shard."""
        running = self._services.broadcasts.running
        self._look_at(each for each in running if shard.has(each.broadcast.channel.guild_id))

    def deleted(self, guild_id: int, channel_id: int) -> None:
        """A channel or a thread is gone."""
        for session in self._services.broadcasts.in_guild(guild_id):
            if session.broadcast.channel.id == channel_id:
                self._judge(session, Place.GONE)

    def _look_at(self, sessions: Iterable[BroadcastSession]) -> None:
        for session in sessions:
            self._judge(session, place_of(self._bot, session.broadcast.channel))

    def _judge(self, session: BroadcastSession, place: Place) -> None:
        broadcast_id = session.broadcast.id
        if place is Place.GONE:
            _end(session)
        elif place is Place.OPEN:
            if closed := self._closed.pop(broadcast_id, None):
                closed.cancel()
        elif broadcast_id not in self._closed:
            self._closed[broadcast_id] = asyncio.create_task(
                self._wait(session), name=f"closed place of broadcast {broadcast_id}"
            )

    async def _wait(self, session: BroadcastSession) -> None:
        await self._services.clock.sleep(GRACE_S)
        del self._closed[session.broadcast.id]
        if place_of(self._bot, session.broadcast.channel) is not Place.OPEN:
            _end(session)


def _end(session: BroadcastSession) -> None:
    if not session.is_closing:
        log.info("the place of broadcast %s is gone", session.broadcast.id)
        session.end(Ending(Reason.CHANNEL_GONE))


def _is_open_thread(thread: discord.Thread, me: discord.Member) -> bool:
    if thread.parent is None or thread.archived or thread.locked:
        return False
    return not lacking(SEES_AND_SAYS, thread.permissions_for(me), in_thread=True)
