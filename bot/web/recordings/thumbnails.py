"""Small pictures of recordings, passed on by ourselves: a page may show no picture of another address."""

import logging
import math
from collections.abc import Awaitable, Callable

from bot.broadcast.clock import Clock
from bot.broadcast.model import Stream
from bot.broadcast.recordings.links import is_link
from bot.web.asked_once import AskedOnce
from bot.web.recordings.fresh import TROUBLE_S, FetchRecording

log = logging.getLogger(__name__)

PICTURES_LIMIT = 64
PICTURE_LIMIT_BYTES = 2**19

FetchFile = Callable[[str], Awaitable[bytes | None]]


class Thumbnails:
    """Each is asked of the service once, and remembered."""

    def __init__(self, fetch: FetchRecording, fetch_file: FetchFile, clock: Clock) -> None:
        self._fetch = fetch
        self._fetch_file = fetch_file
        self._known = AskedOnce(self._ask, clock, limit=PICTURES_LIMIT)

    async def of(self, stream: Stream) -> bytes | None:
        """A JPEG of a stream that is recorded; None while that cannot be had."""
        return await self._known.answer(stream)

    async def _ask(self, stream: Stream) -> tuple[bytes | None, float]:
        try:
            recording = await self._fetch(stream)
            url = recording and recording.thumbnail_url
            jpeg = await self._fetch_file(url) if url and is_link(url) else None
        except Exception as error:  # noqa: BLE001 - the boundary of one picture; its URL in the text is a secret
            log.warning("the picture of stream %s: %s", stream.shown_id, type(error).__name__)
            jpeg = None
        return jpeg, math.inf if jpeg else TROUBLE_S
