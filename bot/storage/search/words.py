"""What a text is searched by: its words, in whatever script.

Each is folded as the text filter folds, so case, accents and width do not matter. Scripts that put no blanks
between words, and Korean, whose words have endings, are cut into pairs of letters instead, `雪山だ` into
`雪山 山だ だ`: so any part of them is found, be it one letter.
"""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum
from itertools import groupby, pairwise
from typing import NamedTuple

from bot.moderation.folding import plain

WORD_LIMIT = 32
"""Letters of a word that count: longer ones are no words."""
ASKED_LIMIT = 16
"""Words of a question that count."""
_CACHED_LETTERS = 20_000

_UNSPACED = (
    "BOPOMOFO", "CJK", "HANGUL", "HIRAGANA", "IDEOGRAPHIC", "JAVANESE", "KATAKANA", "KHMER", "LAO", "MYANMAR",
    "NEW TAI LUE", "TAI", "THAI", "TIBETAN", "YI",
)  # fmt: skip


class Asked(NamedTuple):
    """Words that stand one after the other; the last one may be only the front of one."""

    words: tuple[str, ...]
    is_front: bool


class _Kind(Enum):
    SPACED = "a letter of a word"
    UNSPACED = "a letter where nothing divides words"
    SYMBOL = "a sign that stands for itself, such as an emoji"
    NONE = "what divides words"


class _Kinds(dict[str, _Kind]):
    """Of letters, worked out as they are met."""

    def __missing__(self, letter: str) -> _Kind:
        kind = _kind(letter)
        if len(self) < _CACHED_LETTERS:
            self[letter] = kind
        return kind


_kinds = _Kinds()
_PLAIN_WORDS = re.compile("[a-z0-9]+")


def words_of(text: str) -> list[str]:
    """All words of a text, in their order, of letters, digits and signs only."""
    return [word for kind, run in _runs(text) for word in _words(kind, run)]


def asked(text: str) -> list[Asked]:
    """What has to stand in a text that fits what somebody typed; nothing if they typed no word.

    The last word may go on, since they may still be typing.
    """
    runs = list(_runs(text))[:ASKED_LIMIT]
    wanted = []
    for number, (kind, run) in enumerate(runs, start=1):
        if kind is _Kind.UNSPACED and len(run) > 1:
            wanted.append(Asked(tuple(_words(kind, run[: WORD_LIMIT + 1])[:-1]), is_front=False))
        else:
            is_front = kind is _Kind.UNSPACED or (kind is _Kind.SPACED and number == len(runs))
            wanted.append(Asked((run[:WORD_LIMIT],), is_front))
    return wanted


def _runs(text: str) -> Iterator[tuple[_Kind, str]]:
    text = plain(text)
    if text.isascii():
        yield from ((_Kind.SPACED, word) for word in _PLAIN_WORDS.findall(text))
        return
    for kind, letters in groupby(text, key=_kinds.__getitem__):
        if kind is _Kind.SYMBOL:
            yield from ((kind, letter) for letter in letters)
        elif kind is not _Kind.NONE:
            yield kind, "".join(letters)


def _words(kind: _Kind, run: str) -> list[str]:
    if kind is _Kind.UNSPACED:
        return [*map("".join, pairwise(run)), run[-1]]
    return [run[:WORD_LIMIT]]


def _kind(letter: str) -> _Kind:
    category = unicodedata.category(letter)
    if category[0] in "LMN":
        return _Kind.UNSPACED if unicodedata.name(letter, "").startswith(_UNSPACED) else _Kind.SPACED
    return _Kind.SYMBOL if category == "So" else _Kind.NONE
