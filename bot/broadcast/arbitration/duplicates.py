"""Suggestions that ask for the same in almost the same words."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from bot.broadcast.arbitration.likeness import Words, are_alike, digits_of, outline_of, words_of
from bot.broadcast.model import Suggestion

NEWEST_LIMIT = 4
"""Suggestions that may wait uncompared: a long line takes its time to compare with."""


@dataclass(slots=True, eq=False)
class _Wording:
    """What one or several suggestions say, and what says the same, itself included."""

    words: Words
    outline: str
    said_in: dict[str, None] = field(default_factory=dict)
    """The suggestions in these words, by their IDs, the earliest first."""
    alike: list[_Wording] = field(default_factory=list)


class Duplicates:
    """Tells which of the suggestions that wait ask for the same. Its answer follows from these alone.

    They are compared as they come, so no moment has to compare them all; the newest few only when somebody
    asks, since most have left a short line by then.
    """

    def __init__(self) -> None:
        self._suggestions: dict[str, Suggestion] = {}
        self._newest: dict[str, Suggestion] = {}
        self._wording_of: dict[str, _Wording] = {}
        self._by_outline: defaultdict[str, dict[Words, _Wording]] = defaultdict(dict)

    def add(self, suggestion: Suggestion) -> None:
        """One more waits, or one in new words: it is the latest."""
        self._suggestions[suggestion.id] = self._newest[suggestion.id] = suggestion
        if len(self._newest) > NEWEST_LIMIT:
            self._compare(next(iter(self._newest)))

    def remove(self, suggestion_id: str) -> None:
        del self._suggestions[suggestion_id]
        if self._newest.pop(suggestion_id, None):
            return
        wording = self._wording_of.pop(suggestion_id)
        del wording.said_in[suggestion_id]
        if not wording.said_in:
            self._forget(wording)

    def clear(self) -> None:
        self._suggestions.clear()
        self._newest.clear()
        self._wording_of.clear()
        self._by_outline.clear()

    def merged(self) -> list[list[Suggestion]]:
        """Those that wait, near-duplicates with the earliest, in the order in which their words came."""
        if not self._are_compared():
            return self._merged_newest()
        groups: dict[_Wording, list[Suggestion]] = {}
        places: dict[_Wording, int] = {}
        for suggestion in self._suggestions.values():
            wording = self._wording_of[suggestion.id]
            if wording in places or len(wording.alike) == 1:
                earliest = wording
            else:
                alike = filter(places.__contains__, wording.alike)
                earliest = min(alike, key=places.__getitem__, default=wording)
            places.setdefault(earliest, len(places))
            groups.setdefault(earliest, []).append(suggestion)
        return list(groups.values())

    def group_of(self, suggestion: Suggestion) -> list[Suggestion]:
        """One that waits and its near-duplicates, as `merged` has them."""
        if not self._are_compared():
            groups = self._merged_newest()
        else:
            wording = self._wording_of[suggestion.id]
            if len(wording.said_in) == len(wording.alike) == 1:
                return [suggestion]
            groups = self.merged()
        return next(group for group in groups if suggestion in group)

    def alike_to(self, suggestion_id: str) -> list[str]:
        """The IDs of all that wait and are near-duplicates of this one, itself included."""
        self._compare_newest()
        return [each for wording in self._wording_of[suggestion_id].alike for each in wording.said_in]

    def _are_compared(self) -> bool:
        """Compares the newest too, unless all are new: what is noted down of them would be of no use."""
        if len(self._newest) == len(self._suggestions):
            return False
        self._compare_newest()
        return True

    def _compare_newest(self) -> None:
        for suggestion_id in list(self._newest):
            self._compare(suggestion_id)

    def _merged_newest(self) -> list[list[Suggestion]]:
        """The same where all are new: word by word only what has the same digits."""
        groups: list[tuple[bytes | None, list[Suggestion]]] = []
        for suggestion in self._suggestions.values():
            digits = digits_of(suggestion.prompt)
            for others, group in groups:
                if (digits is None or others is None or digits == others) and are_alike(
                    words_of(suggestion.prompt), words_of(group[0].prompt)
                ):
                    group.append(suggestion)
                    break
            else:
                groups.append((digits, [suggestion]))
        return [group for _, group in groups]

    def _compare(self, suggestion_id: str) -> None:
        words = words_of(self._newest.pop(suggestion_id).prompt)
        outline = outline_of(words)
        comparable = self._by_outline[outline]
        wording = comparable.get(words)
        if wording is None:
            wording = _Wording(words, outline)
            for other in comparable.values():
                if are_alike(words, other.words):
                    other.alike.append(wording)
                    wording.alike.append(other)
            wording.alike.append(wording)
            comparable[words] = wording
        wording.said_in[suggestion_id] = None
        self._wording_of[suggestion_id] = wording

    def _forget(self, wording: _Wording) -> None:
        """Nobody says it in these words any more."""
        for other in wording.alike:
            if other is not wording:
                other.alike.remove(wording)
        comparable = self._by_outline[wording.outline]
        del comparable[wording.words]
        if not comparable:
            del self._by_outline[wording.outline]
