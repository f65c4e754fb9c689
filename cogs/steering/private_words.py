"""Private word of what became of a suggestion, to who made it by a command, a dialogue or a menu."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import discord
from discord.ext import commands
from discord.ui import TextDisplay

from bot.broadcast.model import Origin, Refusal, Suggestion
from bot.broadcast.telling.errand import Errand, Kind
from bot.discord.bot import OdysseyBot
from cogs.kit import context
from cogs.kit.direct_messages import DirectMessages
from cogs.kit.lasting_button import LastingView
from cogs.kit.promised import CannotAnswerError, give
from cogs.wording.suggestions import settled_suggestion

AWAITED_FOR = timedelta(hours=1)
"""From when it was suggested: after that nobody is written to any more."""


class PrivateWords(commands.Cog):
    """Edits the private answer that its author has, of an earlier run too, while Discord takes that.

    Else they get a direct message, once, if they take any.
    """

    def __init__(self, bot: OdysseyBot, direct: DirectMessages) -> None:
        self._bot = bot
        self._services = bot.services
        self._direct = direct
        self._followed: dict[int, asyncio.Event] = {}

    @staticmethod
    def of(interaction: discord.Interaction) -> PrivateWords:
        return context.cog(interaction, PrivateWords)

    @contextmanager
    def following(self, interaction_id: int) -> Iterator[None]:
        """While this lasts, its answer says how a suggestion stands; what became of it is said after that."""
        is_over = self._followed[interaction_id] = asyncio.Event()
        try:
            yield
        finally:
            is_over.set()
            if self._followed.get(interaction_id) is is_over:  # Discord may have said it twice
                del self._followed[interaction_id]

    async def settled(self, suggestion: Suggestion, origin: Origin, errand: Errand) -> float | None:
        """Tells it; or gives the seconds until that can be tried again. Raises what Discord raises."""
        if followed := self._followed.get(origin.interaction_id or 0):
            await followed.wait()
        word = settled_suggestion(suggestion)
        if promised := self._services.outbox.get(Kind.ANSWER, origin.interaction_id):
            try:
                await give(self._bot, promised, LastingView(TextDisplay(word)))
            except CannotAnswerError as error:
                is_told = error.is_dismissed
            else:
                is_told = True
            # Both in one go: who finds the one without the other would write to them.
            self._services.outbox.forget(Kind.ANSWER, origin.interaction_id)
            if is_told:
                self._services.outbox.forget(errand.kind, errand.subject_id)
                return None
        return await self._write(suggestion, word, errand)

    async def _write(self, suggestion: Suggestion, word: str, errand: Errand) -> float | None:
        age = self._services.clock.now() - suggestion.suggested_at
        is_known = errand.begun_at is not None or suggestion.refusal is Refusal.WITHDRAWN
        if is_known or age >= AWAITED_FOR or not self._direct.are_taken_by(suggestion.viewer.id):
            return None
        if wait_s := self._direct.wait_s:
            return wait_s
        await self._services.outbox.begin(errand)
        broadcast = await self._services.history.broadcast(suggestion.broadcast_id)
        place = f"\n-# <#{broadcast.channel.id}>" if broadcast else ""
        await self._direct.send(suggestion.viewer.id, f"{word}{place}")
        return None
