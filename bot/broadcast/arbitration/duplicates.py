"""Suggestions that ask for the same in almost the same words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.broadcast.arbitration.policy import Choice
from bot.broadcast.model import Suggestion

SIMILARITY = 0.8
"""Of the words in either of two prompts, the share that must be in both."""

_WORD = re.compile(r"\w+")
_FILLER = frozenset({"a", "an", "the", "it", "to", "and", "now", "please", "let", "make", "is", "s"})


def merged_choices(suggestions: Sequence[Suggestion]) -> list[Choice]:
    """The suggestions with near-duplicates merged into the earliest of them, in order."""
    groups: list[tuple[frozenset[str], list[Suggestion]]] = []
    for suggestion in suggestions:
        words = significant_words(suggestion.prompt)
        alike = next((members for key, members in groups if _alike(key, words)), None)
        if alike is None:
            groups.append((words, [suggestion]))
        else:
            alike.append(suggestion)
    return [Choice(members[0], tuple(members[1:])) for _, members in groups]


def significant_words(prompt: str) -> frozenset[str]:
    """A prompt's words without regard to case, order, number endings and filler."""
    words = _WORD.findall(prompt.casefold())
    return frozenset(_stem(word) for word in words if word not in _FILLER) or frozenset(words or [prompt])


def _stem(word: str) -> str:
    for ending in ("ing", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return one == other or len(one & other) >= SIMILARITY * len(one | other)
