"""Who is for which suggestion."""

from collections.abc import Callable, Mapping, Set

Note = Callable[[int, str | None], None]
"""Is told whose vote is for what now: None if they took it back."""


class Votes:
    """Everyone has one vote. All by ID: viewers by numbers, suggestions by texts.

    `note` is told of every change but for what is dropped: that waits no more, so nobody is for it.
    """

    def __init__(self, note: Note = lambda *_: None) -> None:
        self._note = note
        self._choice_of: dict[int, str] = {}
        self._voters_of: dict[str, set[int]] = {}

    @property
    def voters(self) -> frozenset[int]:
        return frozenset(self._choice_of)

    def cast(self, viewer_id: int, suggestion_id: str) -> None:
        """Gives a viewer's vote to a suggestion, in place of the one before."""
        self._take_back(viewer_id)
        self._choice_of[viewer_id] = suggestion_id
        self._voters_of.setdefault(suggestion_id, set()).add(viewer_id)
        self._note(viewer_id, suggestion_id)

    def withdraw(self, viewer_id: int) -> None:
        if self._take_back(viewer_id):
            self._note(viewer_id, None)

    def choice_of(self, viewer_id: int) -> str | None:
        return self._choice_of.get(viewer_id)

    def count(self, suggestion_id: str) -> int:
        return len(self._voters_of.get(suggestion_id, ()))

    def voters_of(self, suggestion_id: str) -> Set[int]:
        return self._voters_of.get(suggestion_id, frozenset())

    def supporters(self, suggestion_id: str, author_id: int) -> int:
        """How many are for a suggestion, its author included even if they voted for another one."""
        voters = self._voters_of.get(suggestion_id, ())
        return len(voters) + (author_id not in voters)

    def drop(self, suggestion_id: str) -> set[int]:
        """Takes back all votes for a suggestion; returns whose they were. They may vote anew."""
        voters = self._voters_of.pop(suggestion_id, set())
        for viewer_id in voters:
            del self._choice_of[viewer_id]
        return voters

    def recall(self, suggestion_id: str) -> set[int]:
        """The same for a suggestion that goes on waiting."""
        voters = self.drop(suggestion_id)
        for viewer_id in voters:
            self._note(viewer_id, None)
        return voters

    def restore(self, choices: Mapping[int, str]) -> None:
        """Votes as they were given before: nothing is noted."""
        for viewer_id, suggestion_id in choices.items():
            self._choice_of[viewer_id] = suggestion_id
            self._voters_of.setdefault(suggestion_id, set()).add(viewer_id)

    def clear(self) -> None:
        self._choice_of.clear()
        self._voters_of.clear()

    def _take_back(self, viewer_id: int) -> bool:
        before = self._choice_of.pop(viewer_id, None)
        if before is not None:
            self._voters_of[before].discard(viewer_id)
        return before is not None
