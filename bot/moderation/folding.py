"""Text brought to one form, so that what looks alike is alike.

`plain` undoes what changes a text's code points but not its words: case, compatibility forms, marks piled on
letters, characters that cannot be seen. `latin` goes on to write lookalikes of other scripts as the Latin
letters that they imitate, and leaves words of other languages alone. Both take any str, and neither raises.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from functools import lru_cache
from typing import NamedTuple

import decancer_py

_CACHED_CHARACTERS = 20_000
_TRADEMARKS = "\u2120\u2122"  # they would decompose to letters: "word™" is no "wordtm"
_BLANKS = {
    0x034F,
    0x115F,
    0x1160,
    0x17B4,
    0x17B5,
    0x2065,
    0x3164,
    0xFFA0,
}  # ignorable, yet of no such category
_VOICING = {0x3099, 0x309A}  # they make another kana: か, が

# Scripts whose marks spell vowels and tones. Elsewhere marks are decoration, or points that readers do
# without.
_MARKS_SPELL = (
    "BALINESE", "BENGALI", "CHAKMA", "DEVANAGARI", "GUJARATI", "GURMUKHI", "JAVANESE", "KANNADA",
    "KHMER", "LAO", "MALAYALAM", "MEETEI", "MYANMAR", "ORIYA", "SINHALA", "TAMIL", "TELUGU",
    "THAANA", "THAI", "TIBETAN",
)  # fmt: skip

# Scripts of living languages, as the names of their characters begin. A word in one of them is a word.
_LANGUAGES = frozenset((
    *_MARKS_SPELL, "ARABIC", "ARMENIAN", "BOPOMOFO", "CJK", "CYRILLIC", "ETHIOPIC", "GEORGIAN",
    "GREEK", "HANGUL", "HEBREW", "MONGOLIAN", "SYRIAC",
))  # fmt: skip
_WRITTEN_WITH_HAN = frozenset(("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"))

# Letters that a reader takes for Latin ones, in some case: a word of these alone may be either.
_TWINS = {
    "ARMENIAN": frozenset("գզհյոսցքօ"),
    "CYRILLIC": frozenset("авгекмнопрстухьѕіјһӏԁԛԝ"),
    "GREEK": frozenset("αβγεζηικμνορςτυχωϲϳ"),
}


class Forms(NamedTuple):
    """A text in the forms that are searched; for most texts all three are much the same."""

    written: str
    """In compatibility form and without invisible characters, otherwise as written."""
    plain: str
    latin: str


def fold(text: str) -> Forms:
    """The forms of `text`."""
    visible = text.translate(_VISIBLE)
    if visible.isascii():
        lowered = visible.lower()
        return Forms(visible, lowered, lowered)
    folded = plain(visible)
    return Forms(unicodedata.normalize("NFKC", visible), folded, latin(folded))


def plain(text: str) -> str:
    """`text` in lower case and compatibility form, without invisible characters and decorating marks.

    White space and punctuation stay. Doing it twice changes nothing more.
    """
    if text.isascii() and text.isprintable():
        return text.lower()
    text = _without_marks(unicodedata.normalize("NFKD", text.translate(_VISIBLE)))
    return unicodedata.normalize("NFC", _without_marks(unicodedata.normalize("NFKD", text.casefold())))


def latin(text: str, *, keeps_twins: bool = False) -> str:
    """`text` (plain) with its disguised words in the Latin letters that they imitate.

    A word in one script of a living language is left alone: it is a word of that language. But Cyrillic,
    Greek and Armenian words of nothing but twins of Latin letters are read as Latin, unless the text is
    plainly in that script (it has letters of it that have no twin, and no Latin ones) or `keeps_twins`.
    """
    if text.isascii():
        return text
    spoken: Set[str] = frozenset()
    if keeps_twins:
        spoken = _LANGUAGES
    elif not _LATIN_LETTER.search(text):
        spoken = {_language(character) for character in text if _is_unmistakable(character)}
    return _CHUNK.sub(lambda chunk: _without_disguise(chunk[0], spoken), text)


def cyrillic(text: str) -> str:
    """`text` (plain) with its half Cyrillic words wholly in Cyrillic: the other half is a disguise."""
    if text.isascii() or not _CYRILLIC_LETTER.search(text):
        return text
    return _HALF_CYRILLIC.sub(lambda chunk: chunk[0].translate(_CYRILLIC_TWINS), text)


def is_word_character(character: str) -> bool:
    """Whether `character` (of a plain text) can be part of a word: letters, digits, and marks that spell."""
    return character.isalnum() or unicodedata.category(character)[0] == "M"


class _CharacterTable(dict[int, str | None]):
    """A table for `str.translate`, filled as characters are met, up to a bound."""

    def __missing__(self, code_point: int) -> str | None:
        value = self.entry(chr(code_point))
        if len(self) < _CACHED_CHARACTERS:
            self[code_point] = value
        return value

    def entry(self, character: str) -> str | None:
        raise NotImplementedError


class _Visible(_CharacterTable):
    def entry(self, character: str) -> str | None:
        category = unicodedata.category(character)
        if category == "Cc" and character.isspace():
            return " "
        is_hidden = category in ("Cc", "Cf", "Cs") or ord(character) in _BLANKS or character in _TRADEMARKS
        return None if is_hidden else character


class _Lookalikes(_CharacterTable):
    def entry(self, character: str) -> str | None:
        if character.isascii():
            return character
        cured = str(decancer_py.parse(character))
        return cured if cured.isascii() and cured.isalnum() and len(cured) <= 2 else character


_VISIBLE = _Visible()
_LOOKALIKES = _Lookalikes()
_LATIN_LETTER = re.compile("[a-z]")
_CHUNK = re.compile(r"\S+")
_CYRILLIC_LETTER = re.compile("[\u0400-\u052f]")
_HALF_CYRILLIC = re.compile("[\u0400-\u052fa-z0-9@]+")
_CYRILLIC_TWINS = str.maketrans("abcehkmoprtxy0346@", "авсенкморгтхуозчба")


def _without_marks(text: str) -> str:
    kept = []
    marks_spell = False
    for character in text:
        if unicodedata.category(character)[0] != "M":
            marks_spell = not character.isascii()
            kept.append(character)
        elif marks_spell and _mark_spells(character):
            kept.append(character)
    return "".join(kept)


@lru_cache(maxsize=4096)
def _mark_spells(mark: str) -> bool:
    return ord(mark) in _VOICING or unicodedata.name(mark, "").startswith(_MARKS_SPELL)


@lru_cache(maxsize=8192)
def _language(letter: str) -> str:
    """The script of a living language that `letter` is of, or "" for Latin and everything else."""
    script = unicodedata.name(letter, "").partition(" ")[0]
    if script in _WRITTEN_WITH_HAN:
        return "CJK"
    return script if script in _LANGUAGES else ""


def _is_unmistakable(character: str) -> bool:
    twins = None if character.isascii() else _TWINS.get(_language(character))
    return twins is not None and character.isalpha() and character not in twins


def _without_disguise(chunk: str, spoken: Set[str]) -> str:
    """A run without white space, in Latin letters unless it is a word of a language."""
    if chunk.isascii():
        return chunk
    letters = {character for character in chunk if character.isalpha()}
    languages = {_language(letter) for letter in letters}
    if len(languages) == 1 and (language := languages.pop()):
        is_its_word = language in spoken or not letters <= _TWINS.get(language, frozenset())
        if is_its_word:
            return chunk
    return chunk.translate(_LOOKALIKES)
