"""Timelines of broadcasts, made of what is stored and of the events logs, which are read once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Protocol

from bot.broadcast.errors import WorldError
from bot.broadcast.history import PastBroadcast
from bot.broadcast.kept_files import FileKind, KeptFile
from bot.broadcast.model import Recording, Stream, Suggestion
from bot.broadcast.recordings.archive import ArchiveError
from bot.broadcast.recordings.events import LoggedInteraction, read_interactions
from bot.broadcast.recordings.links import is_link
from bot.broadcast.recordings.timeline import Timeline, timeline_of

log = logging.getLogger(__name__)

AT_ONCE = 4
LOGS_KEPT = 512
"""Of so many streams what the log says is remembered; the oldest goes first."""
LOGS_READ = 64
"""Of one broadcast: of those that are longer the newest streams'. For the others our own times do."""


class SentSuggestions(Protocol):
    """What is known of suggestions."""

    async def sent_suggestions(self, broadcast_id: str) -> list[Suggestion]:
        """As `FullHistory` has it."""


ReadFile = Callable[[KeptFile], AsyncIterator[bytes]]
"""Reads what is kept. Raises `ArchiveError`."""
FetchRecording = Callable[[Stream], Awaitable[Recording | None]]
FetchFile = Callable[[str], Awaitable[bytes | None]]
Offsets = Callable[[str], Awaitable[Mapping[str, float]]]
"""Where in a broadcast's film its streams begin, in seconds, by their own IDs; nothing without a film."""


class Timelines:
    """`fetch` and `fetch_file` are for logs that are not kept: the service has them."""

    def __init__(
        self,
        history: SentSuggestions,
        read: ReadFile,
        fetch: FetchRecording,
        fetch_file: FetchFile,
        offsets: Offsets,
    ) -> None:
        self._history = history
        self._read = read
        self._fetch = fetch
        self._fetch_file = fetch_file
        self._offsets = offsets
        self._logs: dict[str, list[LoggedInteraction]] = {}
        self._reading = asyncio.Semaphore(AT_ONCE)

    async def of(self, past: PastBroadcast) -> Timeline:
        """A broadcast's, as far as it can be known: without a log our own times do."""
        recorded = past.recorded[-LOGS_READ:]
        logs = await asyncio.gather(*(self._log_of(past, each.stream) for each in recorded))
        sent, offsets = await asyncio.gather(
            self._history.sent_suggestions(past.broadcast.id), self._offsets(past.broadcast.id)
        )
        known = {each.stream.id: of_it for each, of_it in zip(recorded, logs, strict=True)}
        return timeline_of(past, sent, known, offsets)

    async def _log_of(self, past: PastBroadcast, stream: Stream) -> list[LoggedInteraction]:
        if stream.id in self._logs:
            return self._logs[stream.id]
        async with self._reading:
            try:
                found = await self._read_log(past.file(FileKind.EVENTS, stream), stream)
            except (ArchiveError, WorldError) as error:
                log.info("the events of stream %s: %s", stream.shown_id, error)
                return []
        if found is None:
            return []
        self._logs[stream.id] = found
        if len(self._logs) > LOGS_KEPT:
            del self._logs[next(iter(self._logs))]
        return found

    async def _read_log(self, kept: KeptFile | None, stream: Stream) -> list[LoggedInteraction] | None:
        if kept:
            return await read_interactions(self._read(kept))
        recording = await self._fetch(stream)
        url = recording and recording.events_url
        content = await self._fetch_file(url) if url and is_link(url) else None
        return None if content is None else await read_interactions(_in_one(content))


async def _in_one(content: bytes) -> AsyncIterator[bytes]:
    yield content
