"""Blocked words and phrases.

What is matched. A word blocks itself as a whole word, whatever its case, and also when it is disguised:

- fullwidth, mathematical, circled and other compatibility letters; letters of other scripts that look alike;
- marks on or over its letters ("z̷a̷l̷g̷o̷", "ä"), invisible characters between them;
- digits and symbols for letters: see `STAND_INS` ("b4d", "b@d", "8ad");
- punctuation within it ("b.a.d", "ba-d", "b_a_d"), and digits or symbols around it ("bad123", "$bad!");
- its letters each alone, with blanks or punctuation between them ("b a d"), from three letters on;
- stretched letters: three or more of one ("baaaad"), and in words of four letters or more also two ("sppam"),
  but not where English itself doubles: "ee", "oo", a consonant between vowels. So "raping" does not block
  "rapping".

The words of a phrase match likewise, one after another, with any blanks and punctuation between them. `word*`
also blocks each word that begins with it. Languages written without spaces (Chinese, Japanese, Thai and
others) and emoji match anywhere in the text.

What is not matched, so that the innocent pass: a part of a word ("class" for "ass"); parts of two words ("as
sassy", "pen is"); the ends of contractions ("he'll"); numbers and quantities ("1455 people", "45s"); a word
whose letters happen to look Latin, in a text of its own script. The price: words split in two by a blank ("ba
d"), glued to others, spelled backwards, and masked letters ("b*d") pass. For those there are patterns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby

from bot.moderation.disguises import latin, latin_in_entry
from bot.moderation.expressions import Expression, compile_expression, escape, first_group
from bot.moderation.folding import Forms, plain
from bot.moderation.readings import QUANTITY_DIGITS, UNSPACED, read, split
from bot.moderation.rules import WORD_LENGTH_LIMIT, WORDS_LIMIT, WORDS_TOTAL_LIMIT, InvalidRuleError, Rule

STAND_INS = {
    "a": "4@", "b": "86", "e": "3", "g": "96", "i": "1!|", "l": "1!|", "o": "0", "q": "9", "s": "5$",
    "t": "7+", "z": "2",
}  # fmt: skip
"""The digits and symbols that are read as a letter."""


class BlockedWords:
    """A list of blocked words, compiled.

    Raises `InvalidRuleError` for an entry that is too long or too many, or would match nearly every text.
    """

    def __init__(self, entries: Sequence[str]) -> None:
        if len(entries) > WORDS_LIMIT:
            raise InvalidRuleError(
                Rule.BLOCKED_WORD, entries[WORDS_LIMIT], f"The list has more than {WORDS_LIMIT} words."
            )
        spaced: list[tuple[str, list[str], str]] = []
        self._anywhere: list[tuple[str, str]] = []
        total_length = 0
        for entry in entries:
            if len(entry) > WORD_LENGTH_LIMIT:
                raise InvalidRuleError(
                    Rule.BLOCKED_WORD, entry, f"It is longer than {WORD_LENGTH_LIMIT} characters."
                )
            total_length += len(entry)
            if total_length > WORDS_TOTAL_LIMIT:
                raise InvalidRuleError(
                    Rule.BLOCKED_WORD,
                    entry,
                    f"The list has more than {WORDS_TOTAL_LIMIT} characters with it.",
                )
            text = plain(entry)
            letters = "".join(split(text))
            meant = latin_in_entry(text)
            words = split(meant)
            if not letters:
                self._anywhere.append((entry, _symbols(entry, text)))
            elif _UNSPACED.search(letters):
                self._anywhere.append((entry, letters))
            elif sum(map(len, words)) < 2:
                raise InvalidRuleError(
                    Rule.BLOCKED_WORD, entry, "A single letter or digit would refuse nearly every text."
                )
            else:
                tail = "[^ \n]*" if text.rstrip().endswith("*") else ""
                spaced.append((entry, words, tail))
                # A phrase of which one word is disguised and another of a script may be read as all Latin.
                if meant != text and (read_otherwise := split(latin(text))) != words:
                    spaced.append((entry, read_otherwise, tail))
        words_by_entry = [(entry, f"{' '.join(map(_word, words))}{tail}") for entry, words, tail in spaced]
        self._words = _Alternatives(words_by_entry, before=f" {_AROUND}", after=f"{_AROUND} ")
        runs = [(entry, _word("".join(words))) for entry, words, _ in spaced if sum(map(len, words)) > 2]
        self._runs = _Alternatives(runs)

    def find(self, text: Forms) -> str | None:
        """The entry that `text` breaks, as it was typed."""
        readings = read(text)
        if found := self._words.find(readings.words) or (readings.runs and self._runs.find(readings.runs)):
            return found
        if not self._anywhere:
            return None
        haystack = "\n".join(("".join(text.plain.split()), "".join(split(text.plain))))
        return next((entry for entry, needle in self._anywhere if needle in haystack), None)


_AROUND = r"[0-9@$!|+]*"
_UNSPACED = re.compile(f"[{UNSPACED}]")
_VOWELS = "aeiou"
_DIGITS = "0123456789"


class _Alternatives:
    """Patterns in one expression, so that a search costs the same however many there are."""

    def __init__(self, patterns: Sequence[tuple[str, str]], *, before: str = "", after: str = "") -> None:
        self._entries = [entry for entry, _ in patterns]
        self._groups = range(1, len(patterns) + 1)
        self._expression: Expression | None = None
        if patterns:
            alternatives = "|".join(f"({pattern})" for _, pattern in patterns)
            self._expression = compile_expression(f"{before}(?:{alternatives}){after}")

    def find(self, text: str) -> str | None:
        match = self._expression.search(text) if self._expression else None
        return self._entries[first_group(match, self._groups)] if match else None


def _word(word: str) -> str:
    """The pattern for one word: its letters, with what stands for them, stretched as its spelling allows."""
    position = 0
    pattern = []
    for letter, run in groupby(word):
        count = len(list(run))
        if letter in _DIGITS:
            pattern.append(f"[{letter}{QUANTITY_DIGITS[int(letter)]}]{{{count}}}")
        else:
            pattern.append(_stretched(_letter(letter), count, may_double=_may_double(word, position, count)))
        position += count
    return "".join(pattern)


def _letter(letter: str) -> str:
    stand_ins = STAND_INS.get(letter)
    return f"[{letter}{stand_ins}]" if stand_ins else escape(letter)


def _stretched(letter: str, count: int, *, may_double: bool) -> str:
    if count > 1 or may_double:
        return f"{letter}{{{min(count, 3)},}}"
    return f"{letter}(?:{letter}{{2,}})?"


def _may_double(word: str, position: int, count: int) -> bool:
    """Whether the letter at `position` doubled is a stretched word, and no spelling of another."""
    letter = word[position]
    if len(word) < 4 or not letter.isascii() or letter in "eo":
        return False
    before, after = word[:position][-1:], word[position + count :][:1]
    is_between_vowels = bool(before and after) and before in _VOWELS and after in f"{_VOWELS}y"
    return letter in _VOWELS or not is_between_vowels


def _symbols(entry: str, text: str) -> str:
    symbols = "".join(text.split())
    if not any(unicodedata.category(character) in ("So", "Sm", "Sc", "Sk") for character in symbols):
        raise InvalidRuleError(
            Rule.BLOCKED_WORD, entry, "It has no letter, digit or symbol that could be looked for."
        )
    return symbols
