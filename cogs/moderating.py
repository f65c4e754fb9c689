"""The moderators' commands: how it is decided, pause, panic; past streams, audit."""

from __future__ import annotations

from typing import Literal

import discord
from discord import app_commands
from discord.ext import commands
from discord.ui import LayoutView, TextDisplay

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.model import ActionKind
from bot.broadcast.prompts import clean_prompt
from bot.broadcast.rights import Deed
from bot.broadcast.session import BroadcastSession
from cogs import context, rights, wording
from cogs.answers import acknowledging, tell
from cogs.stream_list import stream_list_page

ModeName = Literal["queue", "vote", "draw", "host"]
"""The values of `Mode`, as discord.py turns them into a command's choices."""
AUDIT_SHOWN = 20


class ModerationCommands(commands.GroupCog):
    """The moderators' part of the `/odyssey` cog."""

    @app_commands.command(description="Choose how it is decided what happens next (moderators)")
    @app_commands.describe(mode="queue: by turns; vote: a ballot; draw: by lot; host: moderators approve")
    async def mode(self, interaction: discord.Interaction, mode: ModeName) -> None:
        """`/odyssey mode`."""
        session = await rights.open_session(interaction, Deed.CHOOSE_MODE)
        async with acknowledging(interaction):
            session.floor.switch(Mode(mode))
            await context.record(interaction, ActionKind.MODE, mode)
        await tell(interaction, f"From now on it is decided {wording.mode_name(session.floor.mode)}.")

    @app_commands.command(description="Take no suggestions for the moment (moderators)")
    async def pause(self, interaction: discord.Interaction) -> None:
        """`/odyssey pause`."""
        await set_paused(interaction, await rights.open_session(interaction, Deed.PAUSE), paused=True)

    @app_commands.command(description="Take suggestions again (moderators)")
    async def resume(self, interaction: discord.Interaction) -> None:
        """`/odyssey resume`."""
        await set_paused(interaction, await rights.open_session(interaction, Deed.PAUSE), paused=False)

    @app_commands.command(description="Stop suggestions, empty the line and show something safe (moderators)")
    async def panic(self, interaction: discord.Interaction) -> None:
        """`/odyssey panic`."""
        await panic(interaction, await rights.open_session(interaction, Deed.PANIC))

    @app_commands.command(
        name="list", description="See this server's past streams (moderators of the server)"
    )
    async def list_streams(self, interaction: discord.Interaction) -> None:
        """`/odyssey list`."""
        page = await stream_list_page(interaction, offset=0)
        await tell(interaction, view=page)

    @app_commands.command(
        description="See what moderators did lately, and which votes were called (moderators of the server)"
    )
    async def audit(self, interaction: discord.Interaction) -> None:
        """`/odyssey audit`."""
        await rights.check(interaction, Deed.AUDIT)
        guild_id = context.channel(interaction).guild_id
        async with acknowledging(interaction):
            actions = await context.services(interaction).guilds.latest_actions(guild_id, AUDIT_SHOWN)
        lines = [wording.deed(action) for action in actions]
        view = LayoutView(timeout=None)
        view.add_item(TextDisplay(wording.fitting(lines) or "Nothing has been done yet."))
        view.stop()
        await tell(interaction, view=view)


async def set_paused(interaction: discord.Interaction, session: BroadcastSession, *, paused: bool) -> None:
    """Stops the taking of suggestions, or takes them again. Raises BROADCAST_OVER."""
    async with acknowledging(interaction):
        session.floor.pause(paused=paused)
        await context.record(interaction, ActionKind.PAUSE if paused else ActionKind.RESUME, "suggestions")
    await tell(interaction, "Suggestions are paused." if paused else "Suggestions are taken again.")


async def panic(interaction: discord.Interaction, session: BroadcastSession) -> None:
    """Stops the taking of suggestions, empties the line, and sends the safe prompt. Raises BROADCAST_OVER."""
    settings = context.services(interaction).guilds.settings_of(session.broadcast.channel.guild_id)
    safe_prompt = clean_prompt(settings.safe_prompt)
    context.check_open(session)
    async with acknowledging(interaction):
        try:
            await session.floor.panic(context.viewer(interaction.user), safe_prompt)
        finally:  # all but its storing is done in any case
            await context.record(interaction, ActionKind.PANIC, settings.safe_prompt)
    await tell(
        interaction,
        "Suggestions are stopped, the line is empty, and the safe prompt is sent. Resume when ready.",
    )
