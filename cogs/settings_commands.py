"""`/odyssey settings`: a server's settings, shown, changed, kept in a file and taken from one."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.broadcast.errors import BroadcastError
from bot.broadcast.rights import Deed
from bot.guild_setting_complaints import wrong_setting
from bot.guild_settings import GuildSettings, setting_name
from bot.guilds import Change
from cogs import context, rights
from cogs.answers import acknowledging, tell
from cogs.settings_page import SETTINGS_HINT, SettingsPage, word_of_change, word_of_import

IMPORT_LIMIT_BYTES = 200_000


class SettingsCommands(commands.GroupCog):
    """The part of the `/odyssey` cog that is about the server's settings."""

    @app_commands.command(description="Show or change this server's settings (moderators of the server)")
    @app_commands.describe(
        name="Which setting",
        value="Its new value; lists with commas",
        file="Settings to import, as exported here",
    )
    async def settings(
        self,
        interaction: discord.Interaction,
        name: str | None = None,
        value: str | None = None,
        file: discord.Attachment | None = None,
    ) -> None:
        """`/odyssey settings`."""
        await rights.check(interaction, Deed.SET)
        settings, word = context.settings(interaction), SETTINGS_HINT
        async with acknowledging(interaction):
            if file:
                if name or value:
                    raise wrong_setting("file", "a file has all settings: give it without a name and a value")
                if file.size > IMPORT_LIMIT_BYTES:
                    raise wrong_setting("file", f"it is larger than {IMPORT_LIMIT_BYTES // 1000} kB")
                before, imported = settings, GuildSettings.from_json(await file.read())
                names = list(GuildSettings.model_fields)
                settings = await _change_settings(interaction, lambda _: imported, "imported", names)
                word = word_of_import(before, settings)
            elif value is not None:
                name = setting_name(name or "")
                change, what = partial(GuildSettings.changed, name=name, text=value), f"{name} = {value}"
                settings = await _change_settings(interaction, change, what[:200], [name])
                word = word_of_change(name, settings)
        trouble = context.services(interaction).guilds.trouble_of(context.channel(interaction).guild_id)
        page = SettingsPage(settings, word, trouble)
        await tell(interaction, view=page, files=[page.export])

    @settings.autocomplete("name")
    async def _setting_names(
        self, interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        try:
            await rights.check(interaction, Deed.SET)
        except BroadcastError:
            return []
        return [
            app_commands.Choice(name=f"{name}: {item.description}"[:100], value=name)
            for name, item in GuildSettings.model_fields.items()
            if typed.casefold() in f"{name} {item.description}".casefold()
        ][:25]


async def _change_settings(
    interaction: discord.Interaction, change: Change, what: str, names: Collection[str]
) -> GuildSettings:
    """Changes the server's settings; its broadcasts that run go by them from now on."""
    services, guild_id = context.services(interaction), context.channel(interaction).guild_id
    by = context.viewer(interaction.user)
    settings = await services.guilds.change(guild_id, change, by, what, names=names)
    services.broadcasts.adopt(guild_id, settings.arbitration)
    return settings
