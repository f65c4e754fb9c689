"""The commands about mutes: who may not steer for a while."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from cogs import wording
from cogs.kit import context
from cogs.kit.answers import acknowledging, tell
from cogs.moderating import muting
from cogs.moderating.mute_list import mute_list_page


class MuteCommands(commands.GroupCog):
    """The part of the `/odyssey` cog that mutes."""

    @app_commands.command(description="Keep somebody from steering for a while (moderators of the server)")
    @app_commands.describe(person="Who", minutes="For how long")
    async def mute(
        self,
        interaction: discord.Interaction,
        person: discord.Member,
        minutes: app_commands.Range[int, 1, 10_080] = 10,
    ) -> None:
        """`/odyssey mute`."""
        async with acknowledging(interaction):
            word = await muting.mute(interaction, person, minutes)
        await tell(interaction, word)

    @app_commands.command(description="Let somebody steer again (moderators of the server)")
    @app_commands.describe(person="Who")
    async def unmute(self, interaction: discord.Interaction, person: discord.Member) -> None:
        """`/odyssey unmute`."""
        async with acknowledging(interaction):
            await muting.check_mutable(interaction, person)
            was_muted = await muting.unmute(interaction, context.viewer(person))
        await tell(interaction, wording.unmuted(person.display_name, was_muted=was_muted))

    @app_commands.command(
        description="See who is muted from steering, and until when (moderators of the server)"
    )
    async def mutes(self, interaction: discord.Interaction) -> None:
        """`/odyssey mutes`."""
        await tell(interaction, view=await mute_list_page(interaction, offset=0))
