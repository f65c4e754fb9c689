"""From a stream's end to its posted recording."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import Self

from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotShownError, WorldError
from bot.broadcast.model import Stream
from bot.broadcast.ports import Journal, RecordingPoster, RecordingSource
from bot.broadcast.telling.backoff import Backoff
from bot.broadcast.telling.chores import Chores

log = logging.getLogger(__name__)

AT_ONCE = 4
"""Streams that are asked for at once: after a restart a thousand may be due."""
SHORTEST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 24 * 3600.0
SHARE_OF_AGE = 0.1
"""Between two questions for a stream this share of the time since its end passes: the older, the rarer."""
LONGEST_POST_PAUSE_S = 3600.0
"""Between two tries to post one."""
ARTIFACTS_GRACE_S = 20.0
"""How long to wait for preview and thumbnail once the video is there."""
GRACE_PAUSE_S = 5.0
FIRST_TROUBLE_S = 2.0
LONGEST_TROUBLE_S = 600.0
"""How long the service is left alone when it does not answer, or refuses to."""


@dataclass(slots=True)
class _Awaited:
    stream: Stream
    service_id: str
    pace: Backoff
    none_since: float | None = None
    """Since when the service has been saying that there is none."""
    video_since: float | None = None
    is_told: bool = False


class RecordingDesk:
    """Follows ended streams until their recordings are posted. An async context manager.

    That there is none yet is said only when the service has been saying so for `timeout_s`, and the recording
    is awaited all the same. What is still followed when the desk is left is not lost: which streams have no
    posted recording is stored, and they are followed again at the next start.
    """

    def __init__(
        self,
        source: RecordingSource,
        poster: RecordingPoster,
        journal: Journal,
        clock: Clock,
        *,
        timeout_s: float,
    ) -> None:
        self._source = source
        self._poster = poster
        self._journal = journal
        self._clock = clock
        self._timeout_s = timeout_s
        self._chores = Chores(
            clock,
            "recordings",
            at_once=AT_ONCE,
            longest_pause_s=LONGEST_POST_PAUSE_S,
            foreseen=(NotShownError,),
        )
        self._trouble = Backoff(FIRST_TROUBLE_S, LONGEST_TROUBLE_S)
        self._trouble_until = clock.steady()

    async def __aenter__(self) -> Self:
        await self._chores.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._chores.__aexit__()

    def follow(self, stream: Stream) -> None:
        """Has a stream's recording posted as soon as it is there. Of one that never began, there is none."""
        if stream.service_id is None:
            return
        ended_at = stream.ended_at or self._clock.now()
        age_s = max(0.0, (self._clock.now() - ended_at).total_seconds())
        first_s = max(SHORTEST_PAUSE_S, age_s * SHARE_OF_AGE)
        # Pauses that grow by a share of themselves are that share of all that has passed.
        pace = Backoff(first_s, LONGEST_PAUSE_S, growth=1 + SHARE_OF_AGE)
        awaited = _Awaited(stream, stream.service_id, pace)
        self._chores.put(stream.id, partial(self._attend, awaited))

    def hurry(self) -> None:
        """What could not be posted may be now: it is tried again at once."""
        self._chores.hurry()

    async def _attend(self, awaited: _Awaited) -> float | None:
        """Asks for a recording, and posts it if it is there; else gives the pause until the next question."""
        stream = awaited.stream
        now = self._clock.steady()
        if now < self._trouble_until:
            return self._trouble_until - now
        try:
            recording = await self._source.find(awaited.service_id)
        except WorldError as error:
            log.info("the recording of stream %s: %s", awaited.service_id, error.reason.value)
            return max(self._trouble_s(), awaited.pace.next_s())
        self._trouble.reset()
        pause_s = awaited.pace.next_s()
        now = self._clock.steady()
        if recording is None or not recording.has_video:
            awaited.none_since = now if awaited.none_since is None else awaited.none_since
            return await self._still_none(awaited, pause_s, since_s=now - awaited.none_since)
        awaited.video_since = now if awaited.video_since is None else awaited.video_since
        if not recording.is_complete and now - awaited.video_since < ARTIFACTS_GRACE_S:
            return min(pause_s, GRACE_PAUSE_S)
        await self._journal.save_recording(stream.id, recording)
        await self._poster.post_recording(stream, recording)
        return None

    async def _still_none(self, awaited: _Awaited, pause_s: float, *, since_s: float) -> float:
        if awaited.is_told:
            return pause_s
        if since_s < self._timeout_s:
            return min(pause_s, self._timeout_s - since_s)
        await self._poster.post_recording(awaited.stream, None)
        awaited.is_told = True
        return pause_s

    def _trouble_s(self) -> float:
        """How long from now the service is left alone; several questions at once meet the same trouble."""
        now = self._clock.steady()
        if now >= self._trouble_until:
            self._trouble_until = now + self._trouble.next_s()
        return self._trouble_until - now
