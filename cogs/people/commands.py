"""`/odyssey forget-me` and `/odyssey my-data`."""

from typing import Any

import discord
from discord import app_commands
from discord.ui import ActionRow, TextDisplay

from bot.broadcast.rights import Deed
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging, show, tell
from cogs.kit.lasting_button import LastingButton, LastingView
from cogs.people.data_file import data_file
from cogs.wording import commands as texts
from cogs.wording import labels
from cogs.wording import people as words


@app_commands.command(name="forget-me", description=texts.FORGET_ME)
async def forget_me(interaction: discord.Interaction) -> None:
    await rights.check(interaction, Deed.BE_FORGOTTEN)
    button = ActionRow[Any](ForgetButton())
    await tell(interaction, view=LastingView(TextDisplay(words.ASK_TO_BE_FORGOTTEN), button))


@app_commands.command(name="my-data", description=texts.MY_DATA)
async def my_data(interaction: discord.Interaction) -> None:
    await rights.check(interaction, Deed.SEE_OWN_DATA)
    async with acknowledging(interaction):
        told = await context.services(interaction).people.tell(interaction.user.id)
        file = data_file(interaction.user.id, told)
    if file:
        await tell(interaction, words.YOUR_DATA, files=[file])
    else:
        await tell(interaction, words.YOUR_DATA_IS_LARGE)


class ForgetButton(LastingButton, template="odyssey:forgetme"):
    """Has who presses it forgotten: a private answer has it, so that is who asked."""

    def __init__(self) -> None:
        super().__init__(labels.FORGET_ME, "odyssey:forgetme", discord.ButtonStyle.danger)

    async def clicked(self, interaction: discord.Interaction) -> None:
        await rights.check(interaction, Deed.BE_FORGOTTEN)
        services = context.services(interaction)
        # First: the word that it is done comes in its place.
        await show(interaction, LastingView(TextDisplay(words.WILL_BE_FORGOTTEN)))
        sealed = services.seal.close(str(interaction.token))
        await services.people.ask_to_forget(interaction.user.id, sealed, guild_id=interaction.guild_id)
