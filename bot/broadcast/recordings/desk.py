"""The way of a recording, from its stream's end: waited for, kept, shown in its broadcast's post."""

from functools import partial
from typing import Self

from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotShownError, NotStoredError, WorldError
from bot.broadcast.model import Recording, Stream
from bot.broadcast.ports import Journal, RecordingHistory, RecordingKeeper, RecordingPoster, RecordingSource
from bot.broadcast.recordings.posting import Posting
from bot.broadcast.recordings.waiting import Awaited, NotYet, Waiting
from bot.broadcast.telling.chores import Chores
from bot.broadcast.telling.listeners import Listeners

AT_ONCE = 4
"""Recordings and posts that are attended to at once: after a restart a thousand may be due."""
LONGEST_POST_PAUSE_S = 3600.0
"""Between two tries to keep a recording, or to post."""
POST_GAP_S = 5.0
"""Between two changes of one post: what comes meanwhile is shown together."""


class RecordingDesk:
    """Follows streams as they end, until the post of their broadcast shows all. An async context manager.

    A broadcast has one post. It is made when the first recording is there, grows while the broadcast runs,
    stream by stream, and says at the end what there is in all. Whoever runs a broadcast says

        desk.follow(stream)            of each stream that has ended, once that is stored
        desk.finish(broadcast.id)      of the broadcast, once its end is stored, after its last stream

    Both return at once, never raise, and may be said again. A stream that never began leaves no trace.

    That there is no recording yet is said only of a broadcast that is over, when the service has been saying
    so for `timeout_s`, and it is awaited all the same. What is still followed when the desk is left is not
    lost: which streams have no recording, and which broadcasts no complete post, is stored, and both are
    said again at the next start.
    """

    def __init__(
        self,
        source: RecordingSource,
        keeper: RecordingKeeper,
        poster: RecordingPoster,
        history: RecordingHistory,
        clock: Clock,
        *,
        timeout_s: float,
    ) -> None:
        self.recorded: Listeners[Stream] = Listeners()
        """Told of each stream of which the history knows the recording from now on."""
        self._source = source
        self._waiting = Waiting(source, clock, timeout_s=timeout_s)
        self._keeper = keeper
        self._posting = Posting(history, poster, self.fetch, clock)
        self._chores = Chores(
            clock,
            "recordings",
            at_once=AT_ONCE,
            longest_pause_s=LONGEST_POST_PAUSE_S,
            foreseen=(NotShownError, NotStoredError, WorldError),
        )

    async def __aenter__(self) -> Self:
        await self._chores.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._chores.__aexit__()

    def follow(self, stream: Stream) -> None:
        """A stream has ended: its recording is shown as soon as it is there."""
        if stream.has_begun:
            self._chores.put(f"stream {stream.id}", partial(self._attend, self._waiting.begin(stream)))

    def finish(self, broadcast_id: str) -> None:
        """A broadcast is over: its post says so, as soon as there is one."""
        self._look_at(broadcast_id)

    def hurry(self) -> None:
        """What could not be posted may be now: it is tried again at once."""
        self._chores.hurry()

    async def fetch(self, stream: Stream) -> Recording | None:
        """A past stream's recording, kept, as it is shown; None without a video. Raises `WorldError`."""
        recording = await self._source.find(stream.shown_id)
        return await self._keeper.keep(stream, recording) if recording and recording.has_video else None

    async def _attend(self, awaited: Awaited) -> float | None:
        """Takes a recording up to its broadcast's post, or gives the pause until the next try.

        Each try begins with the question, since the links of an earlier answer may have died meanwhile.
        """
        stream = awaited.stream
        answer = await self._waiting.ask(awaited)
        if isinstance(answer, NotYet):
            if answer.is_overdue and self._posting.misses(stream):
                self._look_at(stream.broadcast_id)
            return answer.pause_s
        self._posting.has_found(stream, await self._keeper.keep(stream, answer))
        self.recorded.tell(stream)
        self._look_at(stream.broadcast_id)
        return None

    def _look_at(self, broadcast_id: str) -> None:
        """Something is new that the post of a broadcast may have to show."""
        self._chores.repeat(f"post {broadcast_id}", partial(self._post, broadcast_id))

    async def _post(self, broadcast_id: str) -> float | None:
        """Brings a post up to date, and looks again after a while, unless it was so."""
        return POST_GAP_S if await self._posting.bring_up_to_date(broadcast_id) else None


class JournalKeeper:
    """The domain's `RecordingKeeper` without an archive: facts are kept, no files, so the links stay."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def keep(self, stream: Stream, recording: Recording) -> Recording:
        await self._journal.save_recording(stream.id, recording)
        return recording
