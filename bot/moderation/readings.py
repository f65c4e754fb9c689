"""The ways in which a text can be read as words, for a search that looks at all of them at once.

A reading is a line of words, each with one blank before and after. There are up to four for a text as it
stands, and as many again in Latin and in Cyrillic letters if it mixes scripts:

    b@d dogs: n.a.p, it's     the text
     b d dogs n a p it s      split: everything that is no letter or digit parts words
     b@d dogs n a p it s      split, with the symbols that stand for letters
     bd dogs nap it s         joined: only white space parts words
     b@d dogs nap it s        joined, with those symbols

Letters that stand alone, three or more in a row ("n a p"), are also joined to a run, apart from the words.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from bot.moderation.character_table import CharacterTable
from bot.moderation.disguises import cyrillic
from bot.moderation.folding import Forms

SYMBOLS = "@$!|+"
"""What is read as a letter beside digits: see `spellings.STAND_INS`."""

QUANTITY_DIGITS = "ABCDEFGHIJ"
"""How the digits 0 to 9 of a number or quantity ("1455", "45s") are written: they stand for no letters.

The text has no upper case of its own.
"""

UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Myanmar, Khmer
    "\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"  # Japanese, Chinese
)
"""The letters of languages written without spaces, as ranges for a character class."""


class Readings(NamedTuple):
    words: str
    """Lines of words."""
    runs: str
    """Lines of letters that stood alone; most often empty."""


def read(text: Forms) -> Readings:
    lines: dict[str, None] = {}
    runs: dict[str, None] = {}
    for version in dict.fromkeys((text.plain, text.latin, cyrillic(text.plain))):
        marked = _marked(version)
        lines |= dict.fromkeys(_lines(marked))
        runs |= dict.fromkeys(_runs(marked))
    return Readings("\n".join(lines), "\n".join(runs))


def split(text: str) -> list[str]:
    """The words of `text` (plain), parted by everything that is no letter or digit."""
    return _without_symbols(_marked(text).replace(_PUNCTUATION, " "), " ").split()


def _marked(text: str) -> str:
    """`text` of only blanks, letters, digits, `SYMBOLS`, and `_PUNCTUATION` for everything else."""
    text = _EMPHASIS.sub(_PUNCTUATION, text)
    text = _CONTRACTION.sub(" ", _APOSTROPHE_T.sub("", text.replace("’", "'")))
    if not text.isascii():
        text = _EDGE_OF_SCRIPTS.sub(" ", text)
    if _DIGIT.search(text):
        text = _QUANTITY.sub(lambda quantity: quantity[0].translate(_TO_QUANTITY), text)
    return text.translate(_MARKING)


def _lines(marked: str) -> Iterator[str]:
    has_symbols = _SYMBOL.search(marked) is not None
    gaps = (" ", "") if _INNER_PUNCTUATION.search(marked) else (" ",)
    for gap in gaps:
        words = marked.replace(_PUNCTUATION, gap)
        yield _line(_without_symbols(words, gap))
        if has_symbols:
            yield _line(words)


def _runs(marked: str) -> Iterator[str]:
    words = _line(marked.replace(_PUNCTUATION, " "))
    for run in _RUN.findall(words):
        if _LETTER.search(run):
            yield run.replace(" ", "")


def _line(words: str) -> str:
    return f" {' '.join(words.split())} "


def _without_symbols(text: str, gap: str) -> str:
    for symbol in SYMBOLS:
        text = text.replace(symbol, gap)
    return text


def _mark(character: str) -> str:
    if character in SYMBOLS or character.isalnum() or unicodedata.category(character)[0] == "M":
        return character
    return " " if character.isspace() else _PUNCTUATION


_PUNCTUATION = "-"
_MARKING = CharacterTable(_mark)
_TO_QUANTITY = str.maketrans("0123456789", QUANTITY_DIGITS)

_DIGIT = re.compile(r"[0-9]")
_LETTER = re.compile(r"[^\W\d_]")
_SYMBOL = re.compile(f"[{re.escape(SYMBOLS)}]")
_EMPHASIS = re.compile(r"[!|]++(?![^\W_])")  # "lol!" ends with an exclamation mark, not with an i
_INNER_PUNCTUATION = re.compile(rf"(?<=[^\W_])[{re.escape(_PUNCTUATION + SYMBOLS)}]++(?=[^\W_])")
_RUN = re.compile(r"(?<= )\S(?: \S(?= )){2,}+")
_QUANTITY = re.compile(
    r"(?<![^\W_])[0-9]++(?:(?:[.,:][0-9]++)*+"
    r"(?:s|st|nd|rd|th|[kmphdx]|am|pm|[ckm]m|kg|ft|fps|ms|hz|[mg]b|min|sec|hrs?|yrs?|mph|px)"
    r"|(?:[.,:][0-9]++)++|(?<=[0-9]{2}))(?![^\W_])"
)

# "he'll" is not "hell", but "don't" is "dont".
_APOSTROPHE_T = re.compile(r"(?<=n)'(?=t(?![^\W_]))")
_CONTRACTION = re.compile(r"(?<=[a-z])'(?=(?:ll|re|ve|s|d|m)(?![^\W_]))")

# Where a language that is written without spaces meets Latin letters, a word ends.
_EDGE_OF_SCRIPTS = re.compile(f"(?<=[a-z0-9])(?=[{UNSPACED}])|(?<=[{UNSPACED}])(?=[a-z0-9])")
