"""Word back to the authors of messages: how their suggestions fare."""

import asyncio
from contextlib import suppress

import discord

from bot.broadcast.errors import BroadcastError, Code, LineFull, SlowMode
from bot.broadcast.floor.ticket import Ticket
from bot.broadcast.model import Refusal
from bot.discord.bot import OdysseyBot
from cogs.chat.notices import Notices
from cogs.kit.answers import explain
from cogs.kit.marks import APPLIED, QUEUED, REFUSED, Marks
from cogs.wording.suggestions import settled_suggestion, simply_refused

SMALL_CROWD = 10
"""Suggestions under way in one broadcast, up to which messages are marked: reactions are slow."""
OPEN_CODES = frozenset({LineFull, Code.INTAKE_PAUSED, SlowMode})
OPEN_REFUSALS = frozenset({Refusal.STALE, Refusal.PANIC})
"""Why something is not taken, or not applied, that is no secret and often holds for many at once."""
SILENT_REFUSALS = frozenset({Refusal.WITHDRAWN, Refusal.BROADCAST_ENDED, Refusal.CONNECTION_LOST})
"""What its author did, and what the panel tells everybody."""


class WordBack:
    """Marks messages where the crowd is small, and gives notice of what was refused."""

    def __init__(self, bot: OdysseyBot) -> None:
        self._bot = bot
        self._marks = Marks()
        self._notices = Notices(bot.services.clock)

    async def close(self, all_told: asyncio.Event, *, within_s: float) -> None:
        """Waits, for so long at most, until all is told and delivered. Standing notices are taken down."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await all_told.wait()
                await self._notices.finish()
        await self._notices.close()

    def tell_failure(self, message: discord.Message, error: Exception, *, more: str = "") -> None:
        """Gives notice of why what the message asked for was not done, and of what holds instead."""
        self._notices.tell(message, f"{explain(error, f'message {message.id}')} {more}".rstrip())

    async def refused(self, message: discord.Message, error: Exception, *, crowd: int) -> None:
        """The message's suggestion was not taken."""
        if isinstance(error, BroadcastError) and error.code in OPEN_CODES:
            self._notices.tell_openly(message, explain(error, f"message {message.id}"), about=str(error))
        else:
            self.tell_failure(message, error)
        if self._marks_in(crowd):
            await self._marks.put(message, REFUSED)

    async def taken(self, message: discord.Message, ticket: Ticket, *, crowd: int) -> None:
        """The message's suggestion was taken; returns when its author knows what became of it.

        Who was one of many when it was taken sees no mark later on either: many are often settled at once.
        Of what merely ended with the broadcast, the panel tells everybody at once.
        """
        is_marked = self._marks_in(crowd)
        is_queued = is_marked and not ticket.settled.done()
        if is_queued:
            await self._marks.put(message, QUEUED)
        settled = await asyncio.shield(ticket.settled)
        sign: str | None = APPLIED
        if refusal := settled.refusal:
            sign = None if refusal in SILENT_REFUSALS else REFUSED
            if refusal in OPEN_REFUSALS:
                self._notices.tell_openly(message, simply_refused(refusal), about=refusal.value)
            elif sign:
                self._notices.tell(message, settled_suggestion(settled))
        if is_queued and self._bot.user:
            await self._marks.replace(message, self._bot.user, sign)
        elif is_marked and sign:
            await self._marks.put(message, sign)

    def _marks_in(self, crowd: int) -> bool:
        return crowd <= SMALL_CROWD and not self._marks.are_busy
