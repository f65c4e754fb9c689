"""Panels that seem live although their broadcasts are over: the bot was cut off, or Discord was away."""

import itertools
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import discord

from bot.broadcast.errors import NotStoredError
from bot.broadcast.model import Broadcast
from bot.broadcast.posts import Post, PostKind
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.telling.chores import Chores
from bot.discord.bot import OdysseyBot
from bot.kit.references import new_id
from cogs.kit.answers import DISCORD_FAILED, NO_MENTIONS
from cogs.kit.own_messages import panels_in
from cogs.panel.earlier_panel import give_way
from cogs.panel.kept_panel import panel_of

log = logging.getLogger(__name__)

AT_ONCE = 4
LONGEST_PAUSE_S = 300.0


class PanelMender:
    """Shows on such panels that their broadcasts are over. Which they are is stored, so none is forgotten.

    `is_kept` says of a broadcast's ID that its panel is somebody else's to edit.
    """

    def __init__(self, bot: OdysseyBot, is_kept: Callable[[str], bool]) -> None:
        self._bot = bot
        self._services = bot.services
        self._is_kept = is_kept
        self._chores = Chores(
            bot.services.clock,
            "mender of panels",
            at_once=AT_ONCE,
            longest_pause_s=LONGEST_PAUSE_S,
            foreseen=(*DISCORD_FAILED, NotStoredError),
        )
        self._looks = itertools.count(1)
        self._is_look_due = False

    async def start(self) -> None:
        """From now on it looks when told to, and tries again by itself for as long as something is left."""
        await self._chores.__aenter__()

    def look(self) -> None:
        """Has it look now: Discord is there, or a panel was given up."""
        if not self._is_look_due:
            self._is_look_due = True
            self._chores.put(f"look {next(self._looks)}", self._look)

    def search(self, broadcast: Broadcast) -> None:
        """Has it look for panels of a broadcast that nobody remembers."""
        if not self._is_kept(broadcast.id):
            self._chores.put(f"search for broadcast {broadcast.id}", partial(self._search, broadcast))

    def hurry(self) -> None:
        """Has it try again at once what failed: Discord is back, or allows more."""
        self._chores.hurry()

    async def close(self) -> None:
        """Stops. What is left is mended by the next run."""
        await self._chores.__aexit__()

    async def _look(self) -> None:
        self._is_look_due = False  # what comes from now on may be too late for this one
        open_ones = await self._services.history.broadcasts_to_search()
        to_search = [each for each in open_ones if self._services.is_ours(each.channel.guild_id)]
        for broadcast in to_search:
            self.search(broadcast)
        searched = {broadcast.id for broadcast in to_search}
        for post in await self._services.history.open_panels_of_the_past():
            if post.broadcast_id not in searched:  # else a newer one may be found
                self._put(post)

    def _put(self, post: Post) -> None:
        if post.message_id is not None and not self._is_kept(post.broadcast_id):
            self._chores.put(f"panel {post.message_id}", partial(self._mend, post, post.message_id))

    async def _mend(self, post: Post, message_id: int) -> None:
        broadcast = await self._services.history.broadcast(post.broadcast_id)
        if broadcast is None:
            raise LookupError(f"panel {message_id} has no broadcast")
        if not self._services.is_ours(broadcast.channel.guild_id):
            return
        channel = self._bot.get_partial_messageable(post.channel_id)
        message = channel.get_partial_message(message_id)
        if message_id != await self._services.history.newest_panel(broadcast.id):
            await give_way(message, self._services)
            return
        with suppress(discord.NotFound):  # somebody deleted it, or the whole channel
            panel = await panel_of(self._bot, await self._view_of(broadcast))
            await message.edit(view=panel, attachments=[], allowed_mentions=NO_MENTIONS)
        await self._services.journal.close_panel(message_id, self._services.clock.now())

    async def _view_of(self, broadcast: Broadcast) -> BroadcastView:
        applied = await self._services.history.applied_ideas(broadcast.id)
        people = frozenset[int]().union(*(idea.viewer_ids for idea in applied))
        return BroadcastView(broadcast, broadcast.prompt, ideas=len(applied), people=len(people))

    async def _search(self, broadcast: Broadcast) -> None:
        """Finds the panels of a broadcast that were posted, but not remembered: it was cut off in between."""
        channel = self._bot.get_partial_messageable(broadcast.channel.id)
        try:
            async for message in panels_in(channel, self._bot.user, broadcast):
                post = Post(
                    id=new_id(),
                    message_id=message.id,
                    channel_id=broadcast.channel.id,
                    kind=PostKind.PANEL,
                    broadcast_id=broadcast.id,
                    posted_at=message.created_at,
                )
                await self._services.journal.add_post(post)
        except discord.NotFound:
            pass  # the channel is gone, and its panels with it
        finally:  # what is known of needs not wait until the channel can be read
            for post in await self._services.history.open_panels(broadcast.id):
                self._put(post)
        await self._services.journal.panels_sought(broadcast.id, self._services.clock.now())
