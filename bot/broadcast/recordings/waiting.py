"""Waiting for a recording: when the service is asked for it, and what its answer is worth."""

import logging
from dataclasses import dataclass

from bot.broadcast.clock import Clock
from bot.broadcast.errors import WorldError
from bot.broadcast.model import Recording, Stream
from bot.broadcast.ports import RecordingSource
from bot.broadcast.telling.backoff import Backoff

log = logging.getLogger(__name__)

AWAITED_FOR_S = 7 * 24 * 3600.0
"""From a stream's end. Nobody waits for what the service still does not have then."""
SHORTEST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 24 * 3600.0
LONGEST_PAUSE_AT_FIRST_S, AT_FIRST_S = 1.0, 180.0
"""In the first minutes, in which most come: whoever watches waits for it."""
SHARE_OF_AGE = 0.1
"""Between two questions for a stream this share of the time since its end passes: the older, the rarer."""
ARTIFACTS_GRACE_S = 20.0
"""How long to wait for preview and thumbnail once the video is there."""
GRACE_PAUSE_S = 5.0
FIRST_TROUBLE_S = 2.0
LONGEST_TROUBLE_S = 600.0
"""How long the service is left alone when it does not answer, or refuses to."""


@dataclass(slots=True)
class Awaited:
    """A stream whose recording is waited for, and how that has gone so far."""

    stream: Stream
    since: float
    """The steady moment of its stream's end."""
    until: float
    """The steady moment after which it is given up, should the service say that there is none."""
    none_since: float | None = None
    """Since when the service has been saying that there is none."""
    video_since: float | None = None


@dataclass(frozen=True, slots=True)
class NotYet:
    """There is nothing to post; to be asked again after a pause."""

    pause_s: float
    is_overdue: bool = False
    """The service has been saying for so long that there is none that people are to know."""
    is_given_up: bool = False
    """And nobody waits for it any more: it need not be asked again."""


class Waiting:
    """Asks for recordings. Trouble with the service is shared: whoever meets it spares all others.

    Only what the service says counts as "there is none", and only for as long as it has been saying so.
    """

    def __init__(self, source: RecordingSource, clock: Clock, *, timeout_s: float) -> None:
        self._source = source
        self._clock = clock
        self._timeout_s = timeout_s
        self._trouble = Backoff(FIRST_TROUBLE_S, LONGEST_TROUBLE_S)
        self._trouble_until = clock.steady()

    def begin(self, stream: Stream) -> Awaited:
        """From now on a stream's recording is waited for: `ask` until it is there."""
        ended_at = stream.ended_at or self._clock.now()
        age_s = max(0.0, (self._clock.now() - ended_at).total_seconds())
        since = self._clock.steady() - age_s
        return Awaited(stream, since, until=max(self._clock.steady(), since + AWAITED_FOR_S))

    async def ask(self, awaited: Awaited) -> Recording | NotYet:
        """The recording as soon as it is complete, or lacks for so long only what may never come."""
        now = self._clock.steady()
        if now < self._trouble_until:
            return NotYet(self._trouble_until - now)
        try:
            recording = await self._source.find(awaited.stream.shown_id)
        except WorldError as error:
            log.info("the recording of stream %s: %s", awaited.stream.shown_id, error.reason.value)
            return NotYet(max(self._trouble_s(), self._pause_s(awaited)))
        self._trouble.reset()
        pause_s = self._pause_s(awaited)
        now = self._clock.steady()
        if recording is None or not recording.has_video:
            awaited.none_since = now if awaited.none_since is None else awaited.none_since
            left_s = self._timeout_s - (now - awaited.none_since)
            if left_s > 0:
                return NotYet(min(pause_s, left_s))
            return NotYet(pause_s, is_overdue=True, is_given_up=now >= awaited.until)
        awaited.video_since = now if awaited.video_since is None else awaited.video_since
        if not recording.is_complete and now - awaited.video_since < ARTIFACTS_GRACE_S:
            return NotYet(min(pause_s, GRACE_PAUSE_S))
        return recording

    def _pause_s(self, awaited: Awaited) -> float:
        age_s = self._clock.steady() - awaited.since
        longest_s = LONGEST_PAUSE_AT_FIRST_S if age_s < AT_FIRST_S else LONGEST_PAUSE_S
        return min(max(SHORTEST_PAUSE_S, age_s * SHARE_OF_AGE), longest_s)

    def _trouble_s(self) -> float:
        """How long from now the service is left alone; several questions at once meet the same trouble."""
        now = self._clock.steady()
        if now >= self._trouble_until:
            self._trouble_until = now + self._trouble.next_s()
        return self._trouble_until - now
