"""A server's text rules as a filter."""

from collections.abc import Sequence

from bot.broadcast.intake.intake import PromptFilter
from bot.guilds.settings.complaints import Entry, WrongSettingError
from bot.guilds.settings.guild_settings import GuildSettings
from bot.guilds.settings.problems import UnfitRule
from bot.moderation import InvalidRuleError, Rule, TextFilter


def make_text_filter(settings: GuildSettings) -> PromptFilter:
    """The filter that settings describe. Raises `WrongSettingError` for a rule that cannot be used."""
    try:
        return TextFilter(settings.text).check
    except InvalidRuleError as error:
        name, entries = _MEANT[error.rule], _entries(settings, error.rule)
        entry = Entry(entries.index(error.entry) + 1, error.entry) if error.entry in entries else None
        raise WrongSettingError(name, UnfitRule(error.fault, error.where), entry) from None


_MEANT = {
    Rule.BLOCKED_WORD: "blocked_words",
    Rule.BLOCKED_PATTERN: "blocked_patterns",
    Rule.TOO_LONG: "prompt_limit",
}


def _entries(settings: GuildSettings, rule: Rule) -> Sequence[str]:
    entries = getattr(settings, _MEANT[rule])
    return entries if isinstance(entries, tuple) else ()
