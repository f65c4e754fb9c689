"""Waiting for a recording: when the service is asked for it, and what its answer is worth."""

import logging
from dataclasses import dataclass, field

from bot.broadcast.clock import Clock
from bot.broadcast.errors import WorldError
from bot.broadcast.model import Recording, Stream
from bot.broadcast.ports import RecordingSource
from bot.broadcast.states import Reason
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
    """Asks for recordings. Trouble with an account is shared: whoever meets it spares all its others.

    Only what the service says counts as "there is none", and only for as long as it has been saying so.
    """

    def __init__(self, source: RecordingSource, clock: Clock, *, timeout_s: float) -> None:
        self._source = source
        self._clock = clock
        self._timeout_s = timeout_s
        self._troubles: dict[str | None, _Trouble] = {}
        """By account: one server's refused key is no trouble of the others."""

    def begin(self, stream: Stream) -> Awaited:
        """From now on a stream's recording is waited for: `ask` until it is there."""
        ended_at = stream.ended_at or self._clock.now()
        age_s = max(0.0, (self._clock.now() - ended_at).total_seconds())
        since = self._clock.steady() - age_s
        return Awaited(stream, since, until=max(self._clock.steady(), since + AWAITED_FOR_S))

    async def ask(self, awaited: Awaited) -> Recording | NotYet:
        """The recording as soon as it is complete, or lacks for so long only what may never come."""
        now, account_id = self._clock.steady(), awaited.stream.account_id
        trouble = self._troubles.get(account_id)
        if trouble and now < trouble.until:
            return NotYet(trouble.until - now)
        try:
            recording = await self._source.find(awaited.stream)
        except WorldError as error:
            log.info("the recording of stream %s: %s", awaited.stream.shown_id, error.reason.value)
            if error.reason is Reason.KEY_GONE or self._is_hopeless(awaited, error):
                return NotYet(0.0, is_overdue=True, is_given_up=True)
            return NotYet(max(self._trouble_s(account_id), self._pause_s(awaited)))
        self._troubles.pop(account_id, None)
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

    def _is_hopeless(self, awaited: Awaited, error: WorldError) -> bool:
        """A server's own key is refused, and has been for as long as anybody waits."""
        is_refused = awaited.stream.account_id is not None and error.reason is Reason.BAD_KEY
        return is_refused and self._clock.steady() >= awaited.until

    def _trouble_s(self, account_id: str | None) -> float:
        """How long from now an account is left alone; several questions at once meet the same trouble."""
        now = self._clock.steady()
        trouble = self._troubles.setdefault(account_id, _Trouble(now))
        if now >= trouble.until:
            trouble.until = now + trouble.pauses.next_s()
        return trouble.until - now


@dataclass(slots=True)
class _Trouble:
    """An account that does not answer, or refuses to: until which steady moment it is left alone."""

    until: float
    pauses: Backoff = field(default_factory=lambda: Backoff(FIRST_TROUBLE_S, LONGEST_TROUBLE_S))
