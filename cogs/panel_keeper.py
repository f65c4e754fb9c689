"""Keeps each broadcast's panel in step with the broadcast."""

from __future__ import annotations

import asyncio
import io
import logging
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.broadcast.model import Broadcast
from bot.broadcast.session import BroadcastSession
from bot.discord_bot import OdysseyBot
from bot.storage.journal import Post, PostKind
from cogs.answers import DISCORD_FAILED
from cogs.panel import PICTURE_NAME, STEERABLE, Panel, how_to_steer

log = logging.getLogger(__name__)

RETRIES = 8
LONGEST_RETRY_S = 120.0
"""Together about ten minutes of a Discord that cannot be reached."""
EDIT_GAP_S = 3.0
"""Between two edits of one panel: Discord allows a channel about five in five seconds, in all."""


@dataclass(slots=True)
class _KeptPanel:
    session: BroadcastSession
    message: discord.PartialMessage
    shown: list[dict[str, Any]]
    """The components of the message as it stands, and its picture."""
    picture: bytes | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)


class PanelKeeper:
    """Posts panels and edits them when something changed: coalesced, and never faster than `EDIT_GAP_S`."""

    def __init__(self, bot: OdysseyBot) -> None:
        self._bot = bot
        self._services = bot.services
        self._how_to_steer = how_to_steer(bot.services.settings.chat_prefix, reads_chat=bot.reads_chat)
        self._interrupted = list(bot.services.interrupted)
        self._kept: dict[str, _KeptPanel] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def open(self, session: BroadcastSession, interaction: discord.Interaction) -> None:
        """Answers the interaction that started a broadcast with its panel, and keeps that from now on."""
        broadcast = session.broadcast
        panel = self._draw(broadcast, session)
        try:
            await interaction.response.defer(thinking=True)
            answer: discord.Message = await interaction.edit_original_response(view=panel)
        except DISCORD_FAILED:
            # Too late for an answer; the broadcast runs, and needs its panel: an ordinary message will do.
            answer = await self._bot.get_partial_messageable(broadcast.channel.id).send(view=panel)
        # The interaction's token dies after 15 min; the message itself can be edited for longer.
        message = self._partial(answer.channel.id, answer.id)
        await self._remember(broadcast, answer.channel.id, answer.id)
        kept = self._kept[broadcast.id] = _KeptPanel(session, message, panel.payload)
        kept.changed.set()  # something may have happened since it was drawn
        self._tasks[broadcast.id] = asyncio.create_task(
            self._keep(kept), name=f"panel of broadcast {broadcast.id}"
        )

    def is_panel(self, message_id: int | None) -> bool:
        """Whether a message is the panel of a broadcast that runs."""
        return any(kept.message.id == message_id for kept in self._kept.values())

    def broadcast_changed(self, broadcast: Broadcast) -> None:
        """The broadcast's panel is to be drawn again."""
        if kept := self._kept.get(broadcast.id):
            kept.changed.set()

    async def close_interrupted(self) -> None:
        """Shows on the panels of an earlier run that their broadcasts are over."""
        while self._interrupted:
            broadcast_id = self._interrupted.pop()
            broadcast = await self._services.archive.broadcast(broadcast_id)
            post = await self._services.archive.latest_panel(broadcast_id)
            if broadcast and post:
                with suppress(*DISCORD_FAILED):  # it may have been deleted meanwhile
                    await self._partial(post.channel_id, post.message_id).edit(
                        view=self._draw(broadcast, None)
                    )

    async def close(self) -> None:
        """Stops keeping. Panels of broadcasts that are over get their last edit at once."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for kept in self._kept.values():
            if kept.session.broadcast.state.is_over:
                with suppress(*DISCORD_FAILED):  # there is no time left to try again
                    await self._edit(kept)

    async def _keep(self, kept: _KeptPanel) -> None:
        broadcast_id = kept.session.broadcast.id
        failures = 0
        while True:
            await kept.changed.wait()
            kept.changed.clear()
            is_last = kept.session.broadcast.state.is_over
            try:
                edited = await self._edit(kept)
            except DISCORD_FAILED as error:
                failures += 1
                log.warning("the panel of broadcast %s: %s", broadcast_id, type(error).__name__)
                if failures > RETRIES:
                    break
                await self._services.clock.sleep(min(EDIT_GAP_S * 2**failures, LONGEST_RETRY_S))
                kept.changed.set()
                continue
            failures = 0
            if is_last:
                break
            if edited:
                await self._services.clock.sleep(EDIT_GAP_S)
        del self._kept[broadcast_id], self._tasks[broadcast_id]

    async def _edit(self, kept: _KeptPanel) -> bool:
        """Brings the message up to date; returns whether that took an edit."""
        session = kept.session
        panel = self._draw(session.broadcast, session)
        if panel.payload == kept.shown and session.picture is kept.picture:
            return False
        picture = session.picture if session.broadcast.state in STEERABLE else None
        try:
            await kept.message.edit(view=panel, attachments=[_file(picture)] if picture else [])
        except discord.NotFound:
            # Somebody deleted it: without its panel a broadcast can hardly be steered, or ended.
            channel_id = session.broadcast.channel.id
            channel = self._bot.get_partial_messageable(channel_id)
            again = await channel.send(view=panel, files=[_file(picture)] if picture else [])
            kept.message = self._partial(channel_id, again.id)
            await self._remember(session.broadcast, channel_id, again.id)
        kept.shown, kept.picture = panel.payload, session.picture
        return True

    def _draw(self, broadcast: Broadcast, session: BroadcastSession | None) -> Panel:
        watch_url = f"{self._services.settings.watch_base_url}/watch/{broadcast.id}"
        return Panel(broadcast, session, watch_url=watch_url, how_to_steer=self._how_to_steer)

    def _partial(self, channel_id: int, message_id: int) -> discord.PartialMessage:
        return self._bot.get_partial_messageable(channel_id).get_partial_message(message_id)

    async def _remember(self, broadcast: Broadcast, channel_id: int, message_id: int) -> None:
        await self._services.journal.save_post(
            Post(
                message_id=message_id,
                channel_id=channel_id,
                kind=PostKind.PANEL,
                broadcast_id=broadcast.id,
                posted_at=self._services.clock.now(),
            )
        )


def _file(picture: bytes) -> discord.File:
    return discord.File(io.BytesIO(picture), PICTURE_NAME)
