"""Keeps each broadcast's panel in step with the broadcast."""

from __future__ import annotations

import asyncio
import io
import logging
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.broadcast.model import Broadcast
from bot.broadcast.session import BroadcastSession
from bot.discord_bot import OdysseyBot
from bot.storage.journal import Post, PostKind
from cogs.answers import DISCORD_FAILED, NO_MENTIONS
from cogs.panel import PICTURE_NAME, STEERABLE, Panel, how_to_steer
from cogs.panel_mender import PanelMender

log = logging.getLogger(__name__)

EDIT_GAP_S = 3.0
"""Between two edits of one panel: Discord allows a channel about five in five seconds, in all."""
LONGEST_RETRY_S = 120.0
LIFETIME_S = 50 * 60.0
"""After which a panel is posted anew: from an hour on, Discord refuses edits of a message sooner or later."""
TOO_MANY_OLD_EDITS, UNKNOWN_CHANNEL = 30046, 10003
"""Discord's codes for such a refusal, and for a channel that is gone with all its messages."""


@dataclass(slots=True)
class _KeptPanel:
    session: BroadcastSession
    message: discord.PartialMessage
    posted_at: float
    """The steady moment."""
    shown: list[dict[str, Any]]
    """The components of the message as it stands, and its picture."""
    picture: bytes | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    standing: set[int] = field(default_factory=set)
    """The IDs of this message, and of earlier ones that could not be deleted."""


class PanelKeeper:
    """Posts panels and edits them when something changed: coalesced, and never faster than `EDIT_GAP_S`."""

    def __init__(self, bot: OdysseyBot) -> None:
        self._bot = bot
        self._services = bot.services
        self._how_to_steer = how_to_steer(bot.services.settings.chat_prefix, reads_chat=bot.reads_chat)
        self._kept: dict[str, _KeptPanel] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._discord_is_back = asyncio.Event()
        self._mender = PanelMender(bot, self._draw, lambda broadcast_id: broadcast_id in self._kept)

    def start(self) -> None:
        """From now on panels are looked after."""
        self._mender.start()

    async def open(self, session: BroadcastSession, interaction: discord.Interaction) -> None:
        """Answers the interaction that started a broadcast with its panel, and keeps that from now on."""
        broadcast = session.broadcast
        panel = self._draw(broadcast, session)
        posted_at = self._services.clock.steady()
        try:
            await interaction.response.defer(thinking=True)
            answer: discord.Message = await interaction.edit_original_response(view=panel)
        except DISCORD_FAILED:
            # Too late for an answer; the broadcast runs, and needs its panel: an ordinary message will do.
            answer = await self._channel(broadcast).send(view=panel)
        # The interaction's token dies after 15 min; the message itself can be edited for longer.
        message = self._bot.get_partial_messageable(answer.channel.id).get_partial_message(answer.id)
        kept = _KeptPanel(session, message, posted_at, panel.payload, standing={message.id})
        kept.changed.set()  # something may have happened since it was drawn
        # Kept before it is remembered: should that fail, it still shows its broadcast's end.
        self._kept[broadcast.id] = kept
        self._tasks[broadcast.id] = asyncio.create_task(
            self._keep(kept), name=f"panel of broadcast {broadcast.id}"
        )
        await self._remember(kept)

    def is_panel(self, message_id: int | None) -> bool:
        """Whether a message is the panel of a broadcast that runs."""
        return any(message_id in kept.standing for kept in self._kept.values())

    def broadcast_changed(self, broadcast: Broadcast) -> None:
        """The broadcast's panel is to be drawn again."""
        if kept := self._kept.get(broadcast.id):
            kept.changed.set()

    def discord_is_back(self) -> None:
        """What waits to try again tries now, and panels that missed their broadcast's end get it."""
        self._discord_is_back.set()
        self._discord_is_back.clear()  # those who waited are awake all the same
        self._mender.look()

    async def close(self) -> None:
        """Stops keeping. Panels of broadcasts that are over get their last edit at once."""
        await self._mender.close()
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for kept in self._kept.values():
            if kept.session.broadcast.state.is_over:
                await self._try_to_show(kept)  # there is no time left to try again: the next run will

    async def _keep(self, kept: _KeptPanel) -> None:
        clock = self._services.clock
        failures = 0
        while True:
            await clock.wait(kept.changed, until=kept.posted_at + LIFETIME_S)
            kept.changed.clear()
            is_last = kept.session.broadcast.state.is_over
            was_edited = await self._try_to_show(kept)
            if is_last:
                break
            if was_edited is None:
                failures += 1
                pause_s = min(EDIT_GAP_S * 2**failures, LONGEST_RETRY_S)
                await clock.wait(self._discord_is_back, until=clock.steady() + pause_s)
                kept.changed.set()
                continue
            failures = 0
            if was_edited:
                await clock.sleep(EDIT_GAP_S)
        broadcast_id = kept.session.broadcast.id
        del self._kept[broadcast_id], self._tasks[broadcast_id]
        self._mender.look()  # the last edit may have failed, or an earlier message be standing

    async def _try_to_show(self, kept: _KeptPanel) -> bool | None:
        """Brings the panel up to date; returns whether that took an edit, None when it failed."""
        broadcast_id = kept.session.broadcast.id
        try:
            return await self._show(kept)
        except DISCORD_FAILED as error:
            log.warning("the panel of broadcast %s: %s", broadcast_id, type(error).__name__)
        except Exception:  # the boundary of one panel: whatever it was, it must not stay as it is for ever
            log.exception("the panel of broadcast %s", broadcast_id)
        return None

    async def _show(self, kept: _KeptPanel) -> bool:
        session = kept.session
        broadcast = session.broadcast
        panel = self._draw(broadcast, session)
        picture = session.picture if broadcast.state in STEERABLE else None
        if self._services.clock.steady() >= kept.posted_at + LIFETIME_S:
            await self._post_anew(kept, panel, picture)
        elif panel.payload == kept.shown and picture is kept.picture:
            return False
        else:
            try:
                await kept.message.edit(view=panel, attachments=_files(picture), allowed_mentions=NO_MENTIONS)
            except discord.HTTPException as error:
                is_gone = error.status == 404 and error.code != UNKNOWN_CHANNEL
                if not is_gone and error.code != TOO_MANY_OLD_EDITS:
                    raise
                # Deleted by somebody, or too old. Without a panel a broadcast can hardly be steered.
                await self._post_anew(kept, panel, picture)
        kept.shown, kept.picture = panel.payload, picture
        if broadcast.state.is_over:
            await self._services.journal.close_panel(kept.message.id, self._services.clock.now())
        return True

    async def _post_anew(self, kept: _KeptPanel, panel: Panel, picture: bytes | None) -> None:
        """Posts the panel as a new message, which nobody is notified of, and deletes the one before."""
        old = kept.message
        posted_at = self._services.clock.steady()
        channel = self._channel(kept.session.broadcast)
        sent = await channel.send(view=panel, files=_files(picture), silent=True)
        kept.message = channel.get_partial_message(sent.id)
        kept.posted_at = posted_at
        kept.standing.add(sent.id)
        await self._remember(kept)
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
        watch_url = f"{self._services.settings.watch_base_url}/watch/{broadcast.id}"
        return Panel(broadcast, session, watch_url=watch_url, how_to_steer=self._how_to_steer)

    def _channel(self, broadcast: Broadcast) -> discord.PartialMessageable:
        return self._bot.get_partial_messageable(broadcast.channel.id)

    async def _remember(self, kept: _KeptPanel) -> None:
        await self._services.journal.save_post(
            Post(
                message_id=kept.message.id,
                channel_id=kept.message.channel.id,
                kind=PostKind.PANEL,
                broadcast_id=kept.session.broadcast.id,
                posted_at=self._services.clock.date_of(kept.posted_at),
            )
        )


def _files(picture: bytes | None) -> list[discord.File]:
    return [discord.File(io.BytesIO(picture), PICTURE_NAME)] if picture else []
