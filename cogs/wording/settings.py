"""What moderators read of a server's settings: their values, what a change did, what is in trouble."""

from collections.abc import Iterable, Sequence

from bot.broadcast.arbitration.policy import Mode
from bot.guilds.settings.complaints import WrongSettingError
from bot.guilds.settings.guild_settings import FROM_NEXT_BROADCAST, Group, GuildSettings
from bot.guilds.settings.values import NO_PREFIX
from bot.guilds.words.judge import Trouble
from bot.guilds.words.word_lists import WordList
from cogs.wording.fields import FIELDS, GROUPS
from cogs.wording.problems import problem
from cogs.wording.requests import setting_entry, setting_title, wrong_setting
from cogs.wording.text import as_code, fitting, mode_name, plain, reference_line

VALUE_SHOWN, ROLES_SHOWN = 100, 4
"""Characters, and roles, of a value at most."""
REFUSED_SHOWN = 5
"""Entries of an imported list that were not understood."""
VALUE_IN_OVERVIEW = 40
"""Characters of a value in the overview at most."""
FILE_HINT = (
    "-# The file has all settings, to keep, to change and to give back with `/odyssey settings file`; "
    "`/odyssey settings name value` changes one."
)


def head(group: Group | None = None) -> str:
    return f"## Settings: {GROUPS[group]}" if group else "## Settings"


def group_changes(group: Group, settings: GuildSettings, own_prefix: str) -> str:
    changed = set(settings.differences(GuildSettings()))
    values = [
        f"{FIELDS[name].title}: " + setting_value(name, settings, own_prefix, limit=VALUE_IN_OVERVIEW)
        for name in GuildSettings.names_in(group)
        if name in changed
    ]
    return f"**{GROUPS[group]}** · {'; '.join(values) or 'as it comes'}"


def described(name: str, settings: GuildSettings, own_prefix: str, *, is_in_dialogue: bool) -> str:
    words = FIELDS[name]
    notes = [f"`{name}`", words.meaning]
    if name in FROM_NEXT_BROADCAST:
        notes.append("from the next broadcast on")
    if not is_in_dialogue:
        notes.append("does not fit into the dialogue: change it by the command, or in the file")
    return f"**{words.title}**: {setting_value(name, settings, own_prefix)}\n-# {' · '.join(notes)}"


def nothing_changed(wrong: Iterable[WrongSettingError]) -> str:
    """Every field of a dialogue that is wrong, and why."""
    lines = [f"❌ {wrong_setting(each)}." for each in wrong]
    return "\n".join([*lines, "Nothing was changed; “Edit again” has what you typed."])


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
        shown = as_code(value) if value else f"{as_code(own_prefix)}, the bot's own"
        is_heard = settings.prefixes(own_prefix).own
        return shown if is_heard else f"{shown}: not heard, since it is said to other bots"
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
            f"⚠️ The text filter failed. Please tell the bot's operator.\n{reference_line(trouble.reference)}"
        )
    if trouble.is_closed:
        lines.append("⚠️ **Until that is mended, nothing that viewers suggest is taken.**")
    return lines


def first_question(settings: GuildSettings, prefix: str) -> str:
    """At a server's first start: what holds, and what can be chosen."""
    other_bots = f", such as the prefix, if other bots answer to {as_code(prefix)} too" if prefix else ""
    return (
        f"{_who_and_how_long(settings)} Is that right?\n-# `/odyssey settings` has this and more{other_bots}."
    )


def first_answer(settings: GuildSettings) -> str:
    """What holds when that question is put away."""
    return f"{_who_and_how_long(settings)} `/odyssey settings` changes it at any time."


def _who_and_how_long(settings: GuildSettings) -> str:
    who = setting_value("starter_roles", settings, "") if settings.starter_roles else "Everyone"
    minutes = f"{settings.minutes_per_day}" if settings.minutes_per_day else "any number of"
    return f"**{who}** may start broadcasts in this server, for **{minutes} minutes** a day."


def word_list(words: Sequence[str]) -> str:
    blocked = (
        f"{_words(len(words))} blocked here; the file has them." if words else "No words are blocked here."
    )
    return f"{blocked} `/odyssey words file` takes a list: a word or phrase on each line, CSV or JSON."


def word_of_words(listed: WordList, before: Sequence[str], after: Sequence[str], *, replaces: bool) -> str:
    """What was taken of an imported list, and what was not understood."""
    known = 0 if replaces else len(listed.words) - len(listed.besides(before))
    taken = len(listed.words) - known
    lines = [f"✅ {_words(taken)} taken; {_words(len(after))} blocked now, also in a broadcast that runs."]
    if known:
        lines.append(f"{_words(known)} blocked already.")
    if listed.repeated:
        lines.append(f"{listed.repeated:,} stood there more than once.")
    if listed.refused:
        lines.append(f"{len(listed.refused):,} were not understood, and are left out:")
        lines += [
            f"-# {setting_entry(entry)[2:]}: {plain(problem(why))}"
            for entry, why in listed.refused[:REFUSED_SHOWN]
        ]
        if len(listed.refused) > REFUSED_SHOWN:
            lines.append(f"-# and {len(listed.refused) - REFUSED_SHOWN:,} more")
    return fitting(lines)


def _words(count: int) -> str:
    return "1 word is" if count == 1 else f"{count:,} words are"


def _how_many(entries: tuple[object, ...], shown: int) -> str:
    return f" ({len(entries)})" if len(entries) > shown else ""
