"""One broadcast's panel as a message: how it is posted, found again, edited and remembered."""

import io
import logging
import math
from contextlib import suppress
from datetime import datetime
from typing import Any

import discord

from bot.broadcast.posts import Post, PostKind
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.show.view import BroadcastView
from bot.discord.bot import OdysseyBot
from bot.kit.references import new_id
from cogs.kit.answers import DISCORD_FAILED, NO_MENTIONS, TOO_MANY_OLD_EDITS, UNKNOWN_CHANNEL
from cogs.kit.own_messages import nonce_of, panels_in
from cogs.kit.promised import CannotAnswerError, give, promised_panel
from cogs.panel.earlier_panel import give_way
from cogs.panel.panel import PICTURE_NAME, STEERABLE, Panel
from cogs.panel.watching import watch_url
from cogs.wording.panel import how_to_steer

log = logging.getLogger(__name__)


async def panel_of(bot: OdysseyBot, view: BroadcastView) -> Panel:
    """A broadcast's panel as it is to look. Raises what the database raises."""
    guilds, guild_id = bot.services.guilds, view.broadcast.channel.guild_id
    return Panel(
        view,
        watch_url=await watch_url(bot.services, view),
        is_behind=bot.services.watch_base_url is None,
        how_to_steer=how_to_steer(guilds.prefixes_of(guild_id).own, reads_chat=bot.reads_chat),
        takes_nothing=guilds.trouble_of(guild_id).is_closed,
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
        self.tried_at = -math.inf
        """When it was last tried to post it, whether or not it came."""
        self.is_in_doubt = False
        """Whether that failed: it may have come all the same."""
        self.may_have_others = False
        """Whether panels may stand there that are not known: where nobody may look."""
        self.ids: set[int] = set()
        """Of this message, and of earlier ones: somebody may just be answering one."""
        self._earlier: set[int] = set()
        """The IDs of those that still look live."""
        self._is_alone = True
        """False until it was tried to close them."""
        self._is_remembered = False
        self._shown: list[dict[str, Any]] | None = None
        """The components of the message as it stands, None while that is not known; and its picture."""
        self._picture: bytes | None = None

    async def draw(self) -> Panel:
        return await panel_of(self._bot, self.session.view)

    def stands(self, message_id: int, posted_at: float) -> None:
        """From now on this message is the panel; what was it before gives way."""
        if self.message:
            self._earlier.add(self.message.id)
        self.message = self._channel.get_partial_message(message_id)
        self.posted_at = posted_at
        self._is_remembered = False
        self.ids.add(message_id)
        self._is_alone = not self._earlier

    def looks(self, panel: Panel | None, picture: bytes | None = None) -> None:
        """What the message shows now; None if that is not known."""
        self._shown, self._picture = panel.payload if panel else None, picture

    async def find(self) -> None:
        """Takes up the panels that are remembered, or that stand there and nobody knows of; once."""
        if self.message:
            return
        broadcast = self.session.broadcast
        posts = await self._services.history.open_panels(broadcast.id)
        found = {post.message_id: post.posted_at for post in posts if post.message_id is not None}
        remembered = set(found)
        if not remembered or self.session.taken_up is not None:
            try:
                async for message in panels_in(self._channel, self._bot.user, broadcast):
                    found[message.id] = message.created_at
            except discord.Forbidden:
                self.may_have_others = True
        if promised := promised_panel(self._services, broadcast.id):
            if not found:
                with suppress(CannotAnswerError):
                    answer = await give(self._bot, promised, await self.draw())
                    found[answer.id] = answer.created_at
            self._services.outbox.forget(promised.kind, promised.subject_id)
        for message_id, posted_at in sorted(found.items()):
            self.stands(message_id, self._steady_of(posted_at))
            if message_id not in remembered:
                await self.remember()
            self._is_remembered = True

    async def show(self) -> bool:
        """Brings the panel up to date, in a new message if it has none; returns whether that took an edit."""
        broadcast = self.session.broadcast
        if self.message is None and broadcast.state.is_over:
            return False  # nobody saw it begin
        panel, picture = await self.draw(), self._picture_now
        is_edited = self.message is None or panel.payload != self._shown or picture is not self._picture
        if self.message is None:
            await self.post_anew()
        elif is_edited:
            try:
                await _edit(self.message, panel, picture)
                self.looks(panel, picture)
            except discord.HTTPException as error:
                is_deleted = error.status == 404 and error.code != UNKNOWN_CHANNEL
                if not is_deleted and error.code != TOO_MANY_OLD_EDITS:
                    raise
                # Deleted by somebody, or too old. Without a panel a broadcast can hardly be steered.
                await self.post_anew()
        if not self._is_remembered:
            await self.remember()
        if not self._is_alone:
            await self._close_earlier()
        if broadcast.state.is_over and self.message:
            await self._services.journal.close_panel(self.message.id, self._services.clock.now())
        return is_edited

    async def post_anew(self) -> None:
        """Posts the panel as a new message, which nobody is notified of. `show` closes the one before."""
        panel, picture, old = await self.draw(), self._picture_now, self.message
        nonce = nonce_of(PostKind.PANEL, self.session.broadcast.id, old and old.id)
        was_in_doubt, self.is_in_doubt = self.is_in_doubt, True
        self.tried_at = posted_at = self._services.clock.steady()
        sent = await self._channel.send(view=panel, files=_files(picture), silent=True, nonce=nonce)
        self.is_in_doubt = False
        self.stands(sent.id, posted_at)
        self.looks(None)
        await self.remember()
        if was_in_doubt and self.message:  # an earlier try may have come, and looks as it looked then
            await _edit(self.message, panel, picture)
        self.looks(panel, picture)

    async def remember(self) -> None:
        if self.message:
            await self._services.journal.add_post(
                Post(
                    id=new_id(),
                    message_id=self.message.id,
                    channel_id=self.message.channel.id,
                    kind=PostKind.PANEL,
                    broadcast_id=self.session.broadcast.id,
                    posted_at=self._services.clock.date_of(self.posted_at),
                )
            )
            self._is_remembered = True

    async def _close_earlier(self) -> None:
        self._is_alone = True  # what fails now is tried again after the next post, and at the end
        for message_id in sorted(self._earlier):
            try:
                await give_way(self._channel.get_partial_message(message_id), self._services)
            except DISCORD_FAILED as error:
                log.info("the old panel %s stays: %s", message_id, type(error).__name__)
            else:
                self._earlier.discard(message_id)

    @property
    def _picture_now(self) -> bytes | None:
        view = self.session.view
        return view.picture if view.broadcast.state in STEERABLE else None

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
