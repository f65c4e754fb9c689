"""Keeps each broadcast's panel in step with the broadcast."""

import asyncio
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass

import discord
from discord.ext import commands

from bot.broadcast.audience.links import WatchLink
from bot.broadcast.errors import NotShownError
from bot.broadcast.model import Broadcast
from bot.broadcast.show.session import BroadcastSession
from bot.discord.bot import OdysseyBot
from cogs.kit.answers import DISCORD_FAILED, is_acknowledged, tell
from cogs.kit.promising import is_kept, promise
from cogs.panel.kept_panel import KeptPanel
from cogs.panel.mender import PanelMender
from cogs.panel.upkeep import EDIT_TIMEOUT_S, PanelUpkeep
from cogs.wording.panel import STARTED


@dataclass(frozen=True, slots=True)
class _Kept:
    panel: KeptPanel
    upkeep: PanelUpkeep


class PanelKeeper(commands.Cog):
    """Posts the panels of broadcasts that run, and has each of them kept until it shows its end."""

    def __init__(self, bot: OdysseyBot) -> None:
        self._bot = bot
        self._services = bot.services
        self._opening: set[str] = set()
        self._kept: dict[str, _Kept] = {}
        self._tasks: dict[PanelUpkeep, asyncio.Task[None]] = {}
        self._is_closing = False
        self._mender = PanelMender(bot, self._is_kept)

    async def start(self) -> None:
        """From now on panels are looked after, first of all those of broadcasts that run already."""
        await self._mender.start()
        for session in self._services.broadcasts.running:
            self.take_up(session)
        self._mender.look()
        self._services.listeners.listen(self.broadcast_changed)
        self._services.links.revoked.listen(self.link_revoked)

    def take_up(self, session: BroadcastSession) -> None:
        """Has the panel kept of a broadcast that was begun before, or in another process."""
        self._keep(KeptPanel(self._bot, session))

    async def open(self, session: BroadcastSession, interaction: discord.Interaction) -> None:
        """Answers the interaction that started a broadcast with its panel, and keeps that from now on."""
        panel = KeptPanel(self._bot, session)
        self._opening.add(session.broadcast.id)
        try:
            await self._answer(panel, interaction)
        finally:
            # Kept whatever came of it, and before it is remembered: it is to show its broadcast's end.
            self._keep(panel)
            self._opening.discard(session.broadcast.id)
        await panel.remember()

    def is_panel(self, message_id: int | None) -> bool:
        """Whether a message is the panel of a broadcast that runs."""
        return any(message_id in kept.panel.ids for kept in self._kept.values())

    def broadcast_changed(self, broadcast: Broadcast) -> None:
        if kept := self._kept.get(broadcast.id):
            kept.upkeep.changed()

    def link_revoked(self, link: WatchLink) -> None:
        """A channel has another link now, or is gone."""
        for upkeep in self._in_channel(link.channel.id):
            upkeep.changed()

    def said(self, message: discord.Message) -> None:
        """Whatever is said in a panel's channel pushes it up."""
        for upkeep in self._in_channel(message.channel.id):
            upkeep.said(message)

    def deleted(self, channel_id: int, message_ids: Collection[int]) -> None:
        """What is deleted does not any more."""
        for upkeep in self._in_channel(channel_id):
            upkeep.deleted(message_ids)

    def discord_is_back(self) -> None:
        """What waits to try again tries now; panels that missed an end, or other ways to steer, show it."""
        for kept in self._kept.values():
            kept.upkeep.hurry()
        self._mender.hurry()
        self._mender.look()

    async def redraw(self, broadcast_id: str) -> None:
        """Has the panels of a broadcast that is over show what is stored now. Raises `NotShownError`.

        Those of one that runs show it anyway.
        """
        if await self._services.history.open_panels(broadcast_id) and not self._is_kept(broadcast_id):
            self._mender.look()
            raise NotShownError(broadcast_id)

    async def close(self, *, within_s: float) -> None:
        """Stops keeping. Panels of broadcasts that are over get their last edit first."""
        self._services.listeners.leave(self.broadcast_changed)
        self._services.links.revoked.leave(self.link_revoked)
        self._is_closing = True
        for kept in self._kept.values():
            kept.upkeep.close()
        await self._mender.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self._tasks:  # a start that Discord was slow to answer may bring another one
                    await asyncio.wait(self._tasks.values())
        late = list(self._tasks.values())
        for task in late:  # the next run does what is left
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _in_channel(self, channel_id: int) -> Iterator[PanelUpkeep]:
        for kept in self._kept.values():
            if kept.panel.session.broadcast.channel.id == channel_id:
                yield kept.upkeep

    def _is_kept(self, broadcast_id: str) -> bool:
        return broadcast_id in self._kept or broadcast_id in self._opening

    async def _answer(self, panel: KeptPanel, interaction: discord.Interaction) -> None:
        if is_acknowledged(interaction):  # to its user alone: it took a while
            await panel.session.was_stored.wait()
            async with asyncio.timeout(EDIT_TIMEOUT_S):
                await panel.show()
            await tell(interaction, STARTED)
            return
        posted_at = self._services.clock.steady()
        await promise(interaction, panel.session.broadcast.id)
        with suppress(*DISCORD_FAILED):  # it may have come all the same
            await interaction.response.defer(thinking=True)
        await panel.session.was_stored.wait()
        drawn = await panel.draw()
        try:
            async with asyncio.timeout(EDIT_TIMEOUT_S):
                answer = await interaction.edit_original_response(view=drawn)
        except DISCORD_FAILED:
            # Too late for an answer, or that it came is lost. The broadcast runs, and needs its panel.
            async with asyncio.timeout(EDIT_TIMEOUT_S):
                await panel.find()
                await panel.show()
        else:
            # The interaction's token dies after 15 min; the message itself can be edited for longer.
            panel.stands(answer.id, posted_at)
            panel.looks(drawn)
            is_kept(interaction)

    def _keep(self, panel: KeptPanel) -> None:
        broadcast_id = panel.session.broadcast.id
        upkeep = PanelUpkeep(self._bot, panel)
        if self._is_closing:
            upkeep.close()
        self._kept[broadcast_id] = _Kept(panel, upkeep)
        name = f"panel of broadcast {broadcast_id}"
        self._tasks[upkeep] = asyncio.create_task(self._keep_up(panel, upkeep), name=name)

    async def _keep_up(self, panel: KeptPanel, upkeep: PanelUpkeep) -> None:
        broadcast_id = panel.session.broadcast.id
        try:
            await upkeep.run()
        finally:
            del self._tasks[upkeep]
            kept = self._kept.get(broadcast_id)
            if kept and kept.upkeep is upkeep:  # else it was away, and has come back meanwhile
                del self._kept[broadcast_id]
        if panel.session.is_elsewhere:
            return
        if panel.is_in_doubt or panel.may_have_others:
            self._mender.search(panel.session.broadcast)
        if not self._is_closing:
            self._mender.look()  # the last edit may have failed, or an earlier message be standing
