"""Blocked patterns: they match through disguises, and none can hang the bot."""

import pytest

from bot.moderation import InvalidRuleError, Rule, TextFilter, Violation
from bot.moderation.rules import LENGTH_LIMIT, PATTERN_LENGTH_LIMIT, PATTERNS_LIMIT
from tests.moderation.told import told
from tests.support.rules import text_rules


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\bfree +nitro\b", "get FREE  nitro now"),
        (r"\Qb.a.d\E", "a b.a.d day"),
        (r"(?s)b(?i)AD|(?-i)zz|x", "bad"),
        (r"\bfree +nitro\b", "frее nіtro"),
        (r"\bfree +nitro\b", "f\u200bree nitro"),
        (r"\bfree +nitro\b", "𝐟𝐫𝐞𝐞 𝐧𝐢𝐭𝐫𝐨"),
        (r"\bb+a*d\b", "bäääd"),
        (r"ГОЛЫЙ", "голый король"),
        (r"^\d{4}$", "1234"),
        (r"\pN{6}", "१२३४५६"),
        (r"(a)(b)?c", "xacx"),
        (r"é", "café"),
        (r"🍆+", "🍆🍆"),
    ],
)
def test_a_pattern_is_found(pattern: str, text: str) -> None:
    """A pattern is found whatever the case, in the text as written or without its disguise."""
    rules = text_rules(blocked_patterns=("never(x)matches", pattern, ".*also.*this.*"))
    assert TextFilter(rules).check(text) == Violation(Rule.BLOCKED_PATTERN, pattern)


@pytest.mark.parametrize(
    "pattern", [r"(a+)+$", r"(a|aa)+$", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(x+x+)+y", r"(.*a){20}$"]
)
@pytest.mark.parametrize(
    "text", ["a" * (LENGTH_LIMIT - 1) + "!", "x" * LENGTH_LIMIT, "ab" * (LENGTH_LIMIT // 2 - 1) + "-"]
)
def test_a_catastrophic_pattern_is_harmless(pattern: str, text: str) -> None:
    """Patterns that keep a backtracking engine busy for years are answered (the test would time out)."""
    TextFilter(text_rules(blocked_patterns=(pattern,), max_length=LENGTH_LIMIT)).check(text)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(", "a bracket ( is not closed"), ("[a", "a class that [ opens is not closed"),
        ("a**", "what repeats is repeated, at “**”"), (r"(a)\1", r"no such sign behind a \, at “\1”"),
        ("(?<=a)b", "look-around"), ("(?!a)", "look-around"),
        ("\\", "behind the last \\"), ("\ud800x", "cannot be read"),
        ("(?P<name>a)", "group"), ("a{1000}{1000}", "repeated"), (r"(\pL{100}){9}", "too large"),
        ("[a-z]{999}[0-9]{999}[a-z]{999}", "too large"), ("a" * (PATTERN_LENGTH_LIMIT + 1), "longer"),
        ("", "every text"), ("x*", "every text"), (".", "every text"), ("^", "every text"),
        (r"a|.+", "every text"), (r"[^z]", "every text"),
        (r"\Qbad", "end by itself"), (r"bad\Q", "end by itself"), (r"\Q)|(", "end by itself"),
        (r"(\Qa\E)\Q", "end by itself"), (r"a\E", "no such sign"), (r"[\Qa]", "no such sign"),
        ("(?i", "no such option"),
        ("(?#c)a", "no such option"), (r"(?<name>a)", "group"),
    ],
)  # fmt: skip
def test_a_pattern_that_cannot_be_used_is_refused(pattern: str, reason: str) -> None:
    """The error names the pattern and says what is wrong with it."""
    with pytest.raises(InvalidRuleError) as refusal:
        TextFilter(text_rules(blocked_patterns=("fine", pattern)))
    assert refusal.value.entry == pattern
    assert reason in told(refusal.value)


def test_the_list_is_bounded() -> None:
    """Neither many patterns nor many large ones are taken: each takes memory, and time at every check."""
    patterns = tuple(f"pattern {number}" for number in range(PATTERNS_LIMIT))
    assert TextFilter(text_rules(blocked_patterns=patterns)).check("pattern 7") is not None
    with pytest.raises(InvalidRuleError) as refusal:
        TextFilter(text_rules(blocked_patterns=(*patterns, "more")))
    assert refusal.value.entry == "more"
    with pytest.raises(InvalidRuleError) as refusal:
        TextFilter(text_rules(blocked_patterns=tuple(f"{number}[a-z]{{99}}" for number in range(20))))
    assert "list" in told(refusal.value)
