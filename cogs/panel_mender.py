"""Panels that seem live although their broadcasts are over: the bot was cut off, or Discord was away."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta

import discord

from bot.broadcast.model import Broadcast
from bot.broadcast.states import Reason
from bot.discord_bot import OdysseyBot
from bot.storage.journal import Post
from cogs.answers import DISCORD_FAILED, NO_MENTIONS
from cogs.marks import close_forgotten_marks
from cogs.panel import Panel

log = logging.getLogger(__name__)

FIRST_RETRY_S = 5.0
LONGEST_RETRY_S = 300.0
MENDED_FOR = timedelta(days=7)
"""Panels posted longer ago are left as they are: what could not be mended by then is out of reach."""


class PanelMender:
    """Shows on such panels that their broadcasts are over. Which they are is stored, so none is forgotten.

    `is_kept` says of a broadcast's ID that its panel is somebody else's to edit.
    """

    def __init__(
        self, bot: OdysseyBot, draw: Callable[[Broadcast], Panel], is_kept: Callable[[str], bool]
    ) -> None:
        self._bot = bot
        self._services = bot.services
        self._draw = draw
        self._is_kept = is_kept
        self._due = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """From now on it looks when told to, and again by itself for as long as something is left to mend."""
        self._task = asyncio.create_task(self._run(), name="mender of panels")

    def look(self) -> None:
        """Has it look now: Discord is there (again), or a panel was given up."""
        self._due.set()

    async def close(self) -> None:
        """Stops. What is left is mended by the next run."""
        if self._task:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        clock = self._services.clock
        retry_at: float | None = None
        delay_s = FIRST_RETRY_S
        while True:
            await clock.wait(self._due, until=retry_at)
            delay_s = FIRST_RETRY_S if self._due.is_set() else min(delay_s * 2, LONGEST_RETRY_S)
            self._due.clear()
            retry_at = None if await self._mend_all() else clock.steady() + delay_s

    async def _mend_all(self) -> bool:
        """Whether nothing is left to mend that could be mended soon."""
        now = self._services.clock.now()
        try:
            panels = await self._services.archive.open_panels_of_the_past(now - MENDED_FOR)
        except Exception:  # the boundary of one look: what is left is still stored, and there is another
            log.exception("panels could not be looked up")
            return False
        return all([await self._try_to_mend(post) for post in panels if not self._is_kept(post.broadcast_id)])

    async def _try_to_mend(self, post: Post) -> bool:
        """False if another try is worth while."""
        try:
            return await self._mend(post)
        except Exception:  # the boundary of one panel: what is wrong with it must not keep the others live
            log.exception("panel %s could not be mended", post.message_id)
            return False

    async def _mend(self, post: Post) -> bool:
        """False if another try is worth while."""
        broadcast = await self._services.archive.broadcast(post.broadcast_id)
        if broadcast is None:
            raise LookupError(f"panel {post.message_id} has no broadcast")
        channel = self._bot.get_partial_messageable(post.channel_id)
        try:
            message = channel.get_partial_message(post.message_id)
            await message.edit(view=self._draw(broadcast), attachments=[], allowed_mentions=NO_MENTIONS)
        except discord.NotFound:
            pass  # somebody deleted it
        except discord.Forbidden:
            log.warning("the panel of broadcast %s is out of reach", broadcast.id)
            return True  # until an admin changes that
        except DISCORD_FAILED as error:
            log.warning("the panel of broadcast %s: %s", broadcast.id, type(error).__name__)
            return False
        if self._bot.user and broadcast.ending and broadcast.ending.reason is Reason.INTERRUPTED:
            await close_forgotten_marks(channel, self._bot.user, since=broadcast.requested_at)
        await self._services.journal.close_panel(post.message_id, self._services.clock.now())
        return True
