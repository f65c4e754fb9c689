"""What was lately said in one broadcast: what cooldowns and repeats go by."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.broadcast.clock import Clock
from bot.broadcast.model import Suggestion

MEMORY_LIMIT = 2000
"""Suggestions that are remembered at most; the oldest are forgotten first."""

Key = TypeVar("Key")
Item = TypeVar("Item")


class Recent:
    """Remembers what waits, and what was sent; what came to nothing is forgotten. Times are steady ones.

    `waits` tells of a suggestion's ID whether it waits.
    """

    def __init__(self, clock: Clock, waits: Callable[[str], bool] = lambda _: True) -> None:
        self._clock = clock
        self._waits = waits
        self._said: dict[str, _Said] = {}
        self._by_viewer: defaultdict[int, dict[str, _Said]] = defaultdict(dict)
        self._by_words: defaultdict[str, dict[str, float]] = defaultdict(dict)

    def add(self, suggestion: Suggestion, at: float | None = None) -> None:
        """It was said now, or then."""
        suggestion_id, viewer_id, prompt = suggestion.id, suggestion.viewer.id, suggestion.prompt
        said = _Said(viewer_id, prompt, _folded(prompt), self._clock.steady() if at is None else at)
        self._said[suggestion_id] = self._by_viewer[viewer_id][suggestion_id] = said
        self._by_words[said.words][suggestion_id] = said.at
        if len(self._said) > MEMORY_LIMIT:
            self.forget(next(iter(self._said)))

    def change(self, suggestion: Suggestion) -> None:
        """What is remembered has other words now, or has come to nothing."""
        if suggestion.refusal is not None:
            self.forget(suggestion.id)
            return
        said = self._said.get(suggestion.id)
        if said and said.prompt != suggestion.prompt:
            _drop(self._by_words, said.words, suggestion.id)
            said.prompt, said.words = suggestion.prompt, _folded(suggestion.prompt)
            self._by_words[said.words][suggestion.id] = self._clock.steady()

    def forget(self, suggestion_id: str) -> None:
        """It has come to nothing."""
        if said := self._said.pop(suggestion_id, None):
            _drop(self._by_viewer, said.viewer_id, suggestion_id)
            _drop(self._by_words, said.words, suggestion_id)

    def last(self) -> float | None:
        """When somebody said something."""
        return next(reversed(self._said.values())).at if self._said else None

    def last_of(self, viewer_id: int) -> float | None:
        theirs = self._by_viewer.get(viewer_id)
        return next(reversed(theirs.values())).at if theirs else None

    def last_in(self, prompt: str, *, but: str | None = None, joining: int | None = None) -> float | None:
        """When somebody said this clean prompt, in whatever case, but for the suggestion `but`.

        The viewer `joining` may say what waits from others: that does not count then.
        """
        times = self._by_words.get(_folded(prompt), {})
        for suggestion_id in reversed(times):
            said = self._said[suggestion_id]
            if suggestion_id != but and (
                joining is None or said.viewer_id == joining or not self._waits(suggestion_id)
            ):
                return times[suggestion_id]
        return None


@dataclass(slots=True)
class _Said:
    viewer_id: int
    prompt: str
    words: str
    at: float


def _drop(index: dict[Key, dict[str, Item]], key: Key, suggestion_id: str) -> None:
    del index[key][suggestion_id]
    if not index[key]:
        del index[key]


def _folded(prompt: str) -> str:
    return prompt.lower() if prompt.isascii() else unicodedata.normalize("NFKC", prompt).casefold()
