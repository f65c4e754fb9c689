"""What a word means for the scene, whatever its ending."""

from dataclasses import dataclass
from typing import Literal, cast

from bot.local.odyssey.world import vocabulary

Aspect = Literal[
    "actor",
    "place",
    "time",
    "weather",
    "season",
    "mood",
    "effect",
    "action",
    "colour",
    "material",
    "thing",
    "camera",
    "count",
    "size",
]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word says about the scene. `plural` only matters for subjects."""

    aspect: Aspect
    value: str
    plural: bool = False


# Where a word stands in two tables, the later one has it.
_TABLES: tuple[tuple[Aspect, dict[str, str]], ...] = (
    ("place", vocabulary.PLACES),
    ("time", vocabulary.TIMES),
    ("weather", vocabulary.WEATHER),
    ("season", vocabulary.SEASONS),
    ("mood", vocabulary.MOODS),
    ("effect", vocabulary.EFFECTS),
    ("action", vocabulary.ACTIONS),
    ("thing", vocabulary.THINGS),
    ("material", vocabulary.MATERIALS),
    ("camera", vocabulary.CAMERAS),
    ("size", vocabulary.SIZES),
    ("count", vocabulary.COUNTS),
    ("actor", vocabulary.ACTORS),
    ("colour", vocabulary.COLOURS),
)
BOOK: dict[str, Meaning] = {
    word: Meaning(aspect, value)
    for aspect, table in _TABLES
    for value, words in table.items()
    for word in words.split()
}
PHRASES: dict[tuple[str, ...], Meaning] = {
    tuple(phrase.split()): Meaning(cast("Aspect", aspect), value)
    for (aspect, value), phrases in vocabulary.PHRASES.items()
    for phrase in phrases.split("|")
}
SMALL_WORDS = frozenset(vocabulary.SMALL.split())
_IRREGULAR = dict(pair.split(":") for pair in vocabulary.IRREGULAR.split())


def meaning_of(word: str) -> Meaning | None:
    """What a word means; a number is a count; None for words that are small or not known."""
    if word in SMALL_WORDS:
        return None
    if word.isdecimal():
        return Meaning("count", word)
    if word in BOOK:
        return BOOK[word]
    for base, plural in _bases(word):
        found = BOOK.get(base)
        if found is not None:
            return Meaning(found.aspect, found.value, plural=plural)
    return None


def _bases(word: str) -> list[tuple[str, bool]]:
    """Base forms that the word may have, and whether that makes it a plural."""
    bases = []
    if word in _IRREGULAR:
        bases.append((_IRREGULAR[word], True))
    if word.endswith("ies"):
        bases.append((word[:-3] + "y", True))
    if word.endswith("es"):
        bases.append((word[:-2], True))
    if word.endswith("s"):
        bases.append((word[:-1], True))
    for ending in ("ing", "ed", "y", "er"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word[: -len(ending)]
            bases += [(stem, False), (stem + "e", False)]
            if stem[-1] == stem[-2]:
                bases.append((stem[:-1], False))
    return bases
