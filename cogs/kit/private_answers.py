"""Private answers that are edited instead of piling up: one to each person of each kind in each broadcast."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

import discord
from discord.ext import commands

from bot.broadcast.clock import Clock
from bot.broadcast.model import Broadcast
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.show.view import BroadcastView
from bot.discord.bot import OdysseyBot
from cogs.kit import context
from cogs.kit.answers import ANSWER_LIFETIME_S, DISCORD_FAILED, is_acknowledged, telling
from cogs.kit.lasting_button import LastingView
from cogs.kit.promising import is_kept

log = logging.getLogger(__name__)

EDIT_GAP_S = 2.0
"""Between two edits of one answer that follows its broadcast."""
AT_ONCE = 20
"""Answers that follow, and are edited at the same time: when a ballot closes, everybody's are due."""
TIMEOUT_S = 30.0
"""A word to Discord that takes longer has failed."""
_GONE = (401, 404)
"""Discord's statuses for an answer that was dismissed, or whose token is dead."""

Draw = Callable[[BroadcastView], LastingView]
"""Draws an answer as its broadcast stands, be that running or over."""
Follows = Callable[[], bool]
"""Asked at each change of a broadcast whether an answer is to be drawn again."""
IfStill = Callable[[], Awaitable[bool]]
"""Asks whether an answer may still be shown something new."""


def always() -> bool:
    """Of an answer that shows how its broadcast stands."""
    return True


class Matter(StrEnum):
    """What a private answer is about: its kind."""

    VOTE = "vote"
    CONTROLS = "controls"
    REVIEW = "review"


class PrivateAnswers(commands.Cog):
    """Knows the newest answer to each person about each matter. A restart forgets them."""

    def __init__(self, bot: OdysseyBot) -> None:
        self._clock = bot.services.clock
        self._listeners = bot.services.listeners
        self._kept: dict[str, dict[tuple[int, Matter], _Answer]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._following = asyncio.Semaphore(AT_ONCE)

    @staticmethod
    def of(interaction: discord.Interaction) -> PrivateAnswers:
        return context.cog(interaction, PrivateAnswers)

    async def cog_load(self) -> None:
        """From now on answers follow."""
        self._listeners.listen(self.broadcast_changed)

    async def show(
        self,
        interaction: discord.Interaction,
        session: BroadcastSession,
        matter: Matter,
        draw: Draw,
        *,
        follows: Follows | None = None,
        if_still: IfStill | None = None,
    ) -> None:
        """Shows the user what `draw` draws: in the answer about this matter that they have, or in a new one.

        Used on such an answer, or on one that is not known, that one is it. It is drawn again when `follows`
        says so, the last time when the broadcast is over, while `if_still` says yes. If a button or dialogue
        is acknowledged before, then `in_place`. Failures to tell end here.
        """
        answer = _Answer(self._clock, session)
        if not session.broadcast.state.is_over:
            of_broadcast = self._kept.setdefault(session.broadcast.id, {})
            answer = of_broadcast.setdefault((interaction.user.id, matter), answer)
        answer.follows, answer.if_still = follows, if_still
        with telling(interaction):
            await answer.show(interaction, draw, is_here=self._is_on(interaction, session, matter))

    def draw_next(
        self, interaction: discord.Interaction, session: BroadcastSession, matter: Matter, draw: Draw
    ) -> None:
        """Has the answer that the user has, if they have one, drawn so from the next time on."""
        answer = self._kept.get(session.broadcast.id, {}).get((interaction.user.id, matter))
        if answer:
            answer.draw = draw

    def _is_on(self, interaction: discord.Interaction, session: BroadcastSession, matter: Matter) -> bool:
        """Whether it was used on a private answer that is about this matter, as far as is known."""
        source, kept = interaction.message, self._kept.get(session.broadcast.id, {})
        if source is None or not source.flags.ephemeral:
            return False
        others = (kept.get((interaction.user.id, other)) for other in Matter if other is not matter)
        return all(other is None or other.message_id != source.id for other in others)

    def broadcast_changed(self, broadcast: Broadcast) -> None:
        """Has the answers that follow the broadcast drawn again; forgets all of one that is over."""
        answers = self._kept.get(broadcast.id, {}).values()
        if broadcast.state.is_over:
            self._kept.pop(broadcast.id, None)
        for answer in answers:
            if answer.follows and answer.follows() and not answer.is_behind:
                answer.is_behind = True
                task = asyncio.create_task(
                    answer.catch_up(self._following), name=f"private answer on {broadcast.id}"
                )
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def cog_unload(self) -> None:
        self._listeners.leave(self.broadcast_changed)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class _Answer:
    """One private answer: at most one message at a time."""

    def __init__(self, clock: Clock, session: BroadcastSession) -> None:
        self.follows: Follows | None = None
        self.if_still: IfStill | None = None
        self.is_behind = False
        """Whether it is about to be drawn again."""
        self._clock = clock
        self._session = session
        self._turn = asyncio.Lock()
        self.draw: Draw = lambda _: LastingView()
        self._message: discord.Interaction | discord.WebhookMessage | None = None
        """The message, or the interaction whose original response it is."""
        self.message_id = 0
        self._lives_until = self._edited_at = 0.0
        self._shown: list[dict[str, Any]] = []

    async def show(self, interaction: discord.Interaction, draw: Draw, *, is_here: bool) -> None:
        """Shows what is drawn, however many presses of the same person come at once.

        `is_here`: it is to be the message on which something was used.
        """
        self.draw = draw
        source, waits = interaction.message, self._turn.locked()
        # It is below the message that was pressed, else it went out of sight with an earlier panel.
        is_in_sight = source is not None and self._lives and self.message_id > source.id
        if source and not is_acknowledged(interaction) and (waits or (is_in_sight and not is_here)):
            await interaction.response.defer()
        async with self._turn, asyncio.timeout(TIMEOUT_S):
            view = self.draw(self._session.view)
            if is_here:
                await self._edit_here(interaction, view)
            elif source is None or not (is_in_sight or waits):
                await self._send(interaction, view)
            elif view.payload != self._shown or not self._lives:
                await self._edit_or_send(interaction, view)
            elif not waits:  # whoever asks again for what is shown does not see it: it may be dismissed
                await self._send(interaction, view)
            self._shown = view.payload

    async def catch_up(self, following: asyncio.Semaphore) -> None:
        """Draws it again as soon as it may be edited, if it can be."""
        await self._clock.sleep(max(0.0, self._edited_at + EDIT_GAP_S - self._clock.steady()))
        self.is_behind = False
        try:
            async with following, self._turn, asyncio.timeout(TIMEOUT_S):
                view = self.draw(self._session.view)
                if not self._lives or view.payload == self._shown:
                    return
                if self.if_still and not await self.if_still():
                    self.follows = None
                elif await self._edit(view):
                    self._shown = view.payload
        except DISCORD_FAILED as error:
            log.info("a private answer could not follow: %s", type(error).__name__)
        except Exception:  # the boundary of one answer: it stays as it is
            log.exception("a private answer could not follow")

    @property
    def _lives(self) -> bool:
        return self._message is not None and self._clock.steady() < self._lives_until

    async def _edit_here(self, interaction: discord.Interaction, view: LastingView) -> None:
        assert interaction.message is not None  # noqa: S101 - it is what is edited
        try:
            if is_acknowledged(interaction):
                await interaction.edit_original_response(view=view)
            else:
                await interaction.response.edit_message(view=view)
        except discord.HTTPException as error:
            if error.status not in _GONE or not is_acknowledged(interaction):
                raise
            await self._edit_or_send(interaction, view)
        else:
            await self._stands(interaction, interaction.message.id)

    async def _edit_or_send(self, interaction: discord.Interaction, view: LastingView) -> None:
        if not self._lives or not await self._edit(view):
            await self._send(interaction, view)

    async def _edit(self, view: LastingView) -> bool:
        """False if the message is gone: it is not tried again."""
        self._edited_at = self._clock.steady()
        try:
            if isinstance(self._message, discord.Interaction):
                await self._message.edit_original_response(view=view)
            elif self._message:
                await self._message.edit(view=view)
        except discord.HTTPException as error:
            if error.status not in _GONE:
                raise
            self._message = None
        return self._message is not None

    async def _send(self, interaction: discord.Interaction, view: LastingView) -> None:
        if not is_acknowledged(interaction):
            answered = await interaction.response.send_message(view=view, ephemeral=True)
            await self._stands(interaction, answered.message_id or interaction.id)
        elif interaction.message is None:
            original = await interaction.edit_original_response(view=view)
            is_kept(interaction)
            await self._stands(interaction, original.id)
        else:  # the original response would be the public message
            sent = await interaction.followup.send(view=view, ephemeral=True, wait=True)
            await self._stands(sent, sent.id)

    async def _stands(self, message: discord.Interaction | discord.WebhookMessage, message_id: int) -> None:
        """From now on this message is the answer; the one before goes."""
        before = self._message if self._lives and self.message_id != message_id else None
        self._message, self.message_id = message, message_id
        self._edited_at = self._clock.steady()
        self._lives_until = self._edited_at + ANSWER_LIFETIME_S
        if before:
            try:
                if isinstance(before, discord.Interaction):
                    await before.delete_original_response()
                else:
                    await before.delete()
            except DISCORD_FAILED as error:
                log.info("an earlier private answer stays: %s", type(error).__name__)
