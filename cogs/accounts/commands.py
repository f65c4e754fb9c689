"""`/odyssey account`: the server's own account at Odyssey."""

import discord
from discord import app_commands

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.rights import Deed
from cogs.accounts.page import show_account
from cogs.kit import context, rights
from cogs.wording import commands as texts


@app_commands.command(description=texts.ACCOUNT)
async def account(interaction: discord.Interaction) -> None:
    await rights.check(interaction, Deed.SET_ACCOUNT)
    accounts = context.services(interaction).accounts
    if not accounts.are_on and accounts.own(context.channel(interaction).guild_id) is None:
        raise BroadcastError(Code.ACCOUNTS_ARE_OFF)
    await show_account(interaction)
