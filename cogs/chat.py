"""What the bot hears in the chat: new suggestions, changed ones, and those taken back."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

import discord

from bot.broadcast.errors import BroadcastError
from bot.broadcast.floor import Ticket
from bot.broadcast.model import Outcome, Refusal, Suggestion
from bot.broadcast.prompts import prompt_in_chat
from bot.broadcast.session import BroadcastSession
from bot.discord_bot import OdysseyBot
from cogs import context, wording
from cogs.answers import explain
from cogs.marks import APPLIED, QUEUED, REFUSED, mark, replace_mark
from cogs.notices import Notices
from cogs.panel_keeper import PanelKeeper

SMALL_CROWD = 10
"""Suggestions in line, and marks under way, up to which each message gets its mark: reactions are slow."""
LAST_WORDS_S = 5.0
"""How long authors may still be told of theirs when the bot stops."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """A suggestion that waits, and the message it came from."""

    session: BroadcastSession
    ticket: Ticket


class Chat:
    """Turns messages into suggestions: with the prefix, to the bot by mention, or in reply to a panel.

    Editing a message revises its suggestion while that waits, deleting it withdraws it.
    """

    def __init__(self, bot: OdysseyBot, panels: PanelKeeper) -> None:
        self._bot = bot
        self._services = bot.services
        self._panels = panels
        self._notices = Notices(bot.services.clock)
        self._heard: dict[int, _Heard] = {}
        self._marking = 0
        self._untold = 0
        self._all_told = asyncio.Event()

    async def close(self) -> None:
        """Has the last authors told what became of their suggestions, and takes down standing notices."""
        if self._untold:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._all_told.wait(), LAST_WORDS_S)
        await self._notices.close()

    async def said(self, message: discord.Message) -> None:
        """Puts what a message proposes in line, if a broadcast runs in its channel."""
        if message.author.bot or message.webhook_id or message.guild is None:
            return
        channel = context.channel(message)
        prompt = self._proposal(message)
        if prompt is None or not self._services.broadcasts.is_running_in(channel):
            return
        rules = self._services.guilds.settings_of(message.guild.id)
        exempt = context.is_exempt(message.author, rules)
        author = context.viewer(message.author)
        session = self._services.broadcasts.in_channel(channel)
        try:
            ticket = await self._services.broadcasts.suggest(channel, author, prompt, is_exempt=exempt)
        except Exception as error:  # noqa: BLE001 - the boundary of one message: its author is told
            self._notices.tell(message, explain(error, f"message {message.id}"))
            if self._is_small(session):
                await self._mark(message, REFUSED)
            return
        self._untold += 1
        self._all_told.clear()
        try:
            await self._follow(message, _Heard(session, ticket))
        finally:
            self._untold -= 1
            if not self._untold:
                self._all_told.set()

    async def edited(self, event: discord.RawMessageUpdateEvent) -> None:
        """Revises a waiting suggestion; it keeps its place. What proposes nothing any more is withdrawn."""
        heard = self._heard.get(event.message_id)
        if heard is None or "content" not in event.data:
            return
        prompt = self._proposal(event.message)
        if prompt is None:
            await heard.session.floor.refuse(heard.ticket.suggestion.id, Refusal.WITHDRAWN)
            return
        try:
            await self._services.broadcasts.revise(
                heard.session,
                heard.ticket.suggestion,
                prompt,
                is_exempt=context.is_exempt(
                    event.message.author, self._services.guilds.settings_of(event.guild_id or 0)
                ),
            )
        except BroadcastError as error:
            self._notices.tell(event.message, explain(error, f"message {event.message_id}"))

    async def deleted(self, message_id: int) -> None:
        """Withdraws a waiting suggestion."""
        if heard := self._heard.get(message_id):
            await heard.session.floor.refuse(heard.ticket.suggestion.id, Refusal.WITHDRAWN)

    def _proposal(self, message: discord.Message) -> str | None:
        """What a message proposes, or None for ordinary talk."""
        proposal = prompt_in_chat(message.content, self._services.settings.chat_prefix)
        if proposal is not None:
            return proposal
        me = self._bot.user
        if me and me.id in message.raw_mentions:
            return message.content.replace(f"<@{me.id}>", " ").replace(f"<@!{me.id}>", " ")
        if message.reference and self._panels.is_panel(message.reference.message_id):
            return message.content or None  # without the intent, its words are hidden from us
        return None

    def _is_small(self, session: BroadcastSession) -> bool:
        return max(session.floor.waiting, self._marking) <= SMALL_CROWD

    async def _mark(self, message: discord.Message, sign: str) -> None:
        self._marking += 1
        try:
            await mark(message, sign)
        finally:
            self._marking -= 1

    async def _follow(self, message: discord.Message, heard: _Heard) -> None:
        """Marks a message as its suggestion fares, until that is settled."""
        session, ticket = heard.session, heard.ticket
        self._heard[message.id] = heard
        is_marked = self._is_small(session) and not ticket.settled.done()
        if is_marked:
            await self._mark(message, QUEUED)
        try:
            settled = await asyncio.shield(ticket.settled)
        finally:
            del self._heard[message.id]
        await self._tell(message, settled, was_marked=is_marked)

    async def _tell(self, message: discord.Message, settled: Suggestion, *, was_marked: bool) -> None:
        sign: str | None = APPLIED
        if settled.outcome is not Outcome.ACKNOWLEDGED:
            sign = None if settled.refusal is Refusal.WITHDRAWN else REFUSED
        if was_marked and self._bot.user:
            await replace_mark(message, self._bot.user, sign)
        elif sign:
            await mark(message, sign)
        if sign is REFUSED:
            self._notices.tell(message, wording.settled_suggestion(settled))
