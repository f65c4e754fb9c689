"""Blocked patterns: regular expressions written by moderators.

The syntax is RE2's: Python's without backreferences and look-around, so that no pattern can hang the bot.
Upper and lower case are alike. `\\b`, `\\w` and `\\d` know ASCII only; `\\pL` is a letter of any script.

A pattern is looked for in the text as written (in compatibility form, without invisible characters), and in
the text in lower case without marks and disguises, as `disguises` describes. Either match counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.moderation.expressions import Expression, ExpressionError, compile_expression, first_group
from bot.moderation.folding import Forms
from bot.moderation.rules import PATTERN_LENGTH_LIMIT, PATTERNS_LIMIT, InvalidRuleError, Rule

PROGRAM_LIMIT = 2000
"""Steps of one compiled pattern at most. A letter is one step, `[a-z]` some ten, `\\pL` hundreds."""

TOTAL_PROGRAM_LIMIT = 8000
"""Steps of all patterns of a list together at most: it bounds memory, and the time of the worst search."""

QUOTED = 50
"""Characters of a pattern's part in a refusal at most."""


class BlockedPatterns:
    """A list of blocked patterns, compiled to one.

    Raises `InvalidRuleError` for one that does not compile, is too large, or matches nearly every text.
    """

    def __init__(self, entries: Sequence[str]) -> None:
        if len(entries) > PATTERNS_LIMIT:
            raise _refused(entries[PATTERNS_LIMIT], f"The list has more than {PATTERNS_LIMIT} patterns.")
        self._entries = tuple(entries)
        self._groups: list[int] = []
        self._expression: Expression | None = None
        group, steps = 1, 0
        for entry in entries:
            expression = _checked(entry)
            self._groups.append(group)
            group += 1 + expression.groups
            steps += expression.programsize
            if steps > TOTAL_PROGRAM_LIMIT:
                raise _refused(entry, "The list is too large with it: shorten or remove some patterns.")
        if entries:
            alternatives = "|".join(f"({entry})" for entry in entries)
            try:
                self._expression = compile_expression(alternatives, ignore_case=True)
            except ExpressionError as error:
                raise _refused(entries[-1], "The list is too large with it.") from error

    def find(self, text: Forms) -> str | None:
        """The entry that `text` breaks, as it was typed."""
        if self._expression is None:
            return None
        for version in dict.fromkeys((text.written, text.latin)):
            if match := self._expression.search(version):
                return self._entries[first_group(match, self._groups)]
        return None


_INNOCENT = ("a", "7", "a red dragon over the sea", "Рыжий кот и 3 рыбы", "夜の海", "…")
_FAULTS = {
    "missing )": "A bracket ( is not closed",
    "unexpected )": "A bracket ) closes what was not opened",
    "missing ]": "A class that [ opens is not closed",
    "no argument for repetition operator": "There is nothing in front of what repeats",
    "bad repetition operator": "What repeats is repeated",
    "invalid repetition size": "It repeats more than 1000 times",
    "invalid perl operator": "There is no look-around, and no such option",
    "invalid escape sequence": "There is no backreference, and no such sign behind a \\",
    "invalid character class range": "There is no such class",
    "pattern too large - compile failed": "It is too large: repeat fewer times, or use narrower classes",
    "trailing \\": "There is nothing behind the last \\",
}
"""RE2's words for what is wrong, in front of where, and ours."""


def _checked(entry: str) -> Expression:
    if len(entry) > PATTERN_LENGTH_LIMIT:
        raise _refused(entry, f"It is longer than {PATTERN_LENGTH_LIMIT} characters.")
    try:
        expression = compile_expression(entry, ignore_case=True)
    except ExpressionError as error:
        raise _refused(entry, _told(str(error), entry)) from error
    if not _ends_by_itself(entry, expression.groups):
        raise _refused(entry, r"It does not end by itself: close what begins with \Q by \E.")
    if expression.groupindex:
        raise _refused(entry, "It names a group, which has no use here: write (…) in place of (?P<name>…).")
    if expression.programsize > PROGRAM_LIMIT:
        raise _refused(entry, "It is too large: repeat fewer times, or use narrower classes.")
    if expression.search("") or all(expression.search(text) for text in _INNOCENT):
        raise _refused(entry, "It matches nearly every text.")
    return expression


def _told(error: str, entry: str) -> str:
    """What is wrong with it in plain words, and where, unless RE2 means all of it or says so at length."""
    what, _, where = error.partition(": ")
    fault = _FAULTS.get(what, "It cannot be read as a regular expression")
    return f"{fault}, at “{where}”." if where != entry and 0 < len(where) < QUOTED else f"{fault}."


def _ends_by_itself(entry: str, groups: int) -> bool:
    """Whether it means in the list what it means alone: in a group of its own, with another one behind."""
    try:
        return compile_expression(f"({entry})()", ignore_case=True).groups == groups + 2
    except ExpressionError:
        return False


def _refused(entry: str, reason: str) -> InvalidRuleError:
    return InvalidRuleError(Rule.BLOCKED_PATTERN, entry, reason)
