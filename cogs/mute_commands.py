"""The commands about mutes: who may not steer for a while."""

from __future__ import annotations

from datetime import timedelta

import discord
from discord import app_commands
from discord.ext import commands

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.intake import Mute
from bot.broadcast.model import Refusal
from bot.broadcast.rights import Deed
from cogs import context, rights
from cogs.answers import acknowledging, tell
from cogs.wording import plain


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
        await _check_mutable(interaction, person)
        services = context.services(interaction)
        until = services.clock.now() + timedelta(minutes=minutes)
        mute = Mute(context.viewer(person), until, by=context.viewer(interaction.user))
        guild_id = context.channel(interaction).guild_id
        async with acknowledging(interaction):
            await services.guilds.mute(guild_id, mute)
            for session in services.broadcasts.in_guild(guild_id):
                await session.floor.refuse_all_of(mute.viewer, Refusal.MUTED)
        when = discord.utils.format_dt(until, "R")
        await tell(interaction, f"**{plain(person.display_name)}** cannot steer; that ends {when}.")

    @app_commands.command(description="Let somebody steer again (moderators of the server)")
    @app_commands.describe(person="Who")
    async def unmute(self, interaction: discord.Interaction, person: discord.Member) -> None:
        """`/odyssey unmute`."""
        await _check_mutable(interaction, person)
        name, guilds = plain(person.display_name), context.services(interaction).guilds
        guild_id, by = context.channel(interaction).guild_id, context.viewer(interaction.user)
        async with acknowledging(interaction):
            was_muted = await guilds.unmute(guild_id, context.viewer(person), by)
        await tell(interaction, f"**{name}** can steer again." if was_muted else f"**{name}** was not muted.")


async def _check_mutable(interaction: discord.Interaction, person: discord.Member) -> None:
    """Raises BOTS_DO_NOT_STEER, SERVER_MODERATORS_ONLY or OUTRANKED."""
    await rights.check(interaction, Deed.MUTE, other=person)
    if person.bot:
        raise BroadcastError(Code.BOTS_DO_NOT_STEER)
