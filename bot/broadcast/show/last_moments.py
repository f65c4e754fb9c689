"""How broadcasts left their worlds: another round begins there."""

from __future__ import annotations

from dataclasses import dataclass

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.model import Broadcast
from bot.broadcast.picture import Picture
from bot.broadcast.ports import History
from bot.broadcast.relay.retelling import REMEMBERED

KEPT = 32
"""Broadcasts whose pictures are kept in memory, the newest that are over."""


@dataclass(frozen=True, slots=True)
class LastMoment:
    """What the world began with, last, and had taken by the end; how it was decided, and the last picture.

    The latter two if they are known.
    """

    opening: str
    applied: tuple[str, ...]
    mode: Mode | None = None
    picture: Picture | None = None


class LastMoments:
    """Of the newest broadcasts all of it, in memory; of older ones, and after a restart, what is stored."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._kept: dict[str, LastMoment] = {}

    def keep(self, broadcast_id: str, moment: LastMoment) -> None:
        """A broadcast is over."""
        self._kept[broadcast_id] = moment
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]

    def picture_of(self, broadcast_id: str) -> Picture | None:
        moment = self._kept.get(broadcast_id)
        return moment.picture if moment else None

    async def of(self, broadcast: Broadcast) -> LastMoment:
        """How it left its world."""
        if moment := self._kept.get(broadcast.id):
            return moment
        ideas = await self._history.applied_ideas(broadcast.id)
        return LastMoment(broadcast.prompt, tuple(idea.words for idea in ideas[-REMEMBERED:]))
