"""Suggestions that ask for the same in almost the same words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.broadcast.arbitration.policy import Choice
from bot.broadcast.model import Suggestion

SIMILARITY = 0.8
"""Of the words in either of two prompts, the share that must be in both."""

Words = frozenset[str]

_WORD = re.compile(r"\w+")
_FILLER = frozenset({"a", "an", "the", "it", "to", "and", "now", "please", "let", "make", "is", "s"})


class Duplicates:
    """Finds near-duplicates among the suggestions that wait.

    Its answer follows from these suggestions alone. It only remembers what it compared, for as long as both
    sides wait: so each pair is compared once.
    """

    def __init__(self) -> None:
        self._words_of: dict[str, Words] = {}
        self._alike: dict[Words, list[Words]] = {}

    def merged(self, suggestions: Iterable[Suggestion]) -> list[Choice]:
        """The suggestions with near-duplicates merged into the earliest of them, in order."""
        groups: dict[Words, list[Suggestion]] = {}
        places: dict[Words, int] = {}
        words_of: dict[str, Words] = {}
        for suggestion in suggestions:
            words = words_of[suggestion.prompt] = self._words(suggestion.prompt)
            earliest = min(
                (like for like in self._alike[words] if like in places), key=places.__getitem__, default=words
            )
            places.setdefault(earliest, len(places))
            groups.setdefault(earliest, []).append(suggestion)
        self._words_of = words_of
        self._forget_all_but(set(words_of.values()))
        return [Choice(members[0], tuple(members[1:])) for members in groups.values()]

    def _words(self, prompt: str) -> Words:
        words = self._words_of.get(prompt) or significant_words(prompt)
        if words not in self._alike:
            alike = [other for other in self._alike if _are_alike(words, other)]
            for other in alike:
                self._alike[other].append(words)
            self._alike[words] = [words, *alike]
        return words

    def _forget_all_but(self, waiting: set[Words]) -> None:
        for gone in self._alike.keys() - waiting:
            for other in self._alike.pop(gone):
                if other in self._alike:
                    self._alike[other].remove(gone)


def significant_words(prompt: str) -> Words:
    """A prompt's words without regard to case, order, number endings and filler."""
    words = _WORD.findall(prompt.casefold())
    return frozenset(_stem(word) for word in words if word not in _FILLER) or frozenset(words or [prompt])


def _stem(word: str) -> str:
    for ending in ("ing", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _are_alike(one: Words, other: Words) -> bool:
    in_both = len(one & other)
    return in_both >= SIMILARITY * (len(one) + len(other) - in_both)
