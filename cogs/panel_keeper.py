"""Keeps each broadcast's panel in step with the broadcast."""

from __future__ import annotations

import asyncio
import io
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import discord

from bot.broadcast.backoff import Backoff
from bot.broadcast.model import Broadcast
from bot.broadcast.session import BroadcastSession
from bot.discord_bot import OdysseyBot
from bot.storage.journal import Post, PostKind
from cogs.answers import DISCORD_FAILED, NO_MENTIONS, TOO_MANY_OLD_EDITS, UNKNOWN_CHANNEL
from cogs.own_messages import nonce_of, panels_in
from cogs.panel import PICTURE_NAME, STEERABLE, Panel, how_to_steer
from cogs.panel_mender import PanelMender

log = logging.getLogger(__name__)

EDIT_GAP_S = 3.0
"""Between two edits of one panel: Discord allows a channel about five in five seconds, in all."""
LONGEST_RETRY_S = 120.0
LIFETIME_S = 50 * 60.0
"""After which a panel is posted anew: from an hour on, Discord refuses edits of a message sooner or later."""
EDIT_TIMEOUT_S = 30.0
"""An edit that takes longer has failed."""
CLOSING_S = 5.0
"""How long the last edits may take when the bot stops."""


@dataclass(slots=True)
class _KeptPanel:
    session: BroadcastSession
    message: discord.PartialMessage | None = None
    """None while it is not known, or not posted."""
    posted_at: float = 0.0
    """The steady moment."""
    is_remembered: bool = False
    shown: list[dict[str, Any]] | None = None
    """The components of the message as it stands, None while that is not known; and its picture."""
    picture: bytes | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    hurried: asyncio.Event = field(default_factory=asyncio.Event)
    standing: set[int] = field(default_factory=set)
    """The IDs of this message, and of earlier ones that could not be deleted."""


class PanelKeeper:
    """Posts panels and edits them when something changed: coalesced, and never faster than `EDIT_GAP_S`."""

    def __init__(self, bot: OdysseyBot) -> None:
        self._bot = bot
        self._services = bot.services
        self._opening: set[str] = set()
        self._kept: dict[str, _KeptPanel] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._closing = asyncio.Event()
        self._mender = PanelMender(bot, self._draw, self._is_kept)

    async def start(self) -> None:
        """From now on panels are looked after, first of all those of broadcasts that run already."""
        await self._mender.start()
        for session in self._services.broadcasts.running:
            self._keep(_KeptPanel(session))
        self._mender.look()

    async def open(self, session: BroadcastSession, interaction: discord.Interaction) -> None:
        """Answers the interaction that started a broadcast with its panel, and keeps that from now on."""
        kept = _KeptPanel(session)
        self._opening.add(session.broadcast.id)
        try:
            await self._answer(kept, interaction)
        finally:
            # Kept whatever came of it, and before it is remembered: it is to show its broadcast's end.
            self._keep(kept)
            self._opening.discard(session.broadcast.id)
        await self._remember(kept)

    def is_panel(self, message_id: int | None) -> bool:
        """Whether a message is the panel of a broadcast that runs."""
        return any(message_id in kept.standing for kept in self._kept.values())

    def broadcast_changed(self, broadcast: Broadcast) -> None:
        """The broadcast's panel is to be drawn again."""
        if kept := self._kept.get(broadcast.id):
            kept.changed.set()

    def discord_is_back(self) -> None:
        """What waits to try again tries now; panels that missed an end, or other ways to steer, show it."""
        for kept in self._kept.values():
            kept.changed.set()
            kept.hurried.set()
        self._mender.hurry()
        self._mender.look()

    async def close(self) -> None:
        """Stops keeping, in time. Panels of broadcasts that are over get their last edit first."""
        self._closing.set()
        for kept in self._kept.values():
            kept.changed.set()
            kept.hurried.set()
        await self._mender.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                while self._tasks:  # a start that Discord was slow to answer may bring another one
                    await asyncio.wait(self._tasks.values())
        late = list(self._tasks.values())
        for task in late:  # the next run does what is left
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _is_kept(self, broadcast_id: str) -> bool:
        return broadcast_id in self._kept or broadcast_id in self._opening

    async def _answer(self, kept: _KeptPanel, interaction: discord.Interaction) -> None:
        panel = self._draw(kept.session.broadcast, kept.session)
        posted_at = self._services.clock.steady()
        with suppress(*DISCORD_FAILED):  # it may have come all the same
            await interaction.response.defer(thinking=True)
        await kept.session.was_stored.wait()
        try:
            async with asyncio.timeout(EDIT_TIMEOUT_S):
                answer = await interaction.edit_original_response(view=panel)
        except DISCORD_FAILED:
            # Too late for an answer, or that it came is lost. The broadcast runs, and needs its panel.
            async with asyncio.timeout(EDIT_TIMEOUT_S):
                await self._show(kept)
        else:
            # The interaction's token dies after 15 min; the message itself can be edited for longer.
            self._stands(kept, answer.id, posted_at)
            kept.shown = panel.payload

    def _keep(self, kept: _KeptPanel) -> None:
        broadcast_id = kept.session.broadcast.id
        kept.changed.set()  # something may have happened since it was drawn
        self._kept[broadcast_id] = kept
        name = f"panel of broadcast {broadcast_id}"
        self._tasks[broadcast_id] = asyncio.create_task(self._keep_up(kept), name=name)

    async def _keep_up(self, kept: _KeptPanel) -> None:
        broadcast_id = kept.session.broadcast.id
        try:
            await self._show_until_over(kept)
        finally:
            del self._kept[broadcast_id], self._tasks[broadcast_id]
        if not self._closing.is_set():
            self._mender.look()  # the last edit may have failed, or an earlier message be standing

    async def _show_until_over(self, kept: _KeptPanel) -> None:
        clock = self._services.clock
        backoff = Backoff(2 * EDIT_GAP_S, LONGEST_RETRY_S)
        while True:
            await clock.wait(kept.changed, until=kept.posted_at + LIFETIME_S if kept.message else None)
            kept.changed.clear()
            is_last = kept.session.broadcast.state.is_over
            if self._closing.is_set() and not is_last:
                break  # whoever comes next goes on
            was_edited = await self._try_to_show(kept)
            if is_last:
                break
            if was_edited is None:
                kept.hurried.clear()
                if not self._closing.is_set():
                    await clock.wait(kept.hurried, until=clock.steady() + backoff.next_s())
                kept.changed.set()
                continue
            backoff.reset()
            if was_edited:
                await clock.wait(self._closing, until=clock.steady() + EDIT_GAP_S)

    async def _try_to_show(self, kept: _KeptPanel) -> bool | None:
        """Brings the panel up to date; returns whether that took an edit, None when it failed."""
        broadcast_id = kept.session.broadcast.id
        try:
            async with asyncio.timeout(EDIT_TIMEOUT_S):
                return await self._show(kept)
        except DISCORD_FAILED as error:
            log.warning("the panel of broadcast %s: %s", broadcast_id, type(error).__name__)
        except Exception:  # the boundary of one panel: whatever it was, it must not stay as it is for ever
            log.exception("the panel of broadcast %s", broadcast_id)
        kept.shown = None  # it may have come all the same
        return None

    async def _show(self, kept: _KeptPanel) -> bool:
        session = kept.session
        if kept.message is None:
            await self._find(kept)
        broadcast = session.broadcast
        if kept.message is None and broadcast.state.is_over:
            return False  # nobody saw it begin
        panel = self._draw(broadcast, session)
        picture = session.picture if broadcast.state in STEERABLE else None
        if kept.message is None or self._services.clock.steady() >= kept.posted_at + LIFETIME_S:
            await self._post_anew(kept, panel, picture)
        elif panel.payload == kept.shown and picture is kept.picture:
            return False
        else:
            try:
                await kept.message.edit(view=panel, attachments=_files(picture), allowed_mentions=NO_MENTIONS)
            except discord.HTTPException as error:
                is_deleted = error.status == 404 and error.code != UNKNOWN_CHANNEL
                if not is_deleted and error.code != TOO_MANY_OLD_EDITS:
                    raise
                # Deleted by somebody, or too old. Without a panel a broadcast can hardly be steered.
                await self._post_anew(kept, panel, picture)
        kept.shown, kept.picture = panel.payload, picture
        if not kept.is_remembered:
            await self._remember(kept)
        if broadcast.state.is_over and kept.message:
            await self._services.journal.close_panel(kept.message.id, self._services.clock.now())
        return True

    async def _find(self, kept: _KeptPanel) -> None:
        """Takes up the panel that is remembered, or that stands there though its answer was lost."""
        broadcast = kept.session.broadcast
        if posts := await self._services.archive.open_panels(broadcast.id):
            kept.standing |= {post.message_id for post in posts}
            self._stands(kept, posts[-1].message_id, self._steady_of(posts[-1].posted_at))
            kept.is_remembered = True
            return
        with suppress(discord.Forbidden):
            async for message in panels_in(self._channel(broadcast), self._bot.user, broadcast):
                self._stands(kept, message.id, self._steady_of(message.created_at))
                await self._remember(kept)

    def _stands(self, kept: _KeptPanel, message_id: int, posted_at: float) -> None:
        kept.message = self._channel(kept.session.broadcast).get_partial_message(message_id)
        kept.posted_at = posted_at
        kept.is_remembered = False
        kept.standing.add(message_id)

    async def _post_anew(self, kept: _KeptPanel, panel: Panel, picture: bytes | None) -> None:
        """Posts the panel as a new message, which nobody is notified of, and deletes the one before."""
        broadcast, old = kept.session.broadcast, kept.message
        nonce = nonce_of(PostKind.PANEL, broadcast.id, old and old.id)
        posted_at = self._services.clock.steady()
        sent = await self._channel(broadcast).send(
            view=panel, files=_files(picture), silent=True, nonce=nonce
        )
        self._stands(kept, sent.id, posted_at)
        await self._remember(kept)
        if kept.shown is None and kept.message:  # an earlier try may have come, and looks as it looked then
            await kept.message.edit(view=panel, attachments=_files(picture), allowed_mentions=NO_MENTIONS)
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
        kept.standing.discard(old.id)
        await self._services.journal.close_panel(old.id, self._services.clock.now())

    def _draw(self, broadcast: Broadcast, session: BroadcastSession | None = None) -> Panel:
        settings = self._services.settings
        prefix = self._services.guilds.prefixes_of(broadcast.channel.guild_id).own
        return Panel(
            broadcast,
            session,
            watch_url=f"{settings.watch_base_url}/watch/{broadcast.id}",
            how_to_steer=how_to_steer(prefix, reads_chat=self._bot.reads_chat),
        )

    def _steady_of(self, date: datetime) -> float:
        """The steady moment of a date in the past, as well as the wall knows it."""
        age = self._services.clock.now() - date
        return self._services.clock.steady() - max(0.0, age.total_seconds())

    def _channel(self, broadcast: Broadcast) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(broadcast.channel.id)

    async def _remember(self, kept: _KeptPanel) -> None:
        if kept.message:
            await self._services.journal.save_post(
                Post(
                    message_id=kept.message.id,
                    channel_id=kept.message.channel.id,
                    kind=PostKind.PANEL,
                    broadcast_id=kept.session.broadcast.id,
                    posted_at=self._services.clock.date_of(kept.posted_at),
                )
            )
            kept.is_remembered = True


def _files(picture: bytes | None) -> list[discord.File]:
    return [discord.File(io.BytesIO(picture), PICTURE_NAME)] if picture else []
