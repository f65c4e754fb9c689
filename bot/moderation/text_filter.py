"""The filter that holds a text against a server's rules."""

import re

from bot.moderation.addresses import address_form, has_invite, has_link, has_mention
from bot.moderation.folding import fold
from bot.moderation.patterns import BlockedPatterns
from bot.moderation.rules import LENGTH_LIMIT, Fault, InvalidRuleError, Rule, TextRules, Violation
from bot.moderation.words import BlockedWords


class TextFilter:
    """A server's rules, compiled once. It keeps nothing between checks, and may be shared.

    Raises `InvalidRuleError` for a rule that cannot be used.
    """

    def __init__(self, rules: TextRules) -> None:
        if not 1 <= rules.max_length <= LENGTH_LIMIT:
            raise InvalidRuleError(Rule.TOO_LONG, str(rules.max_length), Fault.LENGTH_OUT_OF_BOUNDS)
        self._rules = rules
        self._words = BlockedWords(rules.blocked_words)
        self._patterns = BlockedPatterns(rules.blocked_patterns)

    def check(self, text: str) -> Violation | None:
        """The first rule that `text` breaks, in the order of `Rule`; None if it may pass.

        Never raises, whatever the text, and takes time linear in its length.
        """
        rules = self._rules
        if len(text) > rules.max_length:
            return Violation(Rule.TOO_LONG)
        for version in _as_shown(text):
            forms = fold(version)
            if (entry := self._words.find(forms)) is not None:
                return Violation(Rule.BLOCKED_WORD, entry)
            if (entry := self._patterns.find(forms)) is not None:
                return Violation(Rule.BLOCKED_PATTERN, entry)
            address = address_form(forms)
            if not rules.allows_invites and has_invite(address):
                return Violation(Rule.INVITE)
            if not rules.allows_links and has_link(address, besides_invites=rules.allows_invites):
                return Violation(Rule.LINK)
            # As typed, too: what ends a mention there may be gone in the address form.
            if not rules.allows_mentions and (has_mention(address) or has_mention(version.casefold())):
                return Violation(Rule.MENTION)
        return None


_TURNED = re.compile("[\u202e\u2067]([^\u202c\u2069\n]*+)")


def _as_shown(text: str) -> tuple[str, ...]:
    """`text`, and how it looks if parts of it are turned to run from right to left."""
    if "\u202e" not in text and "\u2067" not in text:
        return (text,)
    return text, _TURNED.sub(lambda turned: turned[1][::-1], text)
