"""A vote of the viewers on the way to decide itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.model import Viewer

WINDOW_S = 30.0
QUORUM = 2
"""Votes for it at least: nobody changes the mode alone."""


@dataclass(slots=True)
class Motion:
    """Somebody asks for another mode. Everyone has one vote, which they may change until it closes.

    `closes_at` is a steady moment.
    """

    mode: Mode
    by: Viewer
    closes_at: float
    _is_for: dict[int, bool] = field(default_factory=dict)

    def vote(self, viewer: Viewer, *, is_for: bool) -> None:
        """Takes a viewer's vote, in place of their earlier one."""
        self._is_for[viewer.id] = is_for

    def withdraw(self, viewer: Viewer) -> None:
        """Takes a viewer's vote back, if they have given it."""
        self._is_for.pop(viewer.id, None)

    @property
    def voters(self) -> frozenset[int]:
        """The IDs of those who have voted."""
        return frozenset(self._is_for)

    @property
    def votes_for(self) -> int:
        """How many are for it."""
        return sum(self._is_for.values())

    @property
    def votes_against(self) -> int:
        """How many are against it."""
        return len(self._is_for) - self.votes_for

    @property
    def is_carried(self) -> bool:
        """Whether it would be carried, were it to close now."""
        return self.votes_for >= QUORUM and self.votes_for > self.votes_against
