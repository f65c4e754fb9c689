"""A server's settings as moderators see them, and word of what became of a change."""

from __future__ import annotations

import io

import discord
from discord.ui import Container, LayoutView, TextDisplay

from bot.guild_settings import FROM_NEXT_BROADCAST, GuildSettings
from bot.judge import Trouble
from cogs import wording
from cogs.wording import plain

SETTINGS_HINT = (
    "Change one: `/odyssey settings name value`. "
    "What has a ⏭ holds from the next broadcast on, the rest at once."
)
EXPORT_NAME = "odyssey-settings.json"


class SettingsPage(LayoutView):
    """All settings with their values and meanings, and a file to keep or to change."""

    def __init__(self, settings: GuildSettings, word: str, trouble: Trouble) -> None:
        super().__init__(timeout=None)
        content = settings.model_dump_json(indent=2).encode()
        self.export = discord.File(io.BytesIO(content), EXPORT_NAME)
        container: Container[SettingsPage] = Container(accent_colour=discord.Colour.blurple())
        container.add_item(TextDisplay("\n".join(["## Settings", word, *_trouble_lines(trouble)])))
        lines = [
            f"**{name}** {_shown(getattr(settings, name))}{' ⏭' if name in FROM_NEXT_BROADCAST else ''}"
            f"\n-# {item.description}"
            for name, item in GuildSettings.model_fields.items()
        ]
        container.add_item(TextDisplay("\n".join(lines)))
        container.add_item(discord.ui.File(f"attachment://{EXPORT_NAME}"))
        self.add_item(container)
        self.stop()


def word_of_import(before: GuildSettings, after: GuildSettings) -> str:
    """What an import has changed."""
    names = before.differences(after)
    changed = f"it changes {', '.join(f'**{name}**' for name in names)}" if names else "it changes nothing"
    return f"The file is taken; {changed}. What a file leaves out has its default."


def word_of_change(name: str, settings: GuildSettings) -> str:
    """What a setting is now, and from when on."""
    value = _shown(getattr(settings, name))
    if name not in FROM_NEXT_BROADCAST:
        return f"**{name}** is {value} now, also for a broadcast that runs."
    hint = " `/odyssey mode` switches one that runs." if name == "mode" else ""
    return f"**{name}** is {value} from the next broadcast on.{hint}"


def _trouble_lines(trouble: Trouble) -> list[str]:
    lines = []
    if trouble.misread:
        names = ", ".join(f"**{name}**" for name in trouble.misread)
        lines.append(
            f"⚠️ What is stored of {names} is not understood by this version of the bot: it is kept, but does "
            "not hold. Set it anew, or ask the bot's operator for a newer version."
        )
    if trouble.rule:
        lines.append(f"⚠️ A stored text rule cannot be used: {wording.wrong_setting(trouble.rule)}.")
    if trouble.reference:
        lines.append(
            f"⚠️ The text filter failed. Please tell the bot's operator.\n-# Reference: {trouble.reference}"
        )
    if trouble.is_closed:
        lines.append("⚠️ **Until that is mended, nothing that viewers suggest is taken.**")
    return lines


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return plain(", ".join(map(str, value)), 100) or "none"
    return plain(f"{value:g}" if isinstance(value, float) else str(value), 100)
