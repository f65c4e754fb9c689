"""`/odyssey settings`: a server's settings, shown, changed, kept in a file and taken from one."""

import io
from functools import partial
from typing import Literal

import discord
from discord import app_commands

from bot.broadcast.errors import BroadcastError
from bot.broadcast.rights import Deed
from bot.guilds.settings.complaints import WrongSettingError
from bot.guilds.settings.guild_settings import GuildSettings, group_of, setting_name
from bot.guilds.settings.problems import Mistake
from bot.guilds.settings.text import fetched
from bot.guilds.words.word_lists import imported_words, word_list_file
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging, tell
from cogs.settings.changing import as_they_stand, change_settings
from cogs.settings.first_question import ask_first_question
from cogs.settings.page import show_settings
from cogs.wording import commands as texts
from cogs.wording import labels
from cogs.wording.fields import FIELDS
from cogs.wording.moderating import deed_of_words
from cogs.wording.settings import word_list, word_of_change, word_of_import, word_of_words

WORDS_NAME = "odyssey-words.txt"


@app_commands.command(description=texts.SETTINGS)
@app_commands.describe(**texts.SETTINGS_OPTIONS)
async def settings(
    interaction: discord.Interaction,
    name: str | None = None,
    value: str | None = None,
    file: discord.Attachment | None = None,
) -> None:
    await rights.check(interaction, Deed.SET)
    group, word = None, ""
    async with acknowledging(interaction):
        if file:
            if name or value:
                raise WrongSettingError("file", Mistake.FILE_AND_VALUE)
            word = await _imported(interaction, file)
        elif value is not None:
            name = setting_name(name or "")
            change, what = partial(GuildSettings.changed, name=name, text=value), f"{name} = {value}"
            settings = await change_settings(interaction, change, what, [name])
            group = group_of(GuildSettings.model_fields[name])
            word = word_of_change([name], settings, as_they_stand(interaction).own_prefix)
        elif name:
            field = GuildSettings.model_fields.get(setting_name(name))
            if field is None:
                raise WrongSettingError(name, Mistake.NO_SUCH_SETTING)
            group = group_of(field)
    await show_settings(interaction, group, word)
    services, guild_id = context.services(interaction), context.channel(interaction).guild_id
    # Who started first may not have been one who may set anything.
    if services.first_questions.is_open(guild_id) and await services.history.channels(guild_id):
        await ask_first_question(interaction)


@app_commands.command(description=texts.WORDS)
@app_commands.describe(**texts.WORDS_OPTIONS)
async def words(
    interaction: discord.Interaction,
    file: discord.Attachment | None = None,
    how: Literal["add", "replace"] = "add",
) -> None:
    await rights.check(interaction, Deed.SET)
    word = ""
    async with acknowledging(interaction):
        if file:
            word = await _words_of(interaction, file, replaces=how == "replace")
    words = context.settings(interaction).blocked_words
    attached = discord.File(io.BytesIO(word_list_file(words)), WORDS_NAME)
    await tell(interaction, word or word_list(words), files=[attached] if words else [])


@settings.autocomplete("name")
async def _setting_names(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    try:
        await rights.check(interaction, Deed.SET)
    except BroadcastError:
        return []
    return [
        app_commands.Choice(name=labels.setting(name)[:100], value=name)
        for name, words in FIELDS.items()
        if typed.casefold() in f"{labels.setting(name)} {words.meaning}".casefold()
    ][:25]


async def _imported(interaction: discord.Interaction, file: discord.Attachment) -> str:
    """Takes a file of settings; says what it changes."""
    imported = GuildSettings.from_json(await fetched(file.size, file.read))
    before = context.settings(interaction)
    names = list(GuildSettings.model_fields)
    settings = await change_settings(interaction, lambda _: imported, "imported", names)
    return word_of_import(before, settings)


async def _words_of(interaction: discord.Interaction, file: discord.Attachment, *, replaces: bool) -> str:
    """Takes a list of blocked words; says what of it."""
    listed = await imported_words(await fetched(file.size, file.read))
    before = context.settings(interaction).blocked_words
    what = deed_of_words(len(listed.words), len(before), replaces=replaces)
    change = partial(listed.blocked_in, replaces=replaces)
    settings = await change_settings(interaction, change, what, ["blocked_words"])
    return word_of_words(listed, before, settings.blocked_words, replaces=replaces)
