"""The ways in which a plain text can be read as words, for a search that looks at all of them at once.

A reading is a line of words, each with one blank before and after. There are up to four for a text as it
stands, and as many again in Latin and in Cyrillic letters if it mixes scripts:

    b@d dogs: n.a.p, it's    the text
     b d dogs n a p its      split: everything that is no letter or digit parts words
     b@d dogs n a p its      split, with the symbols that stand for letters
     bd dogs nap its         joined: only white space parts words
     b@d dogs nap its        joined, with those symbols

Letters that stand alone, three or more in a row ("n a p"), are also joined to a run, apart from the words.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from bot.moderation.folding import Forms, cyrillic, is_word_character

SYMBOLS = "@$!|+"
"""What is read as a letter beside digits: see `words.STAND_INS`."""

QUANTITY_DIGITS = "ABCDEFGHIJ"
"""How the digits 0 to 9 of a number or quantity ("1455", "45s") are written: they stand for no letters.

A plain text has no upper case of its own.
"""


UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Myanmar, Khmer
    "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"  # Japanese, Chinese
)
"""The letters of languages written without spaces, as ranges for a character class."""


class Readings(NamedTuple):
    """A text read in several ways."""

    words: str
    """Lines of words."""
    runs: str
    """Lines of letters that stood alone; most often empty."""


def read(text: Forms) -> Readings:
    """The readings of `text`."""
    lines: dict[str, None] = {}
    runs: dict[str, None] = {}
    for version in dict.fromkeys((text.plain, text.latin, cyrillic(text.plain))):
        _read_version(version, lines, runs)
    return Readings("\n".join(lines), "\n".join(runs))


def split(text: str) -> list[str]:
    """The words of `text` (plain), parted by everything that is no letter or digit."""
    return _without_contractions(text).translate(_SPLIT).split()


def _read_version(text: str, lines: dict[str, None], runs: dict[str, None]) -> None:
    text = _EMPHASIS.sub("", _without_contractions(text))
    if not text.isascii():
        text = _EDGE_OF_SCRIPTS.sub(" ", text)
    letters = text
    if _DIGIT.search(text):
        text = _QUANTITY.sub(lambda quantity: quantity[0].translate(_TO_QUANTITY), text)
    has_symbols = _SYMBOL.search(text) is not None
    tables: tuple[_WordTable, ...] = (_SPLIT, _SPLIT_WITH_SYMBOLS) if has_symbols else (_SPLIT,)
    if _INNER_PUNCTUATION.search(text):
        tables += (_JOINED, _JOINED_WITH_SYMBOLS) if has_symbols else (_JOINED,)
    for table in tables:
        lines[f" {' '.join(text.translate(table).split())} "] = None
    if _STANDS_ALONE.search(letters):
        words = " ".join(letters.translate(_SPLIT_WITH_SYMBOLS).split())
        for run in _RUN.findall(words):
            if _LETTER.search(run):
                runs[run.replace(" ", "")] = None


class _WordTable(dict[int, str | None]):
    """For `str.translate`: keeps what words are made of and `kept`, and blanks the rest.

    If it `joins`, only white space becomes blank, and the rest goes.
    """

    def __init__(self, *, kept: str, joins: bool) -> None:
        self._kept = kept
        self._joins = joins

    def __missing__(self, code_point: int) -> str | None:
        character = chr(code_point)
        value: str | None = character
        if character not in self._kept and not is_word_character(character):
            value = None if self._joins and not character.isspace() else " "
        if len(self) < _CACHED_CHARACTERS:
            self[code_point] = value
        return value


_CACHED_CHARACTERS = 10_000
_SPLIT = _WordTable(kept="", joins=False)
_SPLIT_WITH_SYMBOLS = _WordTable(kept=SYMBOLS, joins=False)
_JOINED = _WordTable(kept="", joins=True)
_JOINED_WITH_SYMBOLS = _WordTable(kept=SYMBOLS, joins=True)
_TO_QUANTITY = str.maketrans("0123456789", QUANTITY_DIGITS)

_DIGIT = re.compile(r"[0-9]")
_SYMBOL = re.compile(f"[{re.escape(SYMBOLS)}]")
_EMPHASIS = re.compile(r"[!|]++(?![^\W_])")  # "lol!" ends with an exclamation mark, not with an i
_INNER_PUNCTUATION = re.compile(r"(?<=[^\W_])(?:[^\w\s]|_)++(?=[^\W_])")
_STANDS_ALONE = re.compile(
    f"(?<![^\\W_])(?:[^\\W_](?=[\\W_]++[^\\W_](?![^\\W_]))|[{re.escape(SYMBOLS)}](?![^\\W_]))"
)
_RUN = re.compile(r"(?<!\S)\S(?: \S(?!\S)){2,}+")
_LETTER = re.compile(r"[^\W\d_]")
_QUANTITY = re.compile(
    r"(?<![^\W_])[0-9]++(?:[.,:][0-9]++)*+"
    r"(?:s|st|nd|rd|th|[kmphdx]|am|pm|[ckm]m|kg|ft|fps|ms|hz|[mg]b|min|sec|hrs?|yrs?|mph|px)?(?![^\W_])"
)

# "he'll" is not "hell": only the endings that make no other word are joined to it.
_APOSTROPHE_T = re.compile(r"(?<=n)['’ʼ](?=t(?![^\W_]))")
_CONTRACTION = re.compile(r"(?<=[a-z])['’ʼ](?=(?:ll|re|ve|s|d|m)(?![^\W_]))")

# Where a language that is written without spaces meets Latin letters, a word ends.
_EDGE_OF_SCRIPTS = re.compile(f"(?<=[a-z0-9])(?=[{UNSPACED}])|(?<=[{UNSPACED}])(?=[a-z0-9])")


def _without_contractions(text: str) -> str:
    if "'" not in text and "’" not in text and "ʼ" not in text:
        return text
    return _CONTRACTION.sub(" ", _APOSTROPHE_T.sub("", text))
