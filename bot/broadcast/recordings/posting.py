"""A broadcast's recording post, brought up to date: what it is to show is read anew each time."""

from collections.abc import Awaitable, Callable

from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotShownError, WorldError
from bot.broadcast.history import PastBroadcast
from bot.broadcast.model import Recording, Stream
from bot.broadcast.ports import RecordingHistory, RecordingPoster
from bot.broadcast.states import Reason

LINKS_ARE_FRESH_S = 60.0
"""For so long the links of a recording that was found are posted without asking for newer ones."""

Fetch = Callable[[Stream], Awaitable[Recording | None]]
Linked = Callable[[PastBroadcast], Awaitable[PastBroadcast]]
"""Gives a broadcast its link, if there is one that could be followed."""


async def without_link(past: PastBroadcast) -> PastBroadcast:
    """Where there are no pages."""
    return past


class Posting:
    """Has the post of a broadcast show what there is to show. Raises `NotShownError` and `WorldError`."""

    def __init__(
        self,
        history: RecordingHistory,
        poster: RecordingPoster,
        fetch: Fetch,
        clock: Clock,
        linked: Linked,
    ) -> None:
        self._linked = linked
        self._history = history
        self._poster = poster
        self._fetch = fetch
        self._clock = clock
        self._found: dict[str, tuple[Recording, float]] = {}
        """By stream: its recording, and the steady moment in which it was found."""
        self._missing: set[str] = set()
        """The streams of which the service has been saying for long that they have no recording."""

    def has_found(self, stream: Stream, recording: Recording) -> None:
        """A stream's recording is there, and kept."""
        self._found[stream.id] = recording, self._clock.steady()
        self._missing.discard(stream.id)

    def misses(self, stream: Stream) -> bool:
        """A stream has no recording yet, and people are to know; whether that is new."""
        is_new = stream.id not in self._missing
        self._missing.add(stream.id)
        return is_new

    async def bring_up_to_date(self, broadcast_id: str) -> bool:
        """Has a broadcast's recordings shown as they are known, if they are not; whether it was so."""
        past = await self._history.past_broadcast(broadcast_id)
        if past is None or not (past.recorded or self._has_none(past)):
            return False
        past = await self._linked(past)
        is_new = not past.is_shown_by(await self._history.recording_post(broadcast_id))
        if is_new:
            await self._poster.post_recordings(past, await self._recording_of(past))
        for each in past.recorded:  # also what was stored, and so shown, before it was told here
            self._found.pop(each.stream.id, None)
        return is_new

    def _has_none(self, past: PastBroadcast) -> bool:
        """Whether a broadcast is over and the service has nothing of any of its streams."""
        streams = [each.stream.id for each in past.streams]
        return past.is_over and bool(streams) and self._missing.issuperset(streams)

    async def _recording_of(self, past: PastBroadcast) -> Recording | None:
        newest = past.newest
        if newest is None:
            return None
        recording, found_at = self._found.pop(newest.stream.id, (None, 0.0))
        if recording and self._clock.steady() - found_at <= LINKS_ARE_FRESH_S:
            return recording
        # What was there is gone at the service, perhaps: then what is known of it is shown without links.
        try:
            fetched = await self._fetch(newest.stream)
        except WorldError as error:
            if past.film is None and error.reason is not Reason.KEY_GONE:
                raise
            fetched = None  # what is kept is shown without the service
        return fetched or Recording(self._clock.now())


class CurrentPoster:
    """Has recordings posted by whoever does that now: Discord comes and goes, the desk stays."""

    def __init__(self) -> None:
        self.poster: RecordingPoster | None = None
        """None while nobody is there to post."""

    async def post_recordings(self, past: PastBroadcast, newest: Recording | None) -> None:
        if self.poster is None:
            raise NotShownError("nobody posts recordings now")
        await self.poster.post_recordings(past, newest)
