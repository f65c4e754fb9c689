"""What was said where a broadcast runs while nobody heard it: after a crash, or a session that was lost."""

import asyncio
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import discord

from bot.broadcast.sharding import Shard
from bot.broadcast.show.session import BroadcastSession
from bot.discord.bot import OdysseyBot
from cogs.kit.own_messages import SKEW

MOST = 500
"""Messages of a channel that are read, the newest: as many as Discord gives without a rest."""


@dataclass(slots=True)
class _Gap:
    """From a new connection until all that was missed is heard; `until` is the ID of the last that was."""

    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    is_taken: bool = False
    until: int = 0


class Missed:
    """Knows up to where each broadcast's chat was heard, and reads what came after that.

    Meanwhile what is said waits, so that all keeps its order, and nothing is heard twice.
    """

    def __init__(self, bot: OdysseyBot) -> None:
        self._bot = bot
        self._services = bot.services
        self._heard: WeakKeyDictionary[BroadcastSession, int] = WeakKeyDictionary()
        """The newest message that proposed something."""
        self._gaps: dict[BroadcastSession, _Gap] = {}

    def begin(self, shard: Shard) -> None:
        """A new connection: of what happened before in these servers, Discord tells nothing."""
        running = self._services.broadcasts.running
        for session in self._gaps.keys() - set(running):
            self.end(session)
        for session in running:
            if shard.has(session.broadcast.channel.guild_id):
                self._gaps.setdefault(session, _Gap())

    def take(self) -> list[BroadcastSession]:
        """The broadcasts of which something may have been missed, once each: `read` it, and `end` that.

        Others are given later: what Discord has not told of yet cannot be read.
        """
        ready = [each for each, gap in self._gaps.items() if not gap.is_taken and self._guild_of(each)]
        for session in ready:
            self._gaps[session].is_taken = True
        return ready

    def end(self, session: BroadcastSession) -> None:
        """What was missed is being heard, so what waits comes next."""
        if gap := self._gaps.pop(session, None):
            gap.is_over.set()

    def give_up(self, shard: Shard) -> None:
        """Nothing is heard of these servers any more."""
        for session in list(self._gaps):
            if shard.has(session.broadcast.channel.guild_id):
                self.end(session)

    async def is_new(self, session: BroadcastSession, message_id: int) -> bool:
        """Whether a message was not heard yet; returns when it is its turn."""
        gap = self._gaps.get(session)
        if gap:
            await gap.is_over.wait()
        self._heard[session] = max(message_id, self._heard.get(session, 0))
        return gap is None or message_id > gap.until

    async def read(self, session: BroadcastSession) -> list[discord.Message]:
        """What was missed, in its order; nothing where it may not be read. Raises one of `NOT_TOLD`."""
        channel, gap, guild = session.broadcast.channel, self._gaps[session], self._guild_of(session)
        place = guild and guild.get_channel_or_thread(channel.id)
        if guild is None or not isinstance(place, discord.abc.Messageable) or session.is_closing:
            return []
        if not place.permissions_for(guild.me).read_message_history:
            return []
        after = discord.Object(await self._heard_until(session))
        newest_first = [
            message async for message in place.history(limit=MOST, after=after, oldest_first=False)
        ]
        if newest_first:
            gap.until = self._heard[session] = newest_first[0].id
        return newest_first[::-1]

    async def _heard_until(self, session: BroadcastSession) -> int:
        """The ID of a message, or of a moment, after which nothing of a broadcast's chat was heard."""
        services, broadcast = self._services, session.broadcast
        heard = self._heard.get(session)
        if heard is None:  # by this bot; perhaps by one before
            since = session.cut_off_at - SKEW if session.cut_off_at else broadcast.requested_at
            begun = discord.utils.time_snowflake(max(since, broadcast.requested_at))
            heard = max(begun, await services.history.newest_suggestion_said(broadcast.id) or 0)
        earliest = services.clock.now() - services.resume_within
        return max(heard, discord.utils.time_snowflake(earliest))

    def _guild_of(self, session: BroadcastSession) -> discord.Guild | None:
        """Its server, if Discord has told of it."""
        guild = self._bot.get_guild(session.broadcast.channel.guild_id)
        return None if guild is None or guild.unavailable or guild.me is None else guild
