"""Words written with letters of another script that look like their own.

A word in one script of a living language is left alone: it is a word of that language. Everything else that
looks Latin is read as Latin: mixed scripts, circled and small capital letters, letters of scripts that nobody
writes. What a character looks like, the library `decancer` knows.

Cyrillic, Greek and Armenian have twins of Latin letters, so words can be written wholly in them ("сор" is
Russian, or "cop" in disguise). They are read as Latin unless the text is plainly in their script: it has
letters of it that have no twin, and no Latin ones.
"""

import re
import unicodedata
from functools import lru_cache

import decancer_py

from bot.moderation.character_table import CharacterTable


def latin(text: str) -> str:
    """`text` (plain) with its disguised words in the Latin letters that they imitate."""
    if text.isascii():
        return text
    characters = {character for character in text if not character.isascii()}
    letters = {character for character in characters if character.isalpha()}
    spoken = {_language(letter) for letter in letters if not _has_twin(letter)} - {""}
    if _LATIN_LETTER.search(text):
        spoken -= _TWINS.keys()
    elif len(spoken) == 1 and all(
        _language(c) in spoken if c in letters else c.translate(_LOOKALIKES) == c for c in characters
    ):
        return text
    return _CHUNK.sub(lambda chunk: _undisguised(chunk[0], spoken), text)


def latin_in_entry(text: str) -> str:
    """The same for what a moderator blocks: words in one script are meant as they are."""
    return _CHUNK.sub(lambda chunk: _undisguised(chunk[0], _LANGUAGES), text)


def cyrillic(text: str) -> str:
    """`text` (plain) with its half Cyrillic words wholly in Cyrillic: the other half is a disguise."""
    if text.isascii() or not _HALF_CYRILLIC.search(text):
        return text
    return _CYRILLIC_CHUNK.sub(lambda chunk: chunk[0].translate(_CYRILLIC_TWINS), text)


# Scripts of living languages, as the names of their characters begin.
_LANGUAGES = frozenset((
    "ARABIC", "ARMENIAN", "BALINESE", "BENGALI", "BOPOMOFO", "CHAKMA", "CJK", "CYRILLIC", "DEVANAGARI",
    "ETHIOPIC", "GEORGIAN", "GREEK", "GUJARATI", "GURMUKHI", "HANGUL", "HEBREW", "JAVANESE", "KANNADA",
    "KHMER", "LAO", "MALAYALAM", "MEETEI", "MONGOLIAN", "MYANMAR", "ORIYA", "SINHALA", "SYRIAC", "TAMIL",
    "TELUGU", "THAANA", "THAI", "TIBETAN",
))  # fmt: skip
_WRITTEN_WITH_HAN = frozenset(("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"))

# Letters that a reader takes for Latin ones, in some case.
_TWINS = {
    "ARMENIAN": frozenset("գզհյոսցքօ"),
    "CYRILLIC": frozenset("авгекмнопрстухьѕіјһӏԁԛԝ"),
    "GREEK": frozenset("αβγεζηικμνορςτυχωϲϳ"),
}
_CYRILLIC_TWINS = str.maketrans("abcehkmoprtxy0346@", "авсенкморгтхуозчба")

_LATIN_LETTER = re.compile("[a-z]")
_CHUNK = re.compile(r"\S*[^\x00-\x7f\s]\S*")
_CYRILLIC_CHUNK = re.compile("[\u0400-\u052fa-z0-9@]+")
_HALF_CYRILLIC = re.compile("[\u0400-\u052f][a-z0-9@]|[a-z0-9@][\u0400-\u052f]")


@lru_cache(maxsize=8192)
def _language(letter: str) -> str:
    """The script of a living language that `letter` is of, or "" for Latin and everything else."""
    script = unicodedata.name(letter, "").partition(" ")[0]
    if script in _WRITTEN_WITH_HAN:
        return "CJK"
    return script if script in _LANGUAGES else ""


def _has_twin(letter: str) -> bool:
    return letter in _TWINS.get(_language(letter), ())


def _undisguised(chunk: str, spoken: set[str] | frozenset[str]) -> str:
    """A run without white space, in Latin letters unless it is a word of a language."""
    letters = {character for character in chunk if character.isalpha()}
    languages = {_language(letter) for letter in letters}
    if len(languages) == 1 and (language := languages.pop()):
        is_its_word = language in spoken or not all(map(_has_twin, letters))
        if is_its_word:
            return chunk
    return chunk.translate(_LOOKALIKES)


def _lookalike(character: str) -> str:
    """The one or two Latin letters or digits that `character` looks like; itself if there are none."""
    if character.isascii():
        return character
    cured = str(decancer_py.parse(character))
    return cured if cured.isascii() and cured.isalnum() and len(cured) <= 2 else character


_LOOKALIKES = CharacterTable(_lookalike)
