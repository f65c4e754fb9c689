"""What the bot hears in the chat: new suggestions, changed ones, and those taken back."""

import asyncio
import logging
from dataclasses import dataclass

import discord

from bot.broadcast.errors import BroadcastError
from bot.broadcast.floor.ticket import Ticket
from bot.broadcast.model import Origin, Refusal, Suggestion
from bot.broadcast.sharding import Shard
from bot.broadcast.show.session import BroadcastSession
from bot.discord.bot import OdysseyBot
from cogs.chat.missed import Missed
from cogs.chat.proposals import is_said, proposed_prompt
from cogs.chat.word_back import WordBack
from cogs.kit import context, rights
from cogs.kit.members import NOT_TOLD, with_roles
from cogs.panel.keeper import PanelKeeper
from cogs.wording.requests import EARLIER_WORDS

log = logging.getLogger(__name__)

LOOKS_AT_ONCE = 4
"""Messages that are looked at again at once."""
READ_WITHIN_S = 10.0
"""So long at most what is said now waits for what was missed."""


@dataclass(slots=True)
class _Heard:
    """A message whose suggestion is under way.

    `prompt` is what the message proposes as it stands, None once it proposes nothing any more; `suggestion`
    is there as soon as it is in line. Whether it `answers_panel` is not known (None) of an earlier run's.
    `is_late`: it was said while nobody heard it.
    """

    message: discord.Message | discord.PartialMessage
    session: BroadcastSession
    answers_panel: bool | None
    prompt: str | None
    suggestion: Suggestion | None = None
    is_late: bool = False


class Chat:
    """Turns messages into suggestions: with the prefix, to the bot by mention, or in reply to a panel.

    Editing a message revises its suggestion while that waits, deleting it withdraws it.
    """

    def __init__(self, bot: OdysseyBot, panels: PanelKeeper, word_back: WordBack) -> None:
        self._bot = bot
        self._services = bot.services
        self._panels = panels
        self._word_back = word_back
        self._heard: dict[int, _Heard] = {}
        self.missed = Missed(bot)

    def start(self) -> None:
        """Hears what is done to messages of an earlier run, too, whose suggestions wait in line."""
        for session in self._services.broadcasts.running:
            self.take_up(session)

    def take_up(self, session: BroadcastSession) -> None:
        """The same of one broadcast, which was begun before, or in another process."""
        for ticket in session.taken_up or ():
            self._take_up(session, ticket)

    async def said(self, message: discord.Message) -> None:
        """Puts what a message proposes in line, if a broadcast runs in its channel."""
        if (heard := self._proposal(message)) is None:
            return
        if message.id in self._heard:  # Discord says it again, after a session that was resumed, say
            return
        # Heard before anything is awaited: the message may be edited or deleted meanwhile.
        self._heard[message.id] = heard
        try:
            if await self.missed.is_new(heard.session, message.id) and heard.prompt is not None:
                await self._suggest(heard, heard.prompt)
        finally:
            if self._heard.get(message.id) is heard:
                del self._heard[message.id]

    async def edited(self, event: discord.RawMessageUpdateEvent) -> None:
        """Revises a waiting suggestion; it keeps its place. What proposes nothing any more is withdrawn."""
        heard = self._heard.get(event.message_id)
        if heard and "content" in event.data:
            await self._revise(heard, event.message)

    async def deleted(self, *message_ids: int) -> None:
        """Withdraws waiting suggestions: one by one, or all that a moderator swept away."""
        gone = [self._heard[message_id] for message_id in message_ids if message_id in self._heard]
        for heard in gone:
            heard.prompt = None
        await asyncio.gather(*map(self._adapt, gone))

    async def look_again(self, shard: Shard) -> None:
        """Does what was done to messages while Discord could not tell, and hears what was said meanwhile."""
        turns = asyncio.Semaphore(LOOKS_AT_ONCE)
        looks = [
            self._look_at(heard, turns)
            for heard in list(self._heard.values())
            if shard.has(heard.session.broadcast.channel.guild_id)
        ]
        await asyncio.gather(self.catch_up(), *looks)

    async def catch_up(self) -> None:
        """Hears what was said where nobody heard it: where Discord tells of the server again."""
        await asyncio.gather(*map(self._catch_up, self.missed.take()))

    def _take_up(self, session: BroadcastSession, ticket: Ticket) -> None:
        suggestion, origin = ticket.suggestion, ticket.suggestion.origin
        if origin is None or origin.message_id is None or ticket.settled.done():
            return
        message_id, guild_id = origin.message_id, session.broadcast.channel.guild_id
        channel = self._bot.get_partial_messageable(origin.channel_id, guild_id=guild_id)
        message = channel.get_partial_message(message_id)
        self._heard[message_id] = _Heard(message, session, None, suggestion.prompt, suggestion)
        ticket.settled.add_done_callback(lambda _: self._heard.pop(message_id, None))

    async def _catch_up(self, session: BroadcastSession) -> None:
        """Hears what was missed, in its order: what is said now comes behind."""
        async with asyncio.TaskGroup() as hearing:
            try:
                async with asyncio.timeout(READ_WITHIN_S):
                    late = await self._late(session)
                for heard in late:
                    hearing.create_task(self._hear_late(heard), name=f"message {heard.message.id} heard late")
            except NOT_TOLD as error:
                broadcast_id = session.broadcast.id
                log.info("what broadcast %s missed is not known: %s", broadcast_id, type(error).__name__)
            finally:
                self.missed.end(session)

    async def _late(self, session: BroadcastSession) -> list[_Heard]:
        """What was missed, of who is a member still. What bears a mark of ours was heard."""
        late = {
            message: heard
            for message in await self.missed.read(session)
            if (heard := self._proposal(message)) and not any(mark.me for mark in message.reactions)
        }
        return [late[message] for message in await with_roles(late)]

    async def _hear_late(self, heard: _Heard) -> None:
        assert heard.prompt is not None  # noqa: S101 - it proposes something
        heard.is_late = True
        # In the place of the same message, if that came by the new session too: it waits, and is dropped.
        self._heard[heard.message.id] = heard
        try:
            await self._suggest(heard, heard.prompt)
        finally:
            del self._heard[heard.message.id]

    def _proposal(self, message: discord.Message) -> _Heard | None:
        """What a message proposes, if it does, and to which broadcast."""
        is_from_person = not (message.author.bot or message.webhook_id)
        if message.guild is None or not is_from_person or not is_said(message):
            return None
        channel = context.channel(message)
        reference = message.reference
        answers_panel = reference is not None and self._panels.is_panel(reference.message_id)
        prompt = self._prompt(message, answers_panel=answers_panel)
        if prompt is None or not self._services.broadcasts.is_running_in(channel):
            return None
        return _Heard(message, self._services.broadcasts.in_channel(channel), answers_panel, prompt)

    async def _suggest(self, heard: _Heard, prompt: str) -> None:
        message, is_marked = heard.message, self._word_back.marks_in(self._crowd_of(heard.session))
        assert isinstance(message, discord.Message)  # noqa: S101 - it was said just now
        if is_marked:
            self._word_back.hear(message)
        try:
            ticket = await self._services.broadcasts.suggest(
                context.channel(message),
                prompt,
                by=rights.author(message, self._services),
                origin=Origin(message.channel.id, message.id, is_marked),
                said_at=message.created_at if heard.is_late else None,
            )
        except Exception as error:  # noqa: BLE001 - the boundary of one message: its author is told
            if heard.session.is_elsewhere:
                return  # who goes on with it hears the message, too, and tells what becomes of it
            crowd = self._crowd_of(heard.session)
            await self._word_back.refused(message, error, crowd=crowd, is_late=heard.is_late)
            return
        heard.suggestion = ticket.suggestion
        if heard.prompt != prompt:
            await self._adapt(heard)  # to what was done to the message while its suggestion was stored
        if is_marked:
            await self._word_back.taken(message, ticket, crowd=self._crowd_of(heard.session))
        await asyncio.shield(ticket.settled)  # until then it may be edited, or deleted

    async def _look_at(self, heard: _Heard, turns: asyncio.Semaphore) -> None:
        message = heard.message
        try:
            async with turns:
                if message.id not in self._heard:
                    return
                known = heard.prompt
                as_it_stands = await message.channel.fetch_message(message.id)
                if self._words_of(heard, as_it_stands) != known:
                    await with_roles([as_it_stands])
            if heard.prompt == known:  # else an edit came meanwhile, and is newer
                await self._revise(heard, as_it_stands)
        except discord.NotFound:
            await self.deleted(message.id)
        except NOT_TOLD as error:
            log.info("message %s could not be looked at: %s", message.id, type(error).__name__)

    async def _revise(self, heard: _Heard, message: discord.Message) -> None:
        heard.message, prompt = message, self._words_of(heard, message)
        if prompt == heard.prompt:
            return  # Discord sends the whole message for a pin or an embed too
        heard.prompt = prompt
        await self._adapt(heard)

    async def _adapt(self, heard: _Heard) -> None:
        """Does to a suggestion that waits what was done to its message."""
        if heard.suggestion is None:
            return  # it is done as soon as there is something to do it to
        try:
            if heard.prompt is None:
                await heard.session.floor.refuse(heard.suggestion.id, Refusal.WITHDRAWN)
                return
            assert isinstance(heard.message, discord.Message)  # noqa: S101 - it was read to be revised
            author = rights.author(heard.message, self._services)
            await self._services.broadcasts.revise(heard.session, heard.suggestion, heard.prompt, by=author)
        except Exception as error:  # noqa: BLE001 - the boundary of one message: its author is told
            # New words that break a rule leave the old ones in line; any other failure may leave either.
            more = EARLIER_WORDS if isinstance(error, BroadcastError) else ""
            if isinstance(heard.message, discord.Message):
                self._word_back.tell_failure(heard.message, error, more=more)

    def _words_of(self, heard: _Heard, message: discord.Message) -> str | None:
        """What a message proposes as it stands now."""
        answers_panel = heard.answers_panel
        if answers_panel is None:  # what it replied to then was a panel, and may be gone
            answers_panel = message.reference is not None
        return self._prompt(message, answers_panel=answers_panel)

    def _prompt(self, message: discord.Message, *, answers_panel: bool) -> str | None:
        prefixes = self._services.guilds.prefixes_of(context.channel(message).guild_id)
        return proposed_prompt(message, prefixes, me=self._bot.user, answers_panel=answers_panel)

    def _crowd_of(self, session: BroadcastSession) -> int:
        """How many suggestions are under way: in line, or about to be."""
        from_chat = sum(heard.session is session for heard in self._heard.values())
        return max(session.floor.waiting, from_chat)
