"""From a stream's end to its posted recording."""

from __future__ import annotations

import asyncio
import logging
from typing import Self

from bot.broadcast.clock import Clock
from bot.broadcast.errors import WorldError
from bot.broadcast.model import Recording, Stream
from bot.broadcast.ports import Journal, RecordingPoster, RecordingSource

log = logging.getLogger(__name__)

FIRST_DELAY_S = 0.25
LONGEST_DELAY_S = 10.0
DELAY_GROWTH = 1.5
POST_RETRIES_S = (2.0, 10.0, 60.0, 300.0)
"""Pauses before posting is tried again."""
ARTIFACTS_GRACE_S = 20.0
"""How long to wait for preview and thumbnail once the video is there."""


class RecordingDesk:
    """Follows ended streams until their recordings are posted. An async context manager.

    What is still followed when it is left is not lost: at the next start, the streams without a post are
    followed again.
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
        self._tasks = asyncio.TaskGroup()
        self._following: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._following.values():
            task.cancel()
        # The group sees its own tasks' errors only: it would wrap the caller's in an ExceptionGroup.
        await self._tasks.__aexit__(None, None, None)

    def follow(self, stream: Stream) -> None:
        """Has a stream's recording posted as soon as it is there, or word that it did not come."""
        if stream.id not in self._following:
            task = self._tasks.create_task(self._follow(stream), name=f"recording {stream.id}")
            self._following[stream.id] = task
            task.add_done_callback(lambda _: self._following.pop(stream.id))

    async def _follow(self, stream: Stream) -> None:
        try:
            recording = await self._wait_for(stream.id)
            if recording:
                await self._journal.save_recording(recording)
            await self._post(stream, recording)
        except (
            Exception
        ):  # the boundary of one recording: it stays unposted, and is followed again at the next start
            log.exception("the recording of stream %s could not be posted", stream.id)

    async def _post(self, stream: Stream, recording: Recording | None) -> None:
        for delay_s in POST_RETRIES_S:
            try:
                await self._poster.post_recording(stream, recording)
            except Exception as error:  # noqa: BLE001 - whatever it was, it may pass
                log.warning("the recording of stream %s: %s", stream.id, type(error).__name__)
                await self._clock.sleep(delay_s)
            else:
                return
        await self._poster.post_recording(stream, recording)

    async def _wait_for(self, stream_id: str) -> Recording | None:
        """The recording once it is complete, or its video if the rest does not come; else None."""
        began_at = self._clock.steady()
        video_since: float | None = None
        found: Recording | None = None
        delay_s = FIRST_DELAY_S
        while True:
            try:
                found = await self._source.find(stream_id) or found
            except WorldError as error:
                log.info("the recording of stream %s: %s", stream_id, error.reason.value)
            waited_s = self._clock.steady() - began_at
            if found and found.has_video:
                video_since = waited_s if video_since is None else video_since
                if found.is_complete or waited_s - video_since >= ARTIFACTS_GRACE_S:
                    return found
            if waited_s >= self._timeout_s:
                return found if found and found.has_video else None
            await self._clock.sleep(delay_s)
            delay_s = min(delay_s * DELAY_GROWTH, LONGEST_DELAY_S)
