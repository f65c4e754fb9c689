"""A server's text rules as a filter."""

from __future__ import annotations

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.intake import PromptFilter
from bot.guild_settings import GuildSettings
from bot.moderation import InvalidRuleError, TextFilter, TextRules


def make_text_filter(settings: GuildSettings) -> PromptFilter:
    """The filter that settings describe. Raises WRONG_SETTING for a rule that cannot be used."""
    try:
        return TextFilter(
            TextRules(
                max_length=settings.prompt_limit,
                blocked_words=settings.blocked_words,
                blocked_patterns=settings.blocked_patterns,
                allows_links=settings.allows_links,
                allows_invites=settings.allows_invites,
                allows_mentions=settings.allows_mentions,
            )
        ).check
    except InvalidRuleError as error:
        raise BroadcastError(Code.WRONG_SETTING, name="text rules", problem=str(error)) from None
