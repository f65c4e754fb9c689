"""Text brought to one form, so that what reads alike is alike. Any str will do, and nothing here raises."""

import re
import unicodedata
from typing import NamedTuple

from bot.moderation.character_table import CharacterTable
from bot.moderation.disguises import latin


class Forms(NamedTuple):
    """A text in the forms that are searched. In most texts they are much the same."""

    written: str
    """In compatibility form and without invisible characters, otherwise as written."""
    plain: str
    """The same in lower case, without marks that decorate."""
    latin: str
    """The same with disguised words in Latin letters: see `disguises`."""


def fold(text: str) -> Forms:
    visible = text.translate(_VISIBLE)
    if visible.isascii():
        lowered = visible.lower()
        return Forms(visible, lowered, lowered)
    folded = plain(visible)
    return Forms(unicodedata.normalize("NFKC", visible), folded, latin(folded))


def plain(text: str) -> str:
    """`text` in lower case and compatibility form, without invisible characters and marks that decorate.

    White space and punctuation stay. Doing it twice changes nothing more.
    """
    if text.isascii() and text.isprintable():
        return text.lower()
    text = unicodedata.normalize("NFKD", text.translate(_VISIBLE)).casefold()
    text = unicodedata.normalize("NFKD", text).translate(_UNDECORATED)
    return unicodedata.normalize("NFC", _STRAY_MARKS.sub("", text))


# Scripts whose marks spell vowels and tones. Elsewhere marks decorate, or are points that readers do without.
_MARKS_SPELL = (
    "BALINESE", "BENGALI", "CHAKMA", "DEVANAGARI", "GUJARATI", "GURMUKHI", "JAVANESE", "KANNADA",
    "KHMER", "LAO", "MALAYALAM", "MEETEI", "MYANMAR", "ORIYA", "SINHALA", "TAMIL", "TELUGU",
    "THAANA", "THAI", "TIBETAN",
)  # fmt: skip
_VOICING = "\u3099\u309a"  # they make another kana: か, が
_TRADEMARKS = "\u2120\u2122"  # they would decompose to letters: "word™" is no "wordtm"
_LUNATE_SIGMAS = "\u03f2\u03f9"  # they look like "c", and would become an ordinary sigma
_BLANKS = (
    "\u034f\u115f\u1160\u17b4\u17b5\u2065\u3164\uffa0"  # ignorable, yet of no such category
    "\u0345\u0640"  # a mark that folds to a letter; a letter that only stretches others
)


def _mark_spells(mark: str) -> bool:
    return mark in _VOICING or unicodedata.name(mark, "").startswith(_MARKS_SPELL)


def _visible(character: str) -> str | None:
    if character in _LUNATE_SIGMAS:
        return "c"
    category = unicodedata.category(character)
    if category == "Cc" and character.isspace():
        return " "
    is_hidden = category in ("Cc", "Cf", "Cs") or character in _BLANKS or character in _TRADEMARKS
    return None if is_hidden else character


def _undecorated(character: str) -> str | None:
    decorates = unicodedata.category(character)[0] == "M" and not _mark_spells(character)
    return None if decorates else character


_VISIBLE = CharacterTable(_visible)
_UNDECORATED = CharacterTable(_undecorated)

# Marks that spell in their own script decorate when they are piled on a Latin letter.
_SPELLING_MARKS = "".join(
    character
    for start, end in ((0x0780, 0x1CFF), (0x3099, 0x309A), (0xA9B0, 0xABFF), (0x11100, 0x1114F))
    for character in map(chr, range(start, end + 1))
    if unicodedata.category(character)[0] == "M" and _mark_spells(character)
)
_STRAY_MARKS = re.compile(f"(?<=[\x00-\x7f])[{_SPELLING_MARKS}]+")
