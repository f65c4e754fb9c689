"""The cog of the `/odyssey` commands, and what the bot hears in chat."""

from __future__ import annotations

import asyncio
from typing import cast

import discord
from discord import app_commands
from discord.ext import commands

from bot.broadcast.errors import BroadcastError, Code
from bot.discord.bot import OdysseyBot
from cogs.broadcasts.commands import ViewerCommands
from cogs.broadcasts.departures import Departures
from cogs.chat.chat import Chat
from cogs.chat.proposals import is_said, said_words
from cogs.kit.answers import answer_privately, explain, explaining
from cogs.kit.dialogue import Dialogues
from cogs.kit.private_answers import PrivateAnswers
from cogs.kit.sight import Sight
from cogs.moderating.commands import ModerationCommands
from cogs.moderating.controls import ControlButton, ModeMenu
from cogs.moderating.mute_commands import MuteCommands
from cogs.moderating.mute_list import MutePageButton, UnmuteButton
from cogs.moderating.muting import mute_from_menu
from cogs.moderating.review import VerdictButton
from cogs.panel.buttons import PanelButton
from cogs.panel.keeper import PanelKeeper
from cogs.recordings.board import RecordingBoard
from cogs.recordings.stream_list import PageButton
from cogs.settings.commands import SettingsCommands
from cogs.settings.first_question import DailyMinutes, KeepButton, StarterRoles
from cogs.settings.page import EditButton, GroupMenu
from cogs.steering.ballot import TakeBackButton, VoteButton
from cogs.steering.suggesting import WithdrawButton, suggest_privately
from cogs.wording import commands as texts
from cogs.wording.requests import NOT_A_MEMBER, OUTDATED_COMMAND


async def setup(bot: commands.Bot) -> None:
    answers = PrivateAnswers(cast("OdysseyBot", bot))
    await bot.add_cog(answers)
    await bot.add_cog(Dialogues())
    await bot.add_cog(Sight())
    await bot.add_cog(OdysseyCog(cast("OdysseyBot", bot), answers))
    await bot.add_cog(Departures(cast("OdysseyBot", bot)))


@app_commands.guild_only()
async def suggest_message(interaction: discord.Interaction, message: discord.Message) -> None:
    """`Suggest this`, in the menu of a message: whose it is does not matter, who suggests it does."""
    async with explaining(interaction):
        if not is_said(message):
            raise BroadcastError(Code.NOT_SAID)
        await suggest_privately(interaction, said_words(message))


@app_commands.guild_only()
class OdysseyCog(
    # Discord offers the commands of the last class first.
    SettingsCommands,
    MuteCommands,
    ModerationCommands,
    ViewerCommands,
    group_name="odyssey",
    group_description=texts.GROUP,
):
    """Turns commands into domain calls, and shows what comes of them."""

    def __init__(self, bot: OdysseyBot, answers: PrivateAnswers) -> None:
        super().__init__()
        self._bot = bot
        self._services = bot.services
        self._answers = answers
        self._panels = PanelKeeper(bot)
        self._recordings = RecordingBoard(bot)
        self._chat = Chat(bot, self._panels)

    async def cog_load(self) -> None:
        """Has buttons answer, those of earlier runs too, puts commands into menus.

        Panels of broadcasts that run are taken up, those of an earlier run are mended.
        """
        menus = ((texts.SUGGEST_THIS, suggest_message), (texts.MUTE_FROM_STEERING, mute_from_menu))
        for name, callback in menus:
            self._bot.tree.add_command(app_commands.ContextMenu(name=name, callback=callback))
        self._bot.add_dynamic_items(
            PanelButton,
            VoteButton,
            TakeBackButton,
            ControlButton,
            ModeMenu,
            VerdictButton,
            WithdrawButton,
            PageButton,
            GroupMenu,
            EditButton,
            UnmuteButton,
            MutePageButton,
            StarterRoles,
            DailyMinutes,
            KeepButton,
        )
        await self._panels.start()
        self._services.poster.poster = self._recordings
        self._services.desk.hurry()

    async def cog_unload(self) -> None:
        """Returns when all is shown and told, or the time for last words is over."""
        self._services.poster.poster = None
        within_s = self._services.deadline.last_words_s()
        closing = (part.close(within_s=within_s) for part in (self._panels, self._chat, self._answers))
        await asyncio.gather(*closing)

    async def cog_app_command_error(
        self, interaction: discord.Interaction, error: app_commands.AppCommandError
    ) -> None:
        """Every command's errors end here, as a private sentence."""
        if (
            isinstance(error, app_commands.TransformerError)
            and error.type is discord.AppCommandOptionType.user
        ):
            await answer_privately(interaction, NOT_A_MEMBER)
            return
        if isinstance(error, app_commands.CommandSignatureMismatch | app_commands.CommandNotFound):
            await answer_privately(interaction, OUTDATED_COMMAND)
            return
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        command = interaction.command.qualified_name if interaction.command else "an unknown command"
        await answer_privately(interaction, explain(cause, f"/{command}"))

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        self._try_again()
        await self._chat.look_again()

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

    def _try_again(self) -> None:
        """What could not be shown may be now."""
        self._panels.discord_is_back()
        self._services.desk.hurry()
