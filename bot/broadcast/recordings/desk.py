"""The way of a recording, from its stream's end: waited for, kept, posted."""

from __future__ import annotations

from functools import partial
from typing import Self

from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotShownError
from bot.broadcast.model import Recording, Stream
from bot.broadcast.ports import RecordingKeeper, RecordingPoster, RecordingSource
from bot.broadcast.recordings.posting import Posting
from bot.broadcast.recordings.waiting import Awaited, NotYet, Waiting
from bot.broadcast.telling.chores import Chores

AT_ONCE = 4
"""Streams that are asked for at once: after a restart a thousand may be due."""
LONGEST_POST_PAUSE_S = 3600.0
"""Between two tries to keep and post one."""


class RecordingDesk:
    """Follows ended streams until their recordings are posted. An async context manager.

    That there is none yet is said only when the service has been saying so for `timeout_s`, and the recording
    is awaited all the same. What is still followed when the desk is left is not lost: which streams have no
    posted recording is stored, and they are followed again at the next start.
    """

    def __init__(
        self,
        source: RecordingSource,
        keeper: RecordingKeeper,
        poster: RecordingPoster,
        clock: Clock,
        *,
        timeout_s: float,
    ) -> None:
        self._source = source
        self._waiting = Waiting(source, clock, timeout_s=timeout_s)
        self._keeper = keeper
        self._posting = Posting(poster)
        self._chores = Chores(
            clock,
            "recordings",
            at_once=AT_ONCE,
            longest_pause_s=LONGEST_POST_PAUSE_S,
            foreseen=(NotShownError,),
        )

    async def __aenter__(self) -> Self:
        await self._chores.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._chores.__aexit__()

    def follow(self, stream: Stream) -> None:
        """Has a stream's recording posted as soon as it is there. Of one that never began, there is none."""
        if stream.has_begun:
            self._chores.put(stream.id, partial(self._attend, self._waiting.begin(stream)))

    def hurry(self) -> None:
        """What could not be posted may be now: it is tried again at once."""
        self._chores.hurry()

    async def fetch(self, stream: Stream) -> Recording | None:
        """A past stream's recording, kept, as it is shown; None without a video. Raises `WorldError`."""
        recording = await self._source.find(stream.shown_id)
        return await self._keeper.keep(stream, recording) if recording and recording.has_video else None

    async def _attend(self, awaited: Awaited) -> float | None:
        """Takes a recording all the way, or gives the pause until the next try.

        Each try begins with the question, since the links of an earlier answer may have died meanwhile.
        """
        stream = awaited.stream
        answer = await self._waiting.ask(awaited)
        if isinstance(answer, NotYet):
            if answer.is_overdue:
                await self._posting.say_none(stream)
            return answer.pause_s
        await self._posting.post(stream, await self._keeper.keep(stream, answer))
        return None
