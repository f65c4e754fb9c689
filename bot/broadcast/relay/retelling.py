"""The world as it stands, in words: what the next stream of a broadcast is started with.

It is told as it is, not how it came to be. The picture that the stream starts from tells the rest.
"""

import re
from collections.abc import Iterable

from bot.broadcast.arbitration.likeness import words_of
from bot.broadcast.intake.prompts import PROMPT_LIMIT

REMEMBERED = 32
"""Of what was applied so much is looked at."""
MOST_CHANGES = 8
"""The newest that are told; what is older, the picture shows."""
SHORT_WORDS = 6
"""A wish of so many words at most is about one thing: the night, say, not all that happens in it."""

_ASPECTS = (
    frozenset({"day", "night", "dawn", "dusk", "sunset", "sunrise", "noon", "morning", "evening", "midnight",
               "twilight", "daytime", "nighttime", "daylight"}),
    frozenset({"rain", "raining", "rainy", "snow", "snowing", "snowy", "fog", "foggy", "mist", "misty",
               "storm", "stormy", "sunny", "sunshine", "cloudy", "overcast", "hail", "hailing",
               "thunder", "thunderstorm", "blizzard"}),
    frozenset({"spring", "summer", "autumn", "fall", "winter"}),
)  # fmt: skip
"""Of each the world has one at a time: with the night, the day is over."""
_ENDS = ".!?…。！？"
_TAKING_AWAY = frozenset({"remove", "without", "stop", "no"})
"""What a wish begins with that takes something away; `no` with `more` behind it."""
_LEAVING = frozenset(
    {"leave", "leaves", "disappears", "vanishes", "stops", "goes", "away", "is", "are", "gone"}
)
"""What it ends with when something leaves."""


def as_it_stands(opening: str, changes: Iterable[str], limit: int = PROMPT_LIMIT) -> str:
    """An opening, as changed by what was applied since, in so many characters; the newest change last.

    A change takes the place of an older one that it makes untrue: one that says the same, one of the same
    aspect of the world, one about what is gone now. One that tells the whole world takes the opening's.
    """
    told = opening
    kept: list[str] = []
    for change in changes:
        words = " ".join(change.split())
        if _tells_all(words, told):
            told, kept = words, []
        else:
            kept = [older for older in kept if not _is_undone(older, by=words)]
            kept.append(words)
    kept = kept[-MOST_CHANGES:]
    while kept and len(_sentences(told, kept)) > limit:
        kept = kept[1:]
    return _sentences(told, kept)[:limit]


def _sentences(told: str, changes: list[str]) -> str:
    return " ".join([_sentence(words) for words in (told, *changes)]) if changes else told


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:] + ("" if words[-1:] in _ENDS else ".")


def _tells_all(change: str, told: str) -> bool:
    return told.casefold().rstrip(".!? ") in change.casefold()


def _is_undone(older: str, *, by: str) -> bool:
    return words_of(older) == words_of(by) or _has_aspect_of(older, by) or _is_about_what_is_gone(older, by)


def _has_aspect_of(older: str, newer: str) -> bool:
    ours, theirs = _words(older), _words(newer)
    if max(len(ours), len(theirs)) > SHORT_WORDS:
        return False
    return any(aspect & set(ours) and aspect & set(theirs) for aspect in _ASPECTS)


def _is_about_what_is_gone(older: str, newer: str) -> bool:
    words = _words(newer)
    if words[:1] == ["no"] and words[1:2] != ["more"]:
        return False
    left = list(words)
    while left and left[-1] in _LEAVING:
        left.pop()
    is_taken_away = len(left) > 1 and (left[0] in _TAKING_AWAY or len(left) < len(words))
    return is_taken_away and len(words) <= SHORT_WORDS and left[-1] in _words(older)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
