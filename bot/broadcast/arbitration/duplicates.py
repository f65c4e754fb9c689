"""Suggestions that ask for the same in almost the same words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from bot.broadcast.model import Suggestion

SIMILARITY = 0.8
"""Of the words in either of two prompts, the share that must be in both."""
NEWEST_LIMIT = 4
"""Suggestions that may wait uncompared: in a line of 1,000, each takes some milliseconds at worst."""

Words = frozenset[str]

_WORD = re.compile(r"\w+")
_FILLER = frozenset({"a", "an", "the", "it", "to", "and", "now", "please", "let", "make", "is", "s"})
_ENDINGS = ("ing", "es", "s")


class Duplicates:
    """Tells which of the suggestions that wait ask for the same. Its answer follows from these alone.

    They are compared as they come, so no moment has to compare them all; the newest few only when somebody
    asks, since most have left a short line by then.
    """

    def __init__(self) -> None:
        self._newest: dict[str, Suggestion] = {}
        self._words_of: dict[str, Words] = {}
        self._uses: Counter[Words] = Counter()
        self._alike: dict[Words, list[Words]] = {}

    def add(self, suggestion: Suggestion) -> None:
        """One more waits."""
        self._newest[suggestion.id] = suggestion
        if len(self._newest) > NEWEST_LIMIT:
            self._compare(next(iter(self._newest)))

    def remove(self, suggestion_id: str) -> None:
        """One waits no more."""
        if self._newest.pop(suggestion_id, None):
            return
        words = self._words_of.pop(suggestion_id)
        self._uses[words] -= 1
        if not self._uses[words]:
            del self._uses[words]
            for other in self._alike.pop(words):
                if other != words:
                    self._alike[other].remove(words)

    def clear(self) -> None:
        """None waits any more."""
        self._newest.clear()
        self._words_of.clear()
        self._uses.clear()
        self._alike.clear()

    def merged(self, suggestions: Iterable[Suggestion]) -> list[list[Suggestion]]:
        """Those that wait, in order, near-duplicates together with the earliest of them."""
        for suggestion_id in list(self._newest):
            self._compare(suggestion_id)
        groups: dict[Words, list[Suggestion]] = {}
        places: dict[Words, int] = {}
        for suggestion in suggestions:
            words = self._words_of[suggestion.id]
            alike = filter(places.__contains__, self._alike[words])
            earliest = min(alike, key=places.__getitem__, default=words)
            places.setdefault(earliest, len(places))
            groups.setdefault(earliest, []).append(suggestion)
        return list(groups.values())

    def _compare(self, suggestion_id: str) -> None:
        suggestion = self._newest.pop(suggestion_id)
        words = self._words_of[suggestion_id] = significant_words(suggestion.prompt)
        self._uses[words] += 1
        if words not in self._alike:
            alike = [other for other in self._alike if _are_alike(words, other)]
            for other in alike:
                self._alike[other].append(words)
            self._alike[words] = [words, *alike]


def significant_words(prompt: str) -> Words:
    """A prompt's words without regard to case, order, number endings and filler."""
    words = _WORD.findall(prompt.casefold())
    return frozenset(_stem(word) for word in words if word not in _FILLER) or frozenset(words or [prompt])


def _stem(word: str) -> str:
    if word.endswith(_ENDINGS):
        for ending in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                return word[: -len(ending)]
    return word


def _are_alike(one: Words, other: Words) -> bool:
    if len(one) < SIMILARITY * len(other) or len(other) < SIMILARITY * len(one):
        return False
    in_both = len(one & other)
    return in_both >= SIMILARITY * (len(one) + len(other) - in_both)
