"""Word back to the authors of messages: how their suggestions fare."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from functools import partial

import discord

from bot.broadcast.errors import BroadcastError, Code, LineFull, SlowMode
from bot.broadcast.floor.ticket import Ticket
from bot.broadcast.model import Origin, Refusal, Suggestion
from bot.broadcast.telling.errand import TOLD_BY_THE_PANEL, Errand
from bot.discord.bot import OdysseyBot
from cogs.chat.notices import Notices
from cogs.kit.answers import explain
from cogs.kit.direct_messages import DirectMessages
from cogs.kit.marks import APPLIED, NOT_KNOWN, REFUSED, Marks
from cogs.wording.suggestions import settled_suggestion, simply_refused

SMALL_CROWD = 10
"""Suggestions under way in one broadcast, up to which messages are marked: reactions are slow."""
OPEN_CODES = frozenset({LineFull, Code.INTAKE_PAUSED, SlowMode})
OPEN_REFUSALS = frozenset({Refusal.STALE, Refusal.PANIC})
"""Why something is not taken, or not applied, that is no secret and often holds for many at once."""
UNMARKED_REFUSALS = TOLD_BY_THE_PANEL - {Refusal.INTERRUPTED}
"""What leaves no mark on the message: its author did it, or the panel tells everybody."""
NOTICED_FOR = timedelta(hours=1)
"""From when it was suggested: after that nobody waits for a notice."""


class WordBack:
    """Marks messages where the crowd is small, and gives notice of what was refused."""

    def __init__(self, bot: OdysseyBot, direct: DirectMessages) -> None:
        self._bot = bot
        self._services = bot.services
        self._marks = Marks()
        self._notices = Notices(direct, bot.services.clock)
        self._one_of_many: set[int] = set()
        """Messages that bear no mark after all."""
        self._heard: set[int] = set()
        """Messages that this process heard, and may have marked: others were marked by an earlier one."""

    async def close(self, *, within_s: float) -> None:
        """Waits, for so long at most, until all is delivered. Standing notices are taken down."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._notices.finish()
        await self._notices.close()

    def marks_in(self, crowd: int) -> bool:
        """Whether a message is marked that is one of so many."""
        return crowd <= SMALL_CROWD and not self._marks.are_busy

    def hear(self, message: discord.Message) -> None:
        """What the message suggests is about to be taken, and is to be marked."""
        self._heard.add(message.id)

    def tell_failure(self, message: discord.Message, error: Exception, *, more: str = "") -> None:
        """Gives notice of why what the message asked for was not done, and of what holds instead."""
        self._notices.tell(message, f"{explain(error, f'message {message.id}')} {more}".rstrip())

    async def refused(
        self, message: discord.Message, error: Exception, *, crowd: int, is_late: bool = False
    ) -> None:
        """The message's suggestion was not taken. Of a late one, its author may have been told before."""
        self._heard.discard(message.id)
        sentence = explain(error, f"message {message.id}")
        if isinstance(error, BroadcastError) and error.code in OPEN_CODES:
            self._notices.tell_openly(message, sentence, about=str(error))
        elif not is_late:
            self._notices.tell(message, sentence)
        if self.marks_in(crowd):
            await self._marks.put(message, REFUSED)

    async def taken(self, message: discord.Message, ticket: Ticket, *, crowd: int) -> None:
        """The message's suggestion was taken; `crowd` is as large as it has become meanwhile."""
        if ticket.is_decided:
            return
        if self.marks_in(crowd):
            await self._marks.put_queued(message, ticket.settled)
        else:
            self._one_of_many.add(message.id)

    async def settled(self, suggestion: Suggestion, origin: Origin, errand: Errand) -> None:
        """Tells a message's author what became of it: of an earlier run's too, and no notice twice.

        Who was one of many when it was taken sees no mark. Of what merely ended with the broadcast, the panel
        tells everybody at once. Raises what Discord raises when it is unwell.
        """
        if origin.message_id is None or self._bot.user is None:
            return
        message = (await self._channel(suggestion, origin)).get_partial_message(origin.message_id)
        refusal = suggestion.refusal
        if refusal in OPEN_REFUSALS and errand.tries == 0:
            self._notices.tell_openly(message, simply_refused(refusal), about=refusal.value)
        elif refusal and refusal not in TOLD_BY_THE_PANEL and self._is_awaited(suggestion, errand):
            await self._notices.deliver(
                message,
                suggestion.viewer.id,
                settled_suggestion(suggestion),
                partial(self._services.outbox.begin, errand),
            )
        if origin.message_id in self._one_of_many:
            self._one_of_many.discard(origin.message_id)
            self._heard.discard(origin.message_id)
        elif origin.is_marked:
            is_earlier = origin.message_id not in self._heard
            await self._marks.settle(message, self._bot.user, _sign(refusal), is_earlier=is_earlier)
            self._heard.discard(origin.message_id)

    def _is_awaited(self, suggestion: Suggestion, errand: Errand) -> bool:
        """Whether a notice is due: its author waits for one, and was certainly given none."""
        age = self._services.clock.now() - suggestion.suggested_at
        return errand.begun_at is None and errand.tries == 0 and age < NOTICED_FOR

    async def _channel(self, suggestion: Suggestion, origin: Origin) -> discord.PartialMessageable:
        services, broadcast_id = self._services, suggestion.broadcast_id
        session = services.broadcasts.find(broadcast_id)
        broadcast = session.broadcast if session else await services.history.broadcast(broadcast_id)
        guild_id = broadcast.channel.guild_id if broadcast else None
        return self._bot.get_partial_messageable(origin.channel_id, guild_id=guild_id)


def _sign(refusal: Refusal | None) -> str | None:
    if refusal is None:
        return APPLIED
    if refusal is Refusal.NOT_KNOWN:
        return NOT_KNOWN
    return None if refusal in UNMARKED_REFUSALS else REFUSED
