"""To be named in films, or not: `/odyssey credits`."""

import discord
from discord import app_commands

from bot.broadcast.rights import Deed
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging, tell
from cogs.wording import commands as texts
from cogs.wording.clips import NAMED, NOT_NAMED


@app_commands.command(name="credits", description=texts.CREDITS)
@app_commands.describe(**texts.CREDITS_OPTIONS)
async def credits_(interaction: discord.Interaction, named: bool) -> None:
    person = await rights.check(interaction, Deed.CHOOSE_CREDITS)
    async with acknowledging(interaction):
        await context.services(interaction).films.credit(person, is_named=named)
    await tell(interaction, NAMED if named else NOT_NAMED)
