"""The cog of the `/odyssey` commands, and what the bot hears in chat."""

import asyncio
from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.broadcast.show.session import BroadcastSession
from bot.discord.bot import OdysseyBot
from cogs.accounts.commands import account
from cogs.accounts.page import RemoveAccountButton, SetAccountButton
from cogs.broadcasts.another_round import AnotherRoundButton
from cogs.broadcasts.commands import callvote, end, link, recording, say, start, status
from cogs.broadcasts.departures import Departures
from cogs.broadcasts.starting import start_from_message
from cogs.chat.chat import Chat
from cogs.chat.outcomes import Outcomes
from cogs.chat.proposals import suggest_message
from cogs.chat.word_back import WordBack
from cogs.clips.clipping import clip
from cogs.clips.crediting import credits_
from cogs.clips.wall import ClipWall
from cogs.kit.answers import answer_privately, explain
from cogs.kit.dialogue import Dialogues
from cogs.kit.direct_messages import DirectMessages
from cogs.kit.lasting_button import LastingItem
from cogs.kit.private_answers import PrivateAnswers
from cogs.kit.sight import Sight
from cogs.moderating.commands import (
    audit,
    health,
    list_broadcasts,
    mode,
    mute,
    mutes,
    panic,
    pause,
    resume,
    unmute,
)
from cogs.moderating.controls import ControlButton, ModeMenu
from cogs.moderating.mute_list import MutePageButton, UnmuteButton
from cogs.moderating.muting import mute_from_menu
from cogs.moderating.review import VerdictButton
from cogs.panel.buttons import PanelButton
from cogs.panel.keeper import PanelKeeper
from cogs.people.commands import ForgetButton, forget_me, my_data
from cogs.people.unnaming import Unnaming
from cogs.recordings.board import RecordingBoard
from cogs.recordings.broadcast_list import PageButton
from cogs.recordings.recordings import FreshLinksButton, RecordingLinkButton, StreamMenu
from cogs.recordings.timeline import TimelineButton
from cogs.settings.commands import settings, words
from cogs.settings.first_question import DailyMinutes, KeepButton, StarterRoles
from cogs.settings.page import EditButton, GroupMenu
from cogs.steering.ballot import TakeBackButton, VoteButton
from cogs.steering.private_words import PrivateWords
from cogs.steering.suggesting import WithdrawButton
from cogs.wording.commands import GROUP
from cogs.wording.requests import NOT_A_MEMBER, OUTDATED_COMMAND

COMMANDS: Sequence[app_commands.Command[Any, ..., None]] = (
    *(start, say, status, link, callvote, recording, clip, credits_, end),
    *(my_data, forget_me),
    *(mode, pause, resume, panic, list_broadcasts, audit, health),
    *(mute, unmute, mutes, settings, words, account),
)
"""In the order in which Discord offers them."""
ITEMS: Sequence[type[LastingItem[Any]]] = (
    *(PanelButton, AnotherRoundButton, VoteButton, TakeBackButton, WithdrawButton, PageButton, StreamMenu),
    *(FreshLinksButton, TimelineButton, RecordingLinkButton),
    *(ControlButton, ModeMenu, VerdictButton, UnmuteButton, MutePageButton),
    *(GroupMenu, EditButton, StarterRoles, DailyMinutes, KeepButton, ForgetButton),
    *(SetAccountButton, RemoveAccountButton),
)
"""Buttons and menus, those of earlier runs too."""


async def setup(bot: commands.Bot) -> None:
    assert isinstance(bot, OdysseyBot)  # noqa: S101 - no other loads this
    direct, panels = DirectMessages(bot), PanelKeeper(bot)
    words, word_back = PrivateWords(bot, direct), WordBack(bot, direct)
    chat, outcomes = Chat(bot, panels, word_back), Outcomes(bot, word_back, words)
    unnaming = Unnaming(bot, direct, panels.redraw)
    hears = OdysseyCog(bot, panels, chat, outcomes, unnaming)
    for cog in (PrivateAnswers(bot), words, panels, Dialogues(), Sight(), hears, Departures(bot)):
        await bot.add_cog(cog)


class OdysseyCog(commands.Cog):
    """Has commands and buttons answer, hears what happens in Discord, and shows what comes of it."""

    def __init__(
        self, bot: OdysseyBot, panels: PanelKeeper, chat: Chat, outcomes: Outcomes, unnaming: Unnaming
    ) -> None:
        self._bot = bot
        self._services = bot.services
        self._panels = panels
        self._recordings = RecordingBoard(bot)
        self._chat = chat
        self._outcomes = outcomes
        self._unnaming = unnaming

    async def cog_load(self) -> None:
        """Has commands answer, and buttons, those of earlier runs too.

        Panels of broadcasts that run are taken up, those of an earlier run are mended.
        """
        group = app_commands.guild_only(app_commands.Group(name="odyssey", description=GROUP))
        for command in COMMANDS:
            group.add_command(command)
        for entry in (group, suggest_message, start_from_message, mute_from_menu):
            self._bot.tree.add_command(entry)
        self._bot.tree.error(command_failed)
        self._bot.add_dynamic_items(*ITEMS)
        await self._panels.start()
        self._chat.start()
        await self._outcomes.start()
        self._services.poster.poster = self._recordings
        self._services.clips.poster.poster = ClipWall(self._bot)
        await self._unnaming.start()
        self._services.broadcasts.taken_up.listen(self._taken_up)
        self._services.outbox.hurry()

    async def cog_unload(self) -> None:
        """Returns when all is shown and told, or the time for last words is over."""
        self._services.broadcasts.taken_up.leave(self._taken_up)
        await self._unnaming.close()
        self._services.poster.poster = self._services.clips.poster.poster = None
        within_s = self._services.deadline.last_words_s()
        await asyncio.gather(*(part.close(within_s=within_s) for part in (self._panels, self._outcomes)))

    @commands.Cog.listener()
    async def on_shard_connect(self, shard_id: int) -> None:
        """A new session, not one that goes on: what happened before it is told by nobody."""
        self._chat.missed.begin(self._bot.shard(shard_id))

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        self._try_again()
        await self._chat.look_again(self._bot.shard(shard_id))

    @commands.Cog.listener()
    async def on_shard_left(self, shard_id: int) -> None:
        """What was missed there is another process's to hear."""
        self._chat.missed.give_up(self._bot.shard(shard_id))

    @commands.Cog.listener()
    async def on_guild_available(self, _: discord.Guild) -> None:
        """As it may be only after the bot is ready."""
        await self._chat.catch_up()

    @commands.Cog.listener("on_resumed")
    @commands.Cog.listener("on_guild_channel_update")
    @commands.Cog.listener("on_guild_role_update")
    @commands.Cog.listener("on_member_update")
    @commands.Cog.listener("on_guild_available")
    @commands.Cog.listener("on_guild_join")
    async def on_more_rights(self, *_: object) -> None:
        """What was forbidden may be allowed now."""
        self._try_again()

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """Chat steers, and pushes the panel up."""
        self._panels.said(message)
        await self._chat.said(message)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        await self._chat.edited(event)

    @commands.Cog.listener()
    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self._panels.deleted(event.channel_id, [event.message_id])
        await self._chat.deleted(event.message_id)

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """A moderator's clean-up, or a ban, deletes many messages in one go."""
        self._panels.deleted(event.channel_id, event.message_ids)
        await self._chat.deleted(*event.message_ids)

    def _taken_up(self, session: BroadcastSession) -> None:
        """A broadcast of another process goes on in this one."""
        self._panels.take_up(session)
        self._chat.take_up(session)

    def _try_again(self) -> None:
        """What could not be shown may be now."""
        self._panels.discord_is_back()
        self._services.outbox.hurry()


async def command_failed(interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
    """Every command's errors end here, as a private sentence."""
    if isinstance(error, app_commands.TransformerError) and error.type is discord.AppCommandOptionType.user:
        await answer_privately(interaction, NOT_A_MEMBER)
        return
    if isinstance(error, app_commands.CommandSignatureMismatch | app_commands.CommandNotFound):
        await answer_privately(interaction, OUTDATED_COMMAND)
        return
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    command = interaction.command.qualified_name if interaction.command else "an unknown command"
    await answer_privately(interaction, explain(cause, f"/{command}"))
