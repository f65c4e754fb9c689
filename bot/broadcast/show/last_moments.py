"""How broadcasts left their worlds: another round begins there."""

from __future__ import annotations

import logging

from bot.broadcast.clock import Clock
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.model import Broadcast
from bot.broadcast.picture import Picture
from bot.broadcast.ports import History, Journal
from bot.broadcast.relay.retelling import REMEMBERED

log = logging.getLogger(__name__)

KEPT = 32
"""Broadcasts that are in memory, the newest that are over."""


class LastMoments:
    """Stored while broadcasts run, should the bot be cut off, and when they end.

    Those of the newest that are over are in memory too: their pictures are asked for all the time.
    """

    def __init__(self, journal: Journal, history: History, clock: Clock) -> None:
        self._journal = journal
        self._history = history
        self._clock = clock
        self._stored: dict[str, LastMoment] = {}
        """Of those that run."""
        self._kept: dict[str, LastMoment] = {}

    async def follow(self, broadcast_id: str, moment: LastMoment) -> None:
        """Stores how a broadcast stands, if that is another moment than the one that is stored."""
        if moment != self._stored.get(broadcast_id):
            self._stored[broadcast_id] = moment
            await self._store(broadcast_id, moment)

    async def keep(self, broadcast_id: str, moment: LastMoment, *, is_elsewhere: bool = False) -> None:
        """A broadcast is over; or it goes on elsewhere, where it will come to another last moment."""
        if not is_elsewhere:
            self._kept[broadcast_id] = moment
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        self._stored.pop(broadcast_id, None)
        await self._store(broadcast_id, moment)

    def leave(self, broadcast_id: str) -> None:
        """Another process has it, and stores how it stands."""
        self._stored.pop(broadcast_id, None)

    def picture_of(self, broadcast_id: str) -> Picture | None:
        """How a broadcast that is over looked last; None too for one that this run has not seen end."""
        moment = self._kept.get(broadcast_id)
        return moment.picture if moment else None

    async def of(self, broadcast: Broadcast) -> LastMoment:
        """How it left its world; of one whose moment was not stored, or not kept, what its ideas tell."""
        if moment := self._kept.get(broadcast.id) or await self._history.last_moment(broadcast.id):
            return moment
        ideas = await self._history.applied_ideas(broadcast.id)
        return LastMoment(broadcast.prompt, tuple(idea.words for idea in ideas[-REMEMBERED:]))

    async def _store(self, broadcast_id: str, moment: LastMoment) -> None:
        try:
            await self._journal.save_last_moment(broadcast_id, moment, self._clock.now())
        except Exception as error:  # noqa: BLE001 - it is worth no broadcast: another round begins otherwise
            log.warning("how broadcast %s stands could not be stored: %s", broadcast_id, type(error).__name__)
