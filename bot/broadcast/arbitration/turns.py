"""Whose turn it is."""

from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator


class Turns:
    """People who wait, the next one first, each with their suggestions in the order in which they came.

    Who is new stands at the back, and so does who was served: of k people who wait, each is served once in
    any k rounds.
    """

    def __init__(self) -> None:
        self._by_viewer: OrderedDict[int, list[str]] = OrderedDict()

    def join(self, viewer_id: int, suggestion_id: str) -> None:
        self._by_viewer.setdefault(viewer_id, []).append(suggestion_id)

    def restore(self, viewer_ids: Iterable[int]) -> None:
        """Those who have joined stand in this order."""
        for viewer_id in viewer_ids:
            self._by_viewer.move_to_end(viewer_id)

    def leave(self, viewer_id: int, suggestion_id: str) -> None:
        """A suggestion waits no more. Its viewer keeps their turn, if they have another one."""
        theirs = self._by_viewer[viewer_id]
        theirs.remove(suggestion_id)
        if not theirs:
            del self._by_viewer[viewer_id]

    def to_the_back(self, viewer_id: int) -> None:
        """A viewer was served: everyone else who waits is before them now."""
        if viewer_id in self._by_viewer:
            self._by_viewer.move_to_end(viewer_id)

    def count(self, viewer_id: int) -> int:
        return len(self._by_viewer.get(viewer_id, ()))

    def __iter__(self) -> Iterator[str]:
        """In the order in which they are served if nobody else comes: everyone's first, then the seconds."""
        round_number = 0
        people: Collection[list[str]] = self._by_viewer.values()
        while people:
            for theirs in people:
                yield theirs[round_number]
            round_number += 1
            people = [theirs for theirs in people if len(theirs) > round_number]

    def place_of(self, viewer_id: int, suggestion_id: str) -> int:
        """The place of a suggestion that waits, 1 for the next."""
        mine = self._by_viewer[viewer_id]
        place, rounds = 0, mine.index(suggestion_id) + 1
        for theirs in self._by_viewer.values():
            place += min(len(theirs), rounds)
            if theirs is mine:
                rounds -= 1  # who stands behind has had one round less by then
        return place

    def clear(self) -> None:
        self._by_viewer.clear()
