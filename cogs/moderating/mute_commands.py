"""The commands about mutes: who may not steer for a while."""

from __future__ import annotations

import discord
from discord import app_commands

from cogs.kit import context
from cogs.kit.answers import acknowledging, tell
from cogs.moderating import muting
from cogs.moderating.mute_list import mute_list_page
from cogs.wording import commands as texts
from cogs.wording.mutes import unmuted


@app_commands.command(description=texts.MUTE)
@app_commands.describe(**texts.MUTE_OPTIONS)
async def mute(
    interaction: discord.Interaction,
    person: discord.Member,
    minutes: app_commands.Range[int, 1, muting.LONGEST_MINUTES] = muting.OFFERED_MINUTES[0],
) -> None:
    async with acknowledging(interaction):
        word = await muting.mute(interaction, person, minutes)
    await tell(interaction, word)


@app_commands.command(description=texts.UNMUTE)
@app_commands.describe(**texts.UNMUTE_OPTIONS)
async def unmute(interaction: discord.Interaction, person: discord.Member) -> None:
    async with acknowledging(interaction):
        by = await muting.check_mutable(interaction, person)
        was_muted = await muting.unmute(interaction, context.viewer(person), by)
    await tell(interaction, unmuted(person.display_name, was_muted=was_muted))


@app_commands.command(description=texts.MUTES)
async def mutes(interaction: discord.Interaction) -> None:
    await tell(interaction, view=await mute_list_page(interaction, offset=0))
