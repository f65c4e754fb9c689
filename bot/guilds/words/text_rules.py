"""A server's text rules as a filter."""

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
        name = _MEANT[error.rule]
        held = getattr(settings, name)
        is_entry = isinstance(held, tuple) and error.entry in held
        entry = Entry(held.index(error.entry) + 1, error.entry) if is_entry else None
        raise WrongSettingError(name, UnfitRule(error.fault, error.where), entry) from None


_MEANT = {
    Rule.BLOCKED_WORD: "blocked_words",
    Rule.BLOCKED_PATTERN: "blocked_patterns",
    Rule.TOO_LONG: "prompt_limit",
}
