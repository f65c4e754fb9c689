"""When one broadcast's panel is edited, and when it is posted anew: out of sight, or too old to be edited."""

import asyncio
import logging
import math
from collections.abc import Collection

import discord

from bot.broadcast.telling.backoff import Backoff
from bot.discord.bot import OdysseyBot
from cogs.kit.answers import DISCORD_FAILED
from cogs.kit.chat_below import ChatBelow
from cogs.panel.kept_panel import KeptPanel
from cogs.panel.panel import STEERABLE

log = logging.getLogger(__name__)

EDIT_GAP_S = 3.0
"""Between two edits of one panel: Discord allows a channel about five in five seconds, in all."""
LONGEST_RETRY_S = 120.0
LIFETIME_S = 50 * 60.0
"""After which a panel is posted anew: from an hour on, Discord refuses edits of a message sooner or later."""
POST_GAP_S = 60.0
"""Between two posts of one panel, at least: a chat in which it keeps coming down is a nuisance."""
EDIT_TIMEOUT_S = 30.0
"""An edit or a post that takes longer has failed."""


class PanelUpkeep:
    """Edits one panel when something changed: coalesced, and never faster than `EDIT_GAP_S`.

    It comes down again when what was said below it has pushed it out of sight, as the server has set that.
    """

    def __init__(self, bot: OdysseyBot, panel: KeptPanel) -> None:
        self._panel = panel
        self._guilds = bot.services.guilds
        self._clock = bot.services.clock
        self._below = ChatBelow()
        self._waits_until = -math.inf
        """Only what makes it due before that wakes it: of a lively chat, one message."""
        self._changed = asyncio.Event()
        self._changed.set()  # something may have happened since it was drawn
        self._hurried = asyncio.Event()
        self._closing = asyncio.Event()

    def changed(self) -> None:
        """The panel is to be drawn again."""
        self._changed.set()

    def said(self, message: discord.Message) -> None:
        """Something stands in its channel now."""
        self._below.said(message)
        if self._due_at < self._waits_until:
            self._changed.set()

    def deleted(self, message_ids: Collection[int]) -> None:
        """Something does not stand there any more."""
        self._below.deleted(message_ids)

    def hurry(self) -> None:
        """What waits to try again tries now."""
        self._changed.set()
        self._hurried.set()

    def close(self) -> None:
        """From now on only an end is shown, or that it goes on later, at once, and in one try."""
        self._closing.set()
        self.hurry()

    async def run(self) -> None:
        """Returns when the panel shows the end, or had its last try to; or when it is closed before."""
        backoff = Backoff(2 * EDIT_GAP_S, LONGEST_RETRY_S)
        while True:
            due_at = self._due_at if self._panel.message else None
            self._waits_until = -math.inf if due_at is None else due_at
            await self._clock.wait(self._changed, until=due_at)
            self._changed.clear()
            session = self._panel.session
            if session.is_elsewhere:
                break  # it is somebody else's to edit
            is_last = session.broadcast.state.is_over or session.is_handed_over
            if self._closing.is_set() and not is_last:
                break  # whoever comes next goes on
            was_edited = await self._try_to_show()
            if is_last:
                break
            if was_edited is None:
                self._hurried.clear()
                if not self._closing.is_set():
                    await self._clock.wait(self._hurried, until=self._clock.steady() + backoff.next_s())
                self._changed.set()
                continue
            backoff.reset()
            if was_edited:
                await self._clock.wait(self._closing, until=self._clock.steady() + EDIT_GAP_S)

    async def _try_to_show(self) -> bool | None:
        """Brings the panel up to date; returns whether that took an edit, None when it failed."""
        broadcast_id = self._panel.session.broadcast.id
        try:
            async with asyncio.timeout(EDIT_TIMEOUT_S):
                await self._panel.find()
            is_posted = await self._come_down() if self._is_due else False
            async with asyncio.timeout(EDIT_TIMEOUT_S):
                return await self._panel.show() or is_posted
        except DISCORD_FAILED as error:
            log.warning("the panel of broadcast %s: %s", broadcast_id, type(error).__name__)
        except Exception:  # the boundary of one panel: whatever it was, it must not stay as it is for ever
            log.exception("the panel of broadcast %s", broadcast_id)
        self._panel.looks(None)  # it may have come all the same
        return None

    async def _come_down(self) -> bool:
        """Posts the panel anew; where that fails, the one that stands goes on, and it is tried later."""
        try:
            async with asyncio.timeout(EDIT_TIMEOUT_S):
                await self._panel.post_anew()
        except DISCORD_FAILED as error:
            broadcast_id = self._panel.session.broadcast.id
            log.info("the panel of broadcast %s stays where it is: %s", broadcast_id, type(error).__name__)
            return False
        return True

    @property
    def _is_due(self) -> bool:
        panel = self._panel
        if panel.message is None:
            return False
        # What may have come without our knowledge is not to look live for ever.
        is_last_chance = panel.is_in_doubt and panel.session.broadcast.state.is_over
        return is_last_chance or self._clock.steady() >= self._due_at

    @property
    def _due_at(self) -> float:
        """The steady moment from which on the panel is to be a new message."""
        panel = self._panel
        may_come_at = max(panel.posted_at, panel.tried_at) + POST_GAP_S
        return may_come_at if self._is_out_of_sight else max(may_come_at, panel.posted_at + LIFETIME_S)

    @property
    def _is_out_of_sight(self) -> bool:
        broadcast, message = self._panel.session.broadcast, self._panel.message
        limit = self._guilds.settings_of(broadcast.channel.guild_id).panel_follows_after
        if not (limit and message and broadcast.state in STEERABLE):
            return False
        return self._below.height(message.id) >= limit
