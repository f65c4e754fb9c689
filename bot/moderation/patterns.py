"""Blocked patterns: regular expressions written by moderators.

The syntax is RE2's: Python's without backreferences and look-around, so that no pattern can hang the bot.
Upper and lower case are alike. `\\b`, `\\w` and `\\d` know ASCII only; `\\pL` is a letter of any script.

A pattern is looked for in the text as written (in compatibility form, without invisible characters), and in
the text in lower case without marks and disguises, as `disguises` describes. Either match counts.
"""

from collections.abc import Sequence

from bot.moderation.expressions import Expression, ExpressionError, compile_expression
from bot.moderation.folding import Forms
from bot.moderation.rules import PATTERN_LENGTH_LIMIT, PATTERNS_LIMIT, Fault, InvalidRuleError, Rule

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
            raise _refused(entries[PATTERNS_LIMIT], Fault.TOO_MANY_PATTERNS)
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
                raise _refused(entry, Fault.PATTERNS_TOO_LARGE)
        if entries:
            alternatives = "|".join(f"({entry})" for entry in entries)
            try:
                self._expression = compile_expression(alternatives, ignore_case=True)
            except ExpressionError as error:
                raise _refused(entries[-1], Fault.PATTERNS_TOO_LARGE) from error

    def find(self, text: Forms) -> str | None:
        """The entry that `text` breaks, as it was typed."""
        if self._expression is None:
            return None
        for version in dict.fromkeys((text.written, text.latin)):
            if match := self._expression.search(version):
                groups = zip(self._entries, self._groups, strict=True)
                return next(entry for entry, group in groups if match.group(group) is not None)
        return None


_INNOCENT = ("a", "7", "a red dragon over the sea", "Рыжий кот и 3 рыбы", "夜の海", "…")
_FAULTS = {
    "missing )": Fault.BRACKET_NOT_CLOSED,
    "unexpected )": Fault.BRACKET_NOT_OPENED,
    "missing ]": Fault.CLASS_NOT_CLOSED,
    "no argument for repetition operator": Fault.NOTHING_TO_REPEAT,
    "bad repetition operator": Fault.REPEATS_A_REPETITION,
    "invalid repetition size": Fault.REPEATS_TOO_OFTEN,
    "invalid perl operator": Fault.NO_SUCH_OPTION,
    "invalid escape sequence": Fault.NO_SUCH_ESCAPE,
    "invalid character class range": Fault.NO_SUCH_CLASS,
    "pattern too large - compile failed": Fault.PATTERN_TOO_LARGE,
    "trailing \\": Fault.NOTHING_BEHIND_LAST,
}
"""RE2's words for what is wrong, in front of where."""


def _checked(entry: str) -> Expression:
    if len(entry) > PATTERN_LENGTH_LIMIT:
        raise _refused(entry, Fault.PATTERN_TOO_LONG)
    try:
        expression = compile_expression(entry, ignore_case=True)
    except ExpressionError as error:
        raise _unreadable(entry, str(error)) from error
    if not _ends_by_itself(entry, expression.groups):
        raise _refused(entry, Fault.QUOTE_NOT_CLOSED)
    if expression.groupindex:
        raise _refused(entry, Fault.NAMES_A_GROUP)
    if expression.programsize > PROGRAM_LIMIT:
        raise _refused(entry, Fault.PATTERN_TOO_LARGE)
    if expression.search("") or all(expression.search(text) for text in _INNOCENT):
        raise _refused(entry, Fault.MATCHES_NEARLY_ALL)
    return expression


def _unreadable(entry: str, error: str) -> InvalidRuleError:
    """With where, unless RE2 means all of it or says so at length."""
    what, _, where = error.partition(": ")
    is_short = where != entry and len(where) < QUOTED
    return _refused(entry, _FAULTS.get(what, Fault.UNREADABLE), where if is_short else "")


def _ends_by_itself(entry: str, groups: int) -> bool:
    """Whether it means in the list what it means alone: in a group of its own, with another one behind."""
    try:
        return compile_expression(f"({entry})()", ignore_case=True).groups == groups + 2
    except ExpressionError:
        return False


def _refused(entry: str, fault: Fault, where: str = "") -> InvalidRuleError:
    return InvalidRuleError(Rule.BLOCKED_PATTERN, entry, fault, where)
