"""The way of a recording, from its stream's end: waited for, kept, shown in its broadcast's post."""

import logging
from typing import Self

from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotShownError, NotStoredError, WorldError
from bot.broadcast.model import Recording, Stream
from bot.broadcast.ports import Journal, RecordingHistory, RecordingKeeper, RecordingPoster, RecordingSource
from bot.broadcast.recordings.posting import Linked, Posting, without_link
from bot.broadcast.recordings.waiting import Awaited, NotYet, Waiting
from bot.broadcast.telling.errand import Errand, Kind
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox

log = logging.getLogger(__name__)

AT_ONCE = 4
"""Recordings and posts that are attended to at once: after a restart a thousand may be due."""
LONGEST_POST_PAUSE_S = 3600.0
"""Between two tries to keep a recording, or to post."""
POST_GAP_S = 5.0
"""Between two changes of one post: what comes meanwhile is shown together."""


class RecordingDesk:
    """Runs the outbox's errands of recordings: from a stream's end until its broadcast's post shows all.

    A broadcast has one post. It is made when the first recording is there, grows while the broadcast runs,
    stream by stream, and says at the end what there is in all. Of each stream that has ended and of each
    broadcast that is over an errand is stored with that (`telling/errand.py`), and so it is when a recording
    is there: whatever is cut off is taken up at the next start. An async context manager.

    That there is no recording yet is said only of a broadcast that is over, when the service has been saying
    so for `timeout_s`. It is awaited all the same, for a week.
    """

    def __init__(
        self,
        outbox: Outbox,
        source: RecordingSource,
        keeper: RecordingKeeper,
        poster: RecordingPoster,
        history: RecordingHistory,
        clock: Clock,
        *,
        timeout_s: float,
        linked: Linked = without_link,
    ) -> None:
        self.recorded: Listeners[Stream] = Listeners()
        """Told of each stream of which the history knows the recording from now on."""
        self._outbox = outbox
        self._source = source
        self._history = history
        self._clock = clock
        self._waiting = Waiting(source, clock, timeout_s=timeout_s)
        self._awaited: dict[str, Awaited] = {}
        self._keeper = keeper
        self._posting = Posting(history, poster, self.fetch, clock, linked)

    async def __aenter__(self) -> Self:
        for kind, deliver in ((Kind.RECORDING, self._attend), (Kind.RECORDINGS, self._post)):
            await self._outbox.open(
                kind,
                deliver,
                at_once=AT_ONCE,
                longest_pause_s=LONGEST_POST_PAUSE_S,
                foreseen=(NotShownError, NotStoredError, WorldError),
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        for kind in (Kind.RECORDING, Kind.RECORDINGS):
            await self._outbox.close(kind)

    async def fetch(self, stream: Stream) -> Recording | None:
        """A past stream's recording, kept, as it is shown; None without a video. Raises `WorldError`."""
        recording = await self._source.find(stream)
        return await self._keeper.keep(stream, recording) if recording and recording.has_video else None

    async def redraw(self, broadcast_id: str) -> None:
        """Has the post of a broadcast show how things stand now. Raises `NotShownError` and `WorldError`.

        Returns when it does, or when there is none.
        """
        if await self._history.recording_post(broadcast_id):
            await self._posting.bring_up_to_date(broadcast_id)

    async def _attend(self, errand: Errand) -> float | None:
        """Takes a recording up to its broadcast's post, or gives the pause until the next try.

        Each try begins with the question, since the links of an earlier answer may have died meanwhile.
        """
        awaited = self._awaited.get(errand.subject_id) or await self._begin(errand)
        if awaited is None:
            return None
        stream = awaited.stream
        answer = await self._waiting.ask(awaited)
        if isinstance(answer, NotYet):
            if answer.is_overdue and self._posting.misses(stream):
                self.look_at(stream.broadcast_id)
            if not answer.is_given_up:
                return answer.pause_s
            log.info("the recording of stream %s never came: it is given up", stream.shown_id)
            await self._keeper.give_up(stream)
        else:
            self._posting.has_found(stream, await self._keeper.keep(stream, answer))
            self.recorded.tell(stream)
        self._awaited.pop(stream.id, None)  # it may have been let go to another process meanwhile
        return None

    async def _begin(self, errand: Errand) -> Awaited | None:
        at_hand = errand.about
        stream = at_hand if isinstance(at_hand, Stream) else await self._history.stream(errand.subject_id)
        if stream is None:
            return None
        awaited = self._awaited[stream.id] = self._waiting.begin(stream)
        return awaited

    def look_at(self, broadcast_id: str) -> None:
        """Something is new that the post of a broadcast may have to show: its link, say, or a film."""
        self._outbox.add(Errand(Kind.RECORDINGS, broadcast_id, self._clock.now(), broadcast_id))

    async def _post(self, errand: Errand) -> float | None:
        """Brings a post up to date, and looks again after a while, unless it was so."""
        return POST_GAP_S if await self._posting.bring_up_to_date(errand.subject_id) else None


class JournalKeeper:
    """The domain's `RecordingKeeper` without an archive: facts are kept, no files, so the links stay."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def keep(self, stream: Stream, recording: Recording) -> Recording:
        await self._journal.save_recording(stream, recording)
        return recording

    async def give_up(self, stream: Stream) -> None:
        """There is nothing to keep."""
