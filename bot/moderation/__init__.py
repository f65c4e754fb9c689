"""What viewers may write: a server's rules for text, and the filter that holds text against them.

Pure: it imports nothing else of ours, knows no clock and no Discord, and keeps nothing between calls.

    text_filter = TextFilter(TextRules(blocked_words=("heck",), ...))
    text_filter.check("a h.3.c.k of a storm")  # Violation(rule=Rule.BLOCKED_WORD, entry="heck")
    text_filter.check("a checkered dragon")  # None

What counts as a match is told in `words` (words and phrases), `patterns` (regular expressions) and
`addresses` (links, invites and mentions).
"""

from bot.moderation.rules import Fault, InvalidRuleError, Rule, TextRules, Violation
from bot.moderation.text_filter import TextFilter

__all__ = ["Fault", "InvalidRuleError", "Rule", "TextFilter", "TextRules", "Violation"]
