"""The ways in which one word is spelt: a pattern for them all, and the skeleton that they have in common.

A skeleton is what is left when digits and symbols count as the letters that they stand for, letters that
share one as one letter, and repeated letters once: "b4ad", "baaad" and "8@d" have that of "bad". So of many
words, only those with a skeleton that a text has need to be looked for by their patterns.
"""

import re
from itertools import groupby

from bot.moderation.expressions import escape
from bot.moderation.readings import QUANTITY_DIGITS

STAND_INS = {
    "a": "4@", "b": "86", "e": "3", "g": "96", "i": "1!|", "l": "1!|", "o": "0", "q": "9", "s": "5$",
    "t": "7+", "z": "2",
}  # fmt: skip
"""The digits and symbols that are read as a letter."""


def word_pattern(word: str) -> str:
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


def skeleton(text: str) -> str:
    """What all spellings of each word in `text` have in common; blanks and line breaks stay.

    That of a part of a word is a part of the word's.
    """
    return _REPEATED.sub(r"\1", text.translate(_SHARED))


_VOWELS = "aeiou"
_DIGITS = "0123456789"
_REPEATED = re.compile(r"([^ \n])\1+")


def _shared_letters() -> dict[int, str]:
    shared: dict[str, str] = {}
    for letter, signs in STAND_INS.items():
        shared_letter = next((shared[sign] for sign in signs if sign in shared), letter)
        shared |= dict.fromkeys((letter, *signs), shared_letter)
    quantities = {QUANTITY_DIGITS[int(digit)]: shared[digit] for digit in _DIGITS}
    return str.maketrans(shared | quantities)


_SHARED = _shared_letters()


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
