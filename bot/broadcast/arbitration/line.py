"""The line: suggestions that wait, in the order in which they came, and the votes for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import takewhile

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import Suggestion, Viewer


@dataclass(frozen=True, slots=True)
class LineLimits:
    """How many may wait, in all and of one person, and for how long."""

    total: int = 200
    per_viewer: int = 3
    lifetime: timedelta = timedelta(seconds=120)


class Line:
    """Suggestions that wait. Policies look at it; only its owner takes suggestions out.

    A viewer has one vote. To suggest is to vote for one's suggestion, unless one has voted already.
    """

    def __init__(self, limits: LineLimits) -> None:
        self.limits = limits
        self._waiting: dict[str, Suggestion] = {}
        self._votes: dict[int, str] = {}
        self._approved: dict[str, None] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Suggestion]:
        """In the order in which they came."""
        return iter(self._waiting.values())

    def __contains__(self, suggestion_id: str) -> bool:
        return suggestion_id in self._waiting

    def get(self, suggestion_id: str) -> Suggestion | None:
        """A suggestion, if it waits."""
        return self._waiting.get(suggestion_id)

    def add(self, suggestion: Suggestion) -> None:
        """Puts a suggestion at the end. Raises QUEUE_FULL or TOO_MANY_OF_YOURS."""
        if len(self._waiting) >= self.limits.total:
            raise BroadcastError(Code.QUEUE_FULL, limit=self.limits.total)
        viewer = suggestion.viewer.id
        if sum(waiting.viewer.id == viewer for waiting in self) >= self.limits.per_viewer:
            raise BroadcastError(Code.TOO_MANY_OF_YOURS, limit=self.limits.per_viewer)
        self._waiting[suggestion.id] = suggestion
        self._votes.setdefault(viewer, suggestion.id)

    def revise(self, suggestion_id: str, prompt: str) -> Suggestion | None:
        """Changes a waiting suggestion's words; it keeps its place. None if it does not wait any more.

        Approval and the votes of others were for the words before, and so are gone.
        """
        waiting = self._waiting.get(suggestion_id)
        if waiting is None:
            return None
        self._approved.pop(suggestion_id, None)
        author = waiting.viewer.id
        for voter in self.voters(suggestion_id) - {author}:
            del self._votes[voter]
        self._waiting[suggestion_id] = replace(waiting, prompt=prompt)
        return self._waiting[suggestion_id]

    def remove(self, suggestion_id: str) -> Suggestion | None:
        """Takes a suggestion out, with its votes."""
        self._approved.pop(suggestion_id, None)
        removed = self._waiting.pop(suggestion_id, None)
        if removed:
            self._votes = {
                viewer: choice for viewer, choice in self._votes.items() if choice != suggestion_id
            }
        return removed

    def clear(self) -> list[Suggestion]:
        """Takes all out."""
        waiting = list(self)
        self._waiting.clear()
        self._votes.clear()
        self._approved.clear()
        return waiting

    def remove_stale(self, now: datetime) -> list[Suggestion]:
        """Takes out what has waited for longer than its lifetime."""
        oldest_allowed = now - self.limits.lifetime
        stale = list(takewhile(lambda waiting: waiting.suggested_at <= oldest_allowed, self))
        for suggestion in stale:
            self.remove(suggestion.id)
        return stale

    def next_stale_at(self) -> datetime | None:
        """When the oldest becomes stale."""
        oldest = next(iter(self), None)
        return oldest.suggested_at + self.limits.lifetime if oldest else None

    def vote(self, viewer: Viewer, suggestion_id: str) -> bool:
        """Moves a viewer's one vote; False if the suggestion does not wait any more."""
        if suggestion_id not in self._waiting:
            return False
        self._votes[viewer.id] = suggestion_id
        return True

    def voters(self, suggestion_id: str) -> frozenset[int]:
        """Who is for a suggestion."""
        return frozenset(viewer for viewer, choice in self._votes.items() if choice == suggestion_id)

    def approve(self, suggestion_id: str) -> bool:
        """A moderator lets a suggestion pass; False if it does not wait any more."""
        if suggestion_id not in self._waiting:
            return False
        self._approved[suggestion_id] = None
        return True

    def approved(self) -> list[Suggestion]:
        """What moderators let pass, in the order of their approval."""
        return [self._waiting[suggestion_id] for suggestion_id in self._approved]
