"""What is shown while nothing is on: a channel's last broadcast, and how it looked."""

import logging
import math
from collections.abc import Awaitable, Callable

from bot.broadcast.clock import Clock
from bot.broadcast.history import PastBroadcast
from bot.broadcast.model import Channel, Stream
from bot.broadcast.picture import Picture
from bot.broadcast.recordings.links import is_link
from bot.web.asked_once import AskedOnce
from bot.web.recordings.fresh import TROUBLE_S, FetchRecording

log = logging.getLogger(__name__)

CHANNELS_LIMIT = 1000
PICTURES_LIMIT = 64
PICTURE_LIMIT_BYTES = 2**19

FetchFile = Callable[[str], Awaitable[bytes | None]]


class LastBroadcasts:
    """The newest broadcast of each channel that is over, as history knows it: read once, until it changes."""

    def __init__(self, read: Callable[[Channel], Awaitable[PastBroadcast | None]], clock: Clock) -> None:
        self._read = read
        self._known = AskedOnce(self._ask, clock, limit=CHANNELS_LIMIT)

    async def of(self, channel: Channel) -> PastBroadcast | None:
        return await self._known.answer(channel)

    def changed(self, channel: Channel) -> None:
        """A broadcast is over there."""
        self._known.forget(channel)

    def recorded(self, stream: Stream) -> Channel | None:
        """A stream's recording is there; returns the channel if that changes what is known of it."""
        for channel, last in self._known:
            if last and last.broadcast.id == stream.broadcast_id:
                self._known.forget(channel)
                return channel
        return None

    async def _ask(self, channel: Channel) -> tuple[PastBroadcast | None, float]:
        try:
            return await self._read(channel), math.inf
        except Exception:  # the boundary of what was: a page shows what is on without it
            log.exception("the last broadcast of channel %s could not be read", channel.id)
            return None, TROUBLE_S


class LastPictures:
    """How broadcasts that are over looked: from memory, else their recording's thumbnail."""

    def __init__(
        self,
        remembered: Callable[[str], Picture | None],
        fetch: FetchRecording,
        fetch_file: FetchFile,
        clock: Clock,
    ) -> None:
        self._remembered = remembered
        self._fetch = fetch
        self._fetch_file = fetch_file
        self._thumbnails = AskedOnce(self._ask, clock, limit=PICTURES_LIMIT)

    async def of(self, last: PastBroadcast) -> bytes | None:
        """A JPEG of a broadcast's end."""
        if picture := self._remembered(last.broadcast.id):
            return picture.jpeg
        return await self._thumbnails.answer(last.newest.stream) if last.newest else None

    def is_known(self, last: PastBroadcast) -> bool:
        """Whether there is one, as far as is known without asking."""
        return bool(last.newest or self._remembered(last.broadcast.id))

    async def _ask(self, stream: Stream) -> tuple[bytes | None, float]:
        try:
            recording = await self._fetch(stream)
            url = recording and recording.thumbnail_url
            jpeg = await self._fetch_file(url) if url and is_link(url) else None
        except Exception as error:  # noqa: BLE001 - the boundary of one picture; its URL in the text is a secret
            log.warning("the picture of stream %s: %s", stream.shown_id, type(error).__name__)
            jpeg = None
        return jpeg, math.inf if jpeg else TROUBLE_S
