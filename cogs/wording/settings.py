"""What moderators read of a server's settings: their values, what a change did, what is in trouble."""

from __future__ import annotations

from collections.abc import Iterable

from bot.broadcast.arbitration.policy import Mode
from bot.guild_setting_values import NO_PREFIX
from bot.guild_settings import FROM_NEXT_BROADCAST, GuildSettings
from bot.judge import Trouble
from cogs.wording.requests import setting_title, wrong_setting
from cogs.wording.text import as_code, mode_name, plain

VALUE_SHOWN, ROLES_SHOWN = 100, 4
"""Characters, and roles, of a value at most."""


def setting_value(name: str, settings: GuildSettings, own_prefix: str, *, limit: int = VALUE_SHOWN) -> str:
    """A setting's value in plain words; `own_prefix` is the bot's own, for a server that has set none.

    `limit` is in characters of the value.
    """
    value = getattr(settings, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mode):
        return f"{mode_name(value)} ({value})"
    if name == "prefix":
        if value == NO_PREFIX:
            return "nothing: only mentions, replies, buttons and commands suggest"
        return as_code(value) if value else f"{as_code(own_prefix)}, the bot's own"
    if name.endswith("_roles"):
        return (
            " ".join(f"<@&{role}>" for role in value[:ROLES_SHOWN]) + _how_many(value, ROLES_SHOWN) or "none"
        )
    if isinstance(value, tuple):
        joiner = " " if name == "other_prefixes" else ", "
        text = plain(joiner.join(value), limit)
        return text + _how_many(value, 0 if text.endswith("…") else len(value)) or "none"
    return plain(f"{value:g}" if isinstance(value, float) else str(value), limit)


def word_of_change(names: Iterable[str], settings: GuildSettings, own_prefix: str) -> str:
    """What settings are now, and from when on."""
    lines = []
    for name in names:
        value = setting_value(name, settings, own_prefix)
        if name in FROM_NEXT_BROADCAST:
            hint = " `/odyssey mode` switches one that runs." if name == "mode" else ""
            lines.append(f"✅ {setting_title(name)}: {value}, from the next broadcast on.{hint}")
        else:
            lines.append(f"✅ {setting_title(name)}: {value}, from now on, also in a broadcast that runs.")
    return "\n".join(lines) or "Nothing was changed: it is all as it was."


def word_of_import(before: GuildSettings, after: GuildSettings) -> str:
    """What an import has changed."""
    names = before.differences(after)
    changed = f"it changes {', '.join(map(setting_title, names))}" if names else "it changes nothing"
    return f"✅ The file is taken; {changed}. What a file leaves out has its default."


def trouble_lines(trouble: Trouble) -> list[str]:
    """What keeps the stored settings from holding, and what to do."""
    lines = []
    if trouble.misread:
        names = ", ".join(map(setting_title, trouble.misread))
        lines.append(
            f"⚠️ What is stored of {names} is not understood by this version of the bot: it is kept, but does "
            "not hold. Set it anew, or ask the bot's operator for a newer version."
        )
    if trouble.rule:
        lines.append(f"⚠️ A stored text rule cannot be used: {wrong_setting(trouble.rule)}.")
    if trouble.reference:
        lines.append(
            f"⚠️ The text filter failed. Please tell the bot's operator.\n-# Reference: {trouble.reference}"
        )
    if trouble.is_closed:
        lines.append("⚠️ **Until that is mended, nothing that viewers suggest is taken.**")
    return lines


def _how_many(entries: tuple[object, ...], shown: int) -> str:
    return f" ({len(entries)})" if len(entries) > shown else ""
