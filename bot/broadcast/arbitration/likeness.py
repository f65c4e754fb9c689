"""Whether two prompts say the same in almost the same words. In doubt they do not.

Word by word, in their order: so a negation, another number, another colour or another subject is never passed
over, in whatever language. Only what is known to change nothing is: case, punctuation, articles, plurals, the
form of a verb in English, slips of the pen in long words, and a place named in front instead of behind.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

LOOSE_WORDS = 2
"""Of two prompts, so many words at most may be spelt differently."""
SWAPPED_LENGTH = 6
"""Letters of a word, at least, in which two that changed places are a slip."""
LONG_LENGTH = 7
"""Letters of an English word, at least, in which one that is wrong, missing or too much is a slip."""

_TOKEN = re.compile(r"[^\W\d_]+|(?:(?<!\S)[-−])?\d+(?:[.,:/]\d+)*%?|[,+$]|[^\w\s\x00-\x7f−]")
_ASCII_TOKEN = re.compile(r"[a-z]+|(?:(?<!\S)-)?\d+(?:[.,:/]\d+)*%?|[,+$]", re.ASCII)
"""The same for most of what there is, in less time."""
_NO_DIGITS = bytes(code for code in range(128) if not chr(code).isdigit())
_PUNCTUATION_KEPT = frozenset(".,:/%-−+$'&")
"""What can be a part of a number, or of a word."""
_APOSTROPHES = frozenset("’ʼ")

_ARTICLES = frozenset({"a", "an", "the", "ein", "eine", "un", "une", "una"})
_FILLER = frozenset({"please", "now", "bitte", "пожалуйста"})
_OPENINGS = frozenset({"it", "let", "lets", "make"})
"""What a wish begins with: `let it snow` is `snow`."""
_ENGLISH = frozenset({"a", "an", "the", "and", "of", "with", "is", "are"})
_BEGINNINGS = frozenset({"start", "starts", "begin", "begins"})
"""Behind which `to snow` is `snowing`."""
_PLACES = frozenset(
    {
        "in", "on", "at", "under", "over", "above", "below", "behind", "beside", "near", "inside",
        "im", "auf", "unter", "über", "dans", "sur", "sous", "en", "bajo",
    }
)  # fmt: skip
_PHRASE_BEGINNINGS = _ARTICLES | {","}
_NO_SUBJECTS = _ARTICLES | _PLACES | {""}
"""Behind which a word in `ing` is no form of a verb, or has another meaning than the verb."""
_SMALL = _FILLER | _OPENINGS | {"is", "are", "to"}
_LONGEST_PLACED = 2
"""Words that a place may change its side of: in more, it may be a part of what it stands behind."""
_IRREGULAR = {
    "men": "man", "women": "woman", "children": "child", "mice": "mouse", "geese": "goose", "feet": "foot",
    "teeth": "tooth", "wolves": "wolf", "elves": "elf", "dwarves": "dwarf", "knives": "knife", "news": "news",
    "does": "does",
}  # fmt: skip
_THINGS = frozenset({"painting", "clothing", "building", "evening", "morning", "ceiling", "wedding"})
"""No forms of a verb, though they look it."""
_DOING = "~"
"""Stands for the ending of a verb in a word of `Words`: `landing` is `land~`."""


class Words(NamedTuple):
    """A prompt, as it is compared. Equal ones say the same; for others, ask `are_alike`."""

    words: tuple[str, ...]
    is_english: bool


def outline_of(words: Words) -> str:
    """The same for all that could be alike."""
    return " ".join([word[0] if word[:1].isalpha() else word for word in words.words])


def digits_of(prompt: str) -> bytes | None:
    """The same for all prompts that could be alike, found in a tenth of the time; None if that is not told.

    No number is passed over, so these are its digits, in whatever order. Of other scripts than ASCII, folding
    can make digits.
    """
    if not prompt.isascii():
        return None
    digits = prompt.encode().translate(None, _NO_DIGITS)
    return bytes(sorted(digits)) if len(digits) > 1 else digits


@lru_cache(maxsize=64)
def words_of(prompt: str) -> Words:
    """A prompt without what changes nothing in it."""
    tokens = _tokens(prompt)
    kept: list[str] = []
    phrases: list[int] = []  # where in `kept` one begins, as an article or a comma tells
    before = ""
    for place, token in enumerate(tokens):
        if token.isdigit():
            kept.append(token)  # numbers are as they are, and too many to remember their forms
        elif form := _form(token):
            kept.append(form)
        elif token in _PHRASE_BEGINNINGS:
            phrases.append(len(kept))
            if token == ",":  # noqa: S105 - a word
                continue
        elif _is_doing(token) and before not in _NO_SUBJECTS:
            kept.append(token[: -len("ing")] + _DOING)
        elif token not in _SMALL or not _is_passed_over(
            token, before, tokens[place + 1 :], is_first=not kept
        ):
            kept.append(_singular(token))
        before = token
    if not kept:
        return Words(tuple(tokens or [" ".join(prompt.split())]), is_english=False)
    if not _PLACES.isdisjoint(kept):
        kept = _with_the_place_first(kept, phrases)
    return Words(tuple(kept), not _ENGLISH.isdisjoint(tokens))


def are_alike(one: Words, other: Words) -> bool:
    """Whether two prompts say the same."""
    if len(one.words) != len(other.words):
        return False
    is_english, left = one.is_english and other.is_english, LOOSE_WORDS
    for mine, theirs in zip(one.words, other.words, strict=True):
        if mine != theirs:
            left -= 1
            if left < 0 or not _are_one_word(mine, theirs, is_english=is_english):
                return False
    return True


def is_one_slip(one: str, other: str) -> bool:
    """Whether at most one letter is replaced, missing or too much, or two neighbours changed places."""
    same = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        same += 1
    one, other = one[same:], other[same:]
    return one[1:] == other[1:] or one == other[1:] or one[1:] == other or one[:2][::-1] + one[2:] == other


def _tokens(prompt: str) -> list[str]:
    """Words, numbers, commas, and each character apart that belongs to no word of letters with two cases.

    Scripts without two cases are compared character by character: most of them need no blanks.
    """
    if prompt.isascii():
        return _ASCII_TOKEN.findall(prompt.lower().replace("'", "").replace("&", " and "))
    composed = unicodedata.normalize("NFKC", prompt).casefold()
    folded = "".join(map(_apart, unicodedata.normalize("NFKC", composed)))
    return _TOKEN.findall(folded.replace("'", "").replace("&", " and "))


@lru_cache(maxsize=4096)
def _apart(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    if character.isdecimal() or character.lower() != character.upper() or character in _PUNCTUATION_KEPT:
        return character
    is_selector = "\ufe00" <= character <= "\ufe0f"
    is_noise = character.isascii() or is_selector or unicodedata.category(character)[0] in "PZC"
    return " " if is_noise else f" {character} "


def _is_passed_over(token: str, before: str, behind: list[str], *, is_first: bool) -> bool:
    if token in _FILLER:
        return True
    if token in _OPENINGS:
        return is_first
    if token in ("is", "are"):
        return bool(behind) and _is_doing(behind[0])
    return before in _BEGINNINGS


def _is_doing(word: str) -> bool:
    return word.endswith("ing") and len(word) >= 6 and word not in _THINGS


@lru_cache(maxsize=4096)
def _form(word: str) -> str:
    """How a word is compared, and nothing if that depends on the words beside it."""
    depends = word in _PHRASE_BEGINNINGS or word in _SMALL or _is_doing(word)
    return "" if depends else _singular(word)


def _singular(word: str) -> str:
    """A word without the ending of an English plural, or of a verb's third person; others as they are."""
    if len(word) < 4:
        return word
    if irregular := _IRREGULAR.get(word):
        return irregular
    if word.endswith(("ies", "ie")) and len(word) > 4:
        return word[: word.rindex("ie")] + "y"
    if word.endswith(("ses", "zes", "xes", "ches", "shes", "oes")) and len(word) > 4:
        return word[:-2]
    if word.endswith(("se", "ze", "xe", "che", "she", "oe")):
        return word[:-1]  # as from its plural, which does not tell whether the e belongs to it
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _with_the_place_first(kept: list[str], phrases: list[int]) -> list[str]:
    """`a red dragon in the snow` as `in the snow, a red dragon`: with one place, and little besides."""
    places = [index for index, word in enumerate(kept) if word in _PLACES]
    if len(places) > 1:
        return kept
    if places[0]:
        placed, place = kept[: places[0]], kept[places[0] :]
    else:
        begins = next((index for index in phrases if index >= 2), len(kept))
        place, placed = kept[:begins], kept[begins:]
    if not 1 <= len(placed) <= _LONGEST_PLACED or len(place) < 2:
        return kept
    return [*place, "|", *placed]


def _are_one_word(one: str, other: str, *, is_english: bool) -> bool:
    if one.endswith(_DOING) or other.endswith(_DOING):
        doing, form = (one, other) if one.endswith(_DOING) else (other, one)
        stem = doing.removesuffix(_DOING)
        return form in (stem, stem + "e") or (stem[-1] == stem[-2] and form == stem[:-1])
    if not one.isalpha() or one[0] != other[0] or one[-1] != other[-1]:
        return False  # these are seldom wrong, and often tell who, when, and how many
    # In other languages, one letter in the middle can be a negation or tell who does it to whom.
    has_all_letters = sorted(one) == sorted(other)
    if not has_all_letters and not is_english:
        return False
    is_long = min(_length(one), _length(other)) >= (SWAPPED_LENGTH if has_all_letters else LONG_LENGTH)
    return is_long and is_one_slip(one, other)


def _length(word: str) -> int:
    """Without endings, since short verbs in the past look much alike."""
    for ending in ("ed", "er", "est", "ly"):
        if word.endswith(ending):
            return len(word) - len(ending)
    return len(word)
