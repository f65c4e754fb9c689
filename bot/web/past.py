"""What is shown while nothing is on: a channel's last broadcast, and how it looked."""

import logging
from collections.abc import Awaitable, Callable
from typing import Protocol

from bot.broadcast.clock import Clock
from bot.broadcast.history import PastBroadcast
from bot.broadcast.model import Channel
from bot.broadcast.picture import Picture
from bot.web.asked_once import AskedOnce
from bot.web.recordings.fresh import TROUBLE_S
from bot.web.recordings.thumbnails import Thumbnails

log = logging.getLogger(__name__)

CHANNELS_LIMIT = 1000


class LastBroadcasts:
    """The newest broadcast of each channel that is over, as history knows it: read once, until it changes.

    And after `known_s` again: where another process runs it, the word that it is over may be missed.
    """

    def __init__(
        self, read: Callable[[Channel], Awaitable[PastBroadcast | None]], clock: Clock, *, known_s: float
    ) -> None:
        self._read = read
        self._known_s = known_s
        self._known = AskedOnce(self._ask, clock, limit=CHANNELS_LIMIT)

    async def of(self, channel: Channel) -> PastBroadcast | None:
        return await self._known.answer(channel)

    def changed(self, channel: Channel) -> None:
        """A broadcast is over there."""
        self._known.forget(channel)

    def renewed(self, broadcast_id: str) -> Channel | None:
        """Something about a broadcast is new; returns the channel if that changes what is known of it."""
        for channel, last in self._known:
            if last and last.broadcast.id == broadcast_id:
                self._known.forget(channel)
                return channel
        return None

    async def _ask(self, channel: Channel) -> tuple[PastBroadcast | None, float]:
        try:
            return await self._read(channel), self._known_s
        except Exception:  # the boundary of what was: a page shows what is on without it
            log.exception("the last broadcast of channel %s could not be read", channel.id)
            return None, TROUBLE_S


class StoredPictures(Protocol):
    """How broadcasts look, or looked, that run in other processes."""

    def is_known(self, broadcast_id: str) -> bool:
        """Whether it is known of one that is over that there is a picture of it."""
        ...

    async def of(self, broadcast_id: str) -> bytes | None:
        """A JPEG of some seconds ago."""
        ...


class NoStoredPictures:
    """Where all broadcasts run here."""

    def is_known(self, broadcast_id: str) -> bool:
        return False

    async def of(self, broadcast_id: str) -> bytes | None:
        return None


class LastPictures:
    """How broadcasts that are over looked: from memory, else as stored, else their recording's thumbnail."""

    def __init__(
        self, remembered: Callable[[str], Picture | None], stored: StoredPictures, thumbnails: Thumbnails
    ) -> None:
        self._remembered = remembered
        self._stored = stored
        self._thumbnails = thumbnails

    async def of(self, last: PastBroadcast) -> bytes | None:
        """A JPEG of a broadcast's end."""
        its_id = last.broadcast.id
        if picture := self._remembered(its_id):
            return picture.jpeg
        if self._stored.is_known(its_id) and (jpeg := await self._stored.of(its_id)):
            return jpeg
        return await self._thumbnails.of(last.newest.stream) if last.newest else None

    def is_known(self, last: PastBroadcast) -> bool:
        """Whether there is one, as far as is known without asking."""
        its_id = last.broadcast.id
        return bool(last.newest or self._remembered(its_id)) or self._stored.is_known(its_id)
