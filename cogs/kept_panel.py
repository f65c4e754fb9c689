"""One broadcast's panel as a message: how it is posted, found again, edited and remembered."""

from __future__ import annotations

import io
import logging
from contextlib import suppress
from datetime import datetime
from typing import Any

import discord

from bot.broadcast.model import Broadcast
from bot.broadcast.session import BroadcastSession
from bot.discord_bot import OdysseyBot
from bot.storage.journal import Post, PostKind
from cogs.answers import DISCORD_FAILED, NO_MENTIONS, TOO_MANY_OLD_EDITS, UNKNOWN_CHANNEL
from cogs.own_messages import nonce_of, panels_in
from cogs.panel import PICTURE_NAME, STEERABLE, Panel
from cogs.wording.panel import how_to_steer

log = logging.getLogger(__name__)


def panel_of(bot: OdysseyBot, broadcast: Broadcast, session: BroadcastSession | None = None) -> Panel:
    """A broadcast's panel as it is to look now; `session` is there while it runs."""
    services = bot.services
    prefix = services.guilds.prefixes_of(broadcast.channel.guild_id).own
    return Panel(
        broadcast,
        session,
        watch_url=f"{services.settings.watch_base_url}/watch/{broadcast.id}",
        how_to_steer=how_to_steer(prefix, reads_chat=bot.reads_chat),
        takes_nothing=bot.services.guilds.trouble_of(broadcast.channel.guild_id).is_closed,
    )


class KeptPanel:
    """The message that is a running broadcast's panel, and what it shows."""

    def __init__(self, bot: OdysseyBot, session: BroadcastSession) -> None:
        self._bot = bot
        self._services = bot.services
        self.session = session
        self.message: discord.PartialMessage | None = None
        """None while it is not known, or not posted."""
        self.posted_at = 0.0
        """The steady moment."""
        self.standing: set[int] = set()
        """The IDs of this message, and of earlier ones that could not be deleted."""
        self._is_remembered = False
        self._shown: list[dict[str, Any]] | None = None
        """The components of the message as it stands, None while that is not known; and its picture."""
        self._picture: bytes | None = None

    def draw(self) -> Panel:
        """The panel as it is to look now."""
        return panel_of(self._bot, self.session.broadcast, self.session)

    def stands(self, message_id: int, posted_at: float) -> None:
        """From now on this message is the panel."""
        self.message = self._channel.get_partial_message(message_id)
        self.posted_at = posted_at
        self._is_remembered = False
        self.standing.add(message_id)

    def looks(self, panel: Panel | None, picture: bytes | None = None) -> None:
        """What the message shows now; None if that is not known."""
        self._shown, self._picture = panel.payload if panel else None, picture

    async def find(self) -> None:
        """Takes up the panel that is remembered, or that stands there though its answer was lost; once."""
        if self.message:
            return
        broadcast = self.session.broadcast
        if posts := await self._services.archive.open_panels(broadcast.id):
            self.standing |= {post.message_id for post in posts}
            self.stands(posts[-1].message_id, self._steady_of(posts[-1].posted_at))
            self._is_remembered = True
            return
        with suppress(discord.Forbidden):
            async for message in panels_in(self._channel, self._bot.user, broadcast):
                self.stands(message.id, self._steady_of(message.created_at))
                await self.remember()

    async def show(self, *, anew: bool) -> bool:
        """Brings the panel up to date, `anew` in a new message; returns whether that took an edit."""
        broadcast = self.session.broadcast
        if self.message is None and broadcast.state.is_over:
            return False  # nobody saw it begin
        panel = self.draw()
        picture = self.session.picture if broadcast.state in STEERABLE else None
        if self.message is None or anew:
            await self._post_anew(panel, picture)
        elif panel.payload == self._shown and picture is self._picture:
            return False
        else:
            try:
                await _edit(self.message, panel, picture)
            except discord.HTTPException as error:
                is_deleted = error.status == 404 and error.code != UNKNOWN_CHANNEL
                if not is_deleted and error.code != TOO_MANY_OLD_EDITS:
                    raise
                # Deleted by somebody, or too old. Without a panel a broadcast can hardly be steered.
                await self._post_anew(panel, picture)
        self.looks(panel, picture)
        if not self._is_remembered:
            await self.remember()
        if broadcast.state.is_over and self.message:
            await self._services.journal.close_panel(self.message.id, self._services.clock.now())
        return True

    async def remember(self) -> None:
        """Stores which message the panel is."""
        if self.message:
            await self._services.journal.save_post(
                Post(
                    message_id=self.message.id,
                    channel_id=self.message.channel.id,
                    kind=PostKind.PANEL,
                    broadcast_id=self.session.broadcast.id,
                    posted_at=self._services.clock.date_of(self.posted_at),
                )
            )
            self._is_remembered = True

    async def _post_anew(self, panel: Panel, picture: bytes | None) -> None:
        """Posts the panel as a new message, which nobody is notified of, and deletes the one before."""
        old = self.message
        nonce = nonce_of(PostKind.PANEL, self.session.broadcast.id, old and old.id)
        posted_at = self._services.clock.steady()
        sent = await self._channel.send(view=panel, files=_files(picture), silent=True, nonce=nonce)
        self.stands(sent.id, posted_at)
        await self.remember()
        if self._shown is None and self.message:  # an earlier try may have come, and looks as it did then
            await _edit(self.message, panel, picture)
        if old is None:
            return
        try:
            await old.delete()
        except discord.NotFound:
            pass
        except DISCORD_FAILED as error:
            # Its buttons go on working, and at the end it is mended like every panel that seems live.
            log.info("the old panel %s stays: %s", old.id, type(error).__name__)
            return
        self.standing.discard(old.id)
        await self._services.journal.close_panel(old.id, self._services.clock.now())

    @property
    def _channel(self) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(self.session.broadcast.channel.id)

    def _steady_of(self, date: datetime) -> float:
        """The steady moment of a date in the past, as well as the wall knows it."""
        age = self._services.clock.now() - date
        return self._services.clock.steady() - max(0.0, age.total_seconds())


async def _edit(message: discord.PartialMessage, panel: Panel, picture: bytes | None) -> None:
    await message.edit(view=panel, attachments=_files(picture), allowed_mentions=NO_MENTIONS)


def _files(picture: bytes | None) -> list[discord.File]:
    return [discord.File(io.BytesIO(picture), PICTURE_NAME)] if picture else []
