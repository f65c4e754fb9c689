"""Lists of blocked words that moderators import."""

from __future__ import annotations

import asyncio

import discord

from bot.guilds.settings.complaints import WrongSettingError
from bot.guilds.settings.guild_settings import GuildSettings
from bot.guilds.settings.problems import FileTooLarge, ProblemError
from bot.guilds.words.word_lists import read_word_list
from cogs.kit import context
from cogs.settings.changing import change_settings
from cogs.wording.deeds import deed_of_words
from cogs.wording.settings import word_of_words

IMPORT_LIMIT_BYTES = 2_000_000
"""Of a file: more than the longest list has, and settings with it."""


async def read_file(file: discord.Attachment) -> bytes:
    """What is in a file. Raises `WrongSettingError`."""
    if file.size > IMPORT_LIMIT_BYTES:
        raise WrongSettingError("file", FileTooLarge(IMPORT_LIMIT_BYTES))
    return await file.read()


async def import_words(interaction: discord.Interaction, file: discord.Attachment, *, replaces: bool) -> str:
    """Blocks the words of a file, besides those that are blocked or in their place; says what was taken.

    Raises `WrongSettingError`, and then changes nothing.
    """
    content = await read_file(file)
    try:
        # In a thread, since each of thousands of words is tried.
        listed = await asyncio.to_thread(read_word_list, content)
    except ProblemError as error:
        raise WrongSettingError("file", error.problem) from None
    before = context.settings(interaction).blocked_words
    if not listed.words:
        entry, problem = listed.refused[0]
        raise WrongSettingError("file", problem, entry)

    def change(now: GuildSettings) -> GuildSettings:
        kept = () if replaces else now.blocked_words
        return now.with_words((*kept, *listed.besides(kept)))

    what = deed_of_words(len(listed.words), len(before), replaces=replaces)
    settings = await change_settings(interaction, change, what, ["blocked_words"])
    return word_of_words(listed, before, settings.blocked_words, replaces=replaces)
