"""Decides what becomes of each encoded frame: every one decoded, keyframes only, or none until asked."""

import asyncio
import functools
import inspect
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from bot.odyssey.base.types import FrameHandler, VideoFrame, VideoStats
from bot.odyssey.video.frames import Decoder, EncodedFrame, LazyFrame
from bot.odyssey.video.parameter_sets import ParameterSets

log = logging.getLogger(__name__)

T = TypeVar("T")

MAX_WAITING_FRAMES = 100
MAX_GROUP_FRAMES = 600
MAX_GROUP_BYTES = 16 * 1024 * 1024
KEYFRAME_ASK_INTERVAL_S = 1.0
KEYFRAME_PATIENCE_S = 2.5
"""How long a snapshot that is due waits for a keyframe before one is asked for."""
SNAPSHOT_SLACK_S = 0.25
"""A keyframe that comes this much too early is taken: waiting for the next might double the interval."""
CLOSE_S = 0.5


class VideoReceiver:
    """Takes encoded frames on the event loop and feeds at most one handler.

    Without a handler nothing is decoded. With `snapshot_interval_s`, only keyframes are decoded, at most one
    in that many seconds; without it, every frame. A handler that is a plain function runs in a worker thread,
    an async one on the loop; while it runs, newer frames replace older ones, which are counted as dropped.
    The frames since the last keyframe are kept, encoded, so that `latest_frame` can decode them on demand.
    """

    def __init__(
        self,
        handler: FrameHandler | None,
        snapshot_interval_s: float | None,
        ask_for_keyframe: Callable[[], None],
    ) -> None:
        self._handler = handler
        self._snapshot_interval_s = snapshot_interval_s
        self._ask = ask_for_keyframe
        self._asked_at = 0.0
        self._received = self._keyframes = self._decoded = self._delivered = self._dropped = 0
        self._parameter_sets = ParameterSets()
        self._group: list[EncodedFrame] = []
        self._group_bytes = 0
        self._group_is_whole = False
        self._waiting: deque[EncodedFrame] = deque()
        self._in_order = False
        self._next_snapshot_at = 0.0
        self._wake = asyncio.Event()
        self._decoder = Decoder()
        self._executor: ThreadPoolExecutor | None = None
        self._job: Future[Any] | None = None
        self._pump: asyncio.Task[None] | None = None
        self._closed = False
        if handler is not None:
            self._pump = asyncio.create_task(self._run(handler), name="odyssey-video")

    @property
    def stats(self) -> VideoStats:
        return VideoStats(self._received, self._keyframes, self._decoded, self._delivered, self._dropped)

    def expect(self, parameter_sets: Iterable[bytes]) -> None:
        """Learns parameter sets of H.264 that may not come with the frames."""
        self._parameter_sets.expect(parameter_sets)

    def on_frame(self, frame: EncodedFrame) -> None:
        """Takes one encoded frame; never blocks."""
        if self._closed:
            return
        frame = self._parameter_sets.completed(frame)
        keyframe = frame.is_keyframe
        self._received += 1
        self._keyframes += keyframe
        self._keep(frame, keyframe)
        if self._handler is None:
            return
        if self._snapshot_interval_s is None:
            self._queue(frame, keyframe)
        else:
            self._maybe_snapshot(frame, keyframe, self._snapshot_interval_s)

    def on_broken(self) -> None:
        """Packets were lost for good: what follows is of no use before the next keyframe."""
        self._group_is_whole = False
        self._in_order = False
        self._ask_for_keyframe()

    async def latest_frame(self) -> VideoFrame | None:
        """The newest picture, decoded now from the last keyframe on; None when no keyframe has come yet."""
        group = list(self._group)
        if not group:
            return None
        newest, count = await asyncio.to_thread(Decoder().decode, group, flush=True)
        self._decoded += count
        return LazyFrame(newest) if newest else None

    async def close(self) -> None:
        """Stops decoding. A handler that holds its thread is left to finish alone, after a moment."""
        self._closed = True
        self._group.clear()
        self._waiting.clear()
        self._handler = None
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.wait({self._pump})
            self._pump = None  # it was cancelled, and its error holds this receiver
        if self._executor is None or self._job is None:
            return
        finished = asyncio.wrap_future(self._job)
        try:
            await asyncio.wait({finished}, timeout=CLOSE_S)
            if not finished.done():
                log.warning("A video frame is still being decoded or handled; its thread ends with it.")
        finally:
            finished.cancel()
            self._executor.shutdown(wait=self._job.done(), cancel_futures=True)

    def _keep(self, frame: EncodedFrame, keyframe: bool) -> None:
        """Keeps the frames since the last keyframe, as far as they can be decoded."""
        if keyframe:
            self._group.clear()
            self._group_bytes = 0
            self._group_is_whole = True
        elif not self._group_is_whole:
            self._ask_for_keyframe()
            return
        self._group.append(frame)
        self._group_bytes += frame.size_bytes
        if len(self._group) > MAX_GROUP_FRAMES or self._group_bytes > MAX_GROUP_BYTES:
            self._group.clear()
            self._group_is_whole = False
        if len(self._group) > MAX_GROUP_FRAMES // 2 or not self._group_is_whole:
            self._ask_for_keyframe()

    def _queue(self, frame: EncodedFrame, keyframe: bool) -> None:
        if keyframe:
            self._in_order = True
        if not self._in_order:
            return
        if len(self._waiting) >= MAX_WAITING_FRAMES:
            self._dropped += len(self._waiting) + 1
            self._waiting.clear()
            self._in_order = False
            self._ask_for_keyframe()
            return
        self._waiting.append(frame)
        self._wake.set()

    def _maybe_snapshot(self, frame: EncodedFrame, keyframe: bool, interval_s: float) -> None:
        now = time.monotonic()
        if now < self._next_snapshot_at:
            return
        if not keyframe:
            if now > self._next_snapshot_at + min(interval_s, KEYFRAME_PATIENCE_S):
                self._ask_for_keyframe()
            return
        self._dropped += len(self._waiting)
        self._waiting.clear()
        self._waiting.append(frame)
        self._next_snapshot_at = now + interval_s - min(SNAPSHOT_SLACK_S, interval_s / 10)
        self._wake.set()

    async def _run(self, handler: FrameHandler) -> None:
        """Decodes what is waiting, hands over the newest picture, and so on."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch = list(self._waiting)
            self._waiting.clear()
            if batch:
                await self._decode_and_deliver(batch, handler)

    async def _decode_and_deliver(self, batch: list[EncodedFrame], handler: FrameHandler) -> None:
        # A method of its own, so that no picture is held while waiting for the next.
        snapshots = self._snapshot_interval_s is not None
        errors = self._decoder.errors
        # What is rare is done in a thread of the loop's: to start one for it would hold up the loop.
        run = asyncio.to_thread if snapshots else self._in_thread
        newest, count = await run(functools.partial(self._decoder.decode, batch, flush=snapshots))
        if self._decoder.errors > errors:
            self._ask_for_keyframe()
        if newest is None:
            return
        self._decoded += count
        self._dropped += count - 1
        self._delivered += 1
        frame = LazyFrame(newest)
        try:
            if inspect.iscoroutinefunction(handler):
                await handler(frame)
                return
            result = await self._in_thread(functools.partial(handler, frame))
            if inspect.isawaitable(result):
                await result
        except Exception:  # the user's code: it may raise anything, and the video goes on
            log.exception("The video frame handler raised.")

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="odyssey-video")
        self._job = job = self._executor.submit(work)
        return await asyncio.wrap_future(job)

    def _ask_for_keyframe(self) -> None:
        now = time.monotonic()
        if now - self._asked_at >= KEYFRAME_ASK_INTERVAL_S:
            self._asked_at = now
            self._ask()
