"""Fresh links to what the service has of a recording."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.broadcast.clock import Clock
from bot.broadcast.errors import WorldError
from bot.broadcast.kept_files import FileKind
from bot.broadcast.model import Recording, Stream
from bot.broadcast.recordings.links import expires_at, is_link
from bot.web.asked_once import AskedOnce

log = logging.getLogger(__name__)

STREAMS_LIMIT = 1000
BEFORE_ITS_END = timedelta(minutes=5)
"""So long before its end a link is given to nobody any more: a film has to be played with it."""
TROUBLE_S = 10.0
"""For so long nobody asks again for what could not be had."""

FetchRecording = Callable[[Stream], Awaitable[Recording | None]]


class FreshLinks:
    """Each stream is asked for once, and its links are given away until shortly before the first one ends."""

    def __init__(self, fetch: FetchRecording, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._links = AskedOnce(self._ask, clock, limit=STREAMS_LIMIT)

    async def link(self, stream: Stream, kind: FileKind = FileKind.VIDEO) -> str | None:
        """Where an artifact of a stream is; None while that cannot be had."""
        return (await self._links.answer(stream)).get(kind)

    async def _ask(self, stream: Stream) -> tuple[dict[FileKind, str], float]:
        try:
            recording = await self._fetch(stream)
        except WorldError as error:
            log.warning("the recording of stream %s: %s", stream.shown_id, error.reason.value)
            recording = None
        links = _links_of(recording) if recording else {}
        if not recording or FileKind.VIDEO not in links:
            return {}, TROUBLE_S
        end = min(expires_at(url, recording.fetched_at) for url in links.values())
        lifetime = end - self._clock.now()
        return links, max(lifetime - BEFORE_ITS_END, lifetime / 2).total_seconds()


def _links_of(recording: Recording) -> dict[FileKind, str]:
    urls = {
        FileKind.VIDEO: recording.video_url,
        FileKind.PREVIEW: recording.preview_url,
        FileKind.THUMBNAIL: recording.thumbnail_url,
        FileKind.EVENTS: recording.events_url,
    }
    return {kind: url for kind, url in urls.items() if url and is_link(url)}
