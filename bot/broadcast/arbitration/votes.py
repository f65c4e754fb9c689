"""Who is for which suggestion."""

from collections.abc import Set


class Votes:
    """Everyone has one vote. All by ID: viewers by numbers, suggestions by texts."""

    def __init__(self) -> None:
        self._choice_of: dict[int, str] = {}
        self._voters_of: dict[str, set[int]] = {}

    @property
    def voters(self) -> frozenset[int]:
        return frozenset(self._choice_of)

    def cast(self, viewer_id: int, suggestion_id: str) -> None:
        """Gives a viewer's vote to a suggestion, in place of the one before."""
        self.withdraw(viewer_id)
        self._choice_of[viewer_id] = suggestion_id
        self._voters_of.setdefault(suggestion_id, set()).add(viewer_id)

    def withdraw(self, viewer_id: int) -> None:
        before = self._choice_of.pop(viewer_id, None)
        if before is not None:
            self._voters_of[before].discard(viewer_id)

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

    def clear(self) -> None:
        self._choice_of.clear()
        self._voters_of.clear()
