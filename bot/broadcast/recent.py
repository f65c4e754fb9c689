"""What was lately said in one broadcast: what cooldowns and repeats go by."""

from __future__ import annotations

import unicodedata
from collections import OrderedDict, defaultdict
from collections.abc import Hashable
from dataclasses import dataclass

from bot.broadcast.clock import Clock
from bot.broadcast.model import Suggestion

MEMORY_LIMIT = 5000
"""Suggestions that are remembered at most; the oldest are forgotten first."""


class Recent:
    """Remembers what waits, and what was sent; what came to nothing is forgotten. Times are steady ones."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._said: OrderedDict[str, _Said] = OrderedDict()
        self._times: defaultdict[Hashable, dict[str, float]] = defaultdict(dict)

    def add(self, suggestion: Suggestion) -> None:
        """Somebody says something."""
        now = self._clock.steady()
        said = self._said[suggestion.id] = _Said(suggestion.viewer.id, _folded(suggestion.prompt), now)
        self._times[said.viewer_id][suggestion.id] = self._times[said.words][suggestion.id] = now
        if len(self._said) > MEMORY_LIMIT:
            self.forget(next(iter(self._said)))

    def change(self, suggestion: Suggestion) -> None:
        """What is remembered has other words now, or was sent, or has come to nothing."""
        said = self._said.get(suggestion.id)
        if said is None:
            return
        if suggestion.refusal is not None:
            self.forget(suggestion.id)
        elif said.words != (words := _folded(suggestion.prompt)):
            self._drop(said.words, suggestion.id)
            self._times[words][suggestion.id] = self._clock.steady()
            said.words = words

    def forget(self, suggestion_id: str) -> None:
        """It has come to nothing."""
        if said := self._said.pop(suggestion_id, None):
            self._drop(said.viewer_id, suggestion_id)
            self._drop(said.words, suggestion_id)

    def last(self) -> float | None:
        """When somebody said something."""
        return next(reversed(self._said.values())).at if self._said else None

    def last_of(self, viewer_id: int) -> float | None:
        """When a viewer said something."""
        return self._last(viewer_id)

    def last_in(self, prompt: str, *, but: str | None = None) -> float | None:
        """When somebody said just this, but for the suggestion `but`: whatever its case and white space."""
        return self._last(_folded(prompt), but)

    def _last(self, key: Hashable, but: str | None = None) -> float | None:
        times = self._times.get(key, {})
        return next((times[each] for each in reversed(times) if each != but), None)

    def _drop(self, key: Hashable, suggestion_id: str) -> None:
        times = self._times[key]
        del times[suggestion_id]
        if not times:
            del self._times[key]


@dataclass(slots=True)
class _Said:
    viewer_id: int
    words: str
    at: float


def _folded(prompt: str) -> str:
    if prompt.isascii():
        return " ".join(prompt.lower().split())
    return " ".join(unicodedata.normalize("NFKC", prompt).casefold().split())
