"""The filter as a whole: order, bounds, and claims over generated texts."""

from __future__ import annotations

import random
import string
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.moderation import InvalidRuleError, Rule, TextFilter, Violation
from bot.moderation.rules import LENGTH_LIMIT
from tests.support.rules import text_rules

WORDS = ("blorp", "snark", "grunk", "heck", "zounds", "fie upon thee", "чушь", "バカ", "🖕")
FILTER = TextFilter(
    text_rules(blocked_words=WORDS, blocked_patterns=(r"(x+x+)+y$", r"\bqu+x\b"), max_length=LENGTH_LIMIT)
)

INVISIBLE = (
    "\u200b\u200c\u200d\u2060\u00ad\ufeff\u034f\u180e\u2066\u2069\u202a\u202e\ufe0f\U000e0041\x00\x07\ud83d"
)
MARKS = "\u0301\u0308\u0337\u0338\u20dd\u0489\u0e47\u0945"
LOOKALIKES = {
    "b": "ЬƄᏏｂ𝐛𝖇🅱ⓑʙ", "l": "ⅼｌ𝐥ʟⓛ", "o": "оοօｏ𝗼ⓞ0", "r": "гｒ𝐫ʀⓡ", "p": "рρｐ𝐩ⓟ", "s": "ѕｓ𝐬ꜱ5$",
    "n": "ոｎ𝐧ɴⓝ", "a": "аαａ𝐚ᴀⓐ4@", "k": "кκｋ𝐤ⓚ", "g": "ɡｇ𝐠ⓖ9", "u": "սｕ𝐮ⓤ", "h": "һｈ𝐡ⓗ",
    "e": "еｅ𝐞ⓔ3", "c": "сϲｃ𝐜ⓒ", "z": "ｚ𝐳ᴢⓩ2", "d": "ԁｄ𝐝ⓓ",
}  # fmt: skip

ORDINARY = (
    "a", "red", "dragon", "over", "the", "sea,", "with", "3", "ships;", "it's", "raining", "(hard)", "on",
    "1455", "people", "don't", "go", "he'll",
)  # fmt: skip
WRAPPERS = ("**", "||", "`", "> ", "“", "'", "');--", '{"a":"')

any_text = st.text(st.characters(), max_size=300)
blocked = st.sampled_from(WORDS[:5])


def test_the_defaults_refuse_addresses_and_long_texts_only() -> None:
    """Who sets nothing gets no links, invites, mentions or essays, and no blocked word."""
    by_default = TextFilter(text_rules())
    assert by_default.check("a red dragon over the sea") is None
    assert by_default.check("") is None
    assert by_default.check("x" * 500) is None
    assert by_default.check("x" * 501) == Violation(Rule.TOO_LONG)
    assert by_default.check("https://example.com") == Violation(Rule.LINK)


def test_the_first_rule_in_order_is_told() -> None:
    """One text may break several rules; the author is told the one that comes first."""
    text_filter = TextFilter(text_rules(blocked_words=("heck",), blocked_patterns=("dragon",), max_length=60))
    text = "heck dragon discord.gg/x example.com @here"
    assert text_filter.check(text + " " * 60) == Violation(Rule.TOO_LONG)
    assert text_filter.check(text) == Violation(Rule.BLOCKED_WORD, "heck")
    assert text_filter.check(text.removeprefix("heck")) == Violation(Rule.BLOCKED_PATTERN, "dragon")
    assert text_filter.check("discord.gg/x example.com @here") == Violation(Rule.INVITE)
    assert text_filter.check("example.com @here") == Violation(Rule.LINK)
    assert text_filter.check("@here") == Violation(Rule.MENTION)


@pytest.mark.parametrize("max_length", [0, -1, LENGTH_LIMIT + 1])
def test_a_length_out_of_bounds_is_refused(max_length: int) -> None:
    """The length bounds the work of a check, so it has a bound itself."""
    with pytest.raises(InvalidRuleError) as refusal:
        TextFilter(text_rules(max_length=max_length))
    assert refusal.value.entry == str(max_length)


@given(any_text)
def test_it_answers_any_text_and_the_same_again(text: str) -> None:
    """No str raises, lone surrogates included, and a check leaves nothing behind."""
    assert FILTER.check(text) == FILTER.check(text)


@given(any_text)
@settings(max_examples=50)
def test_any_word_is_taken_or_refused_and_a_taken_one_is_found(word: str) -> None:
    """Whatever a moderator types is a rule that works or an `InvalidRuleError`."""
    try:
        text_filter = TextFilter(text_rules(blocked_words=(word,), max_length=LENGTH_LIMIT))
    except InvalidRuleError:
        return
    assert text_filter.check(word) == Violation(Rule.BLOCKED_WORD, word)


@given(st.text(st.characters(categories=["L"]), min_size=3, max_size=20), st.data())
def test_invisible_characters_and_case_never_unmatch_a_word(word: str, data: st.DataObject) -> None:
    """A word of letters of any script is found with invisible characters anywhere and in another case."""
    try:
        text_filter = TextFilter(text_rules(blocked_words=(word,)))
    except InvalidRuleError:
        return
    gaps = data.draw(st.lists(st.text(INVISIBLE, max_size=3), min_size=len(word), max_size=len(word)))
    hidden = "".join(gap + letter for gap, letter in zip(gaps, word, strict=True))
    assert text_filter.check(f"the {hidden} over there") == Violation(Rule.BLOCKED_WORD, word)
    assert text_filter.check(f"the {word.casefold()} over there") == Violation(Rule.BLOCKED_WORD, word)


@given(st.lists(st.sampled_from(ORDINARY), max_size=30))
def test_ordinary_words_pass(words: list[str]) -> None:
    """No order of ordinary words makes a blocked one."""
    assert FILTER.check(" ".join(words)) is None


def _each(word: str, change: Callable[[str], str]) -> str:
    return "".join(change(letter) for letter in word)


def _disguised(word: str, chance: random.Random) -> str:
    """`word` (Latin letters) behind one of the tricks that are promised to be seen through."""
    tricks: tuple[Callable[[], str], ...] = (
        lambda: _each(word, lambda letter: chance.choice((letter.upper(), letter))),
        lambda: _each(word, lambda letter: letter + chance.choice(INVISIBLE)),
        lambda: _each(word, lambda letter: letter + "".join(chance.choices(MARKS, k=chance.randrange(30)))),
        lambda: _each(word, lambda letter: chance.choice(LOOKALIKES[letter])),
        lambda: _each(word, lambda letter: chance.choice((letter, chance.choice(LOOKALIKES[letter])))),
        lambda: _each(word, lambda letter: letter * chance.choice((1, 3, 4, 9))),
        lambda: chance.choice(" .-_*~/,'\n\t").join(word),
        lambda: "   ".join(word),
        lambda: "".join(letter + chance.choice(("", ".", "-", "_")) for letter in word),
        lambda: "\u202e" + word[::-1] + "\u202c",
        lambda: chance.choice(WRAPPERS) + word + chance.choice("!?.,”'\"}"),
        lambda: word + str(chance.randrange(1000)),
    )
    return chance.choice(tricks)()


def test_no_disguised_word_gets_through() -> None:
    """10,000 texts, each with a blocked word behind a trick among harmless words, are all refused for it."""
    chance = random.Random(5)
    for _ in range(10_000):
        word = chance.choice(WORDS[:5])
        text = " ".join((*chance.sample(ORDINARY, 3), _disguised(word, chance), *chance.sample(ORDINARY, 3)))
        assert FILTER.check(text) == Violation(Rule.BLOCKED_WORD, word), text


HOSTILE = (
    *INVISIBLE, *MARKS, *string.punctuation, "\u202d", "\u2067", "﷽", "𒐫", "ᄀ", "ZWJ", "👨\u200d👩\u200d👧",
    "\u0345", "' OR 1=1 --", '{"$gt":""}', "%s%n", "${jndi:ldap://x}", "<script>", "\\u0000", "a.", "a-",
    "1,", "h t t p ", "dot ", "x" * 50, "@" * 9, "<@", "</", "[.", "discord", "... ", "\n", "é", "ß", "İ",
    "ﬃ", "Ǆ", "ᾳ",
)  # fmt: skip


def test_no_hostile_text_raises() -> None:
    """Texts put together from what breaks parsers are answered, up to the longest that Discord allows."""
    chance = random.Random(6)
    for length in [*[50] * 2000, *[1000] * 50, 100_000]:
        text = "".join(chance.choices(HOSTILE, k=length))
        for each in {text, text[:LENGTH_LIMIT]}:
            FILTER.check(each)
