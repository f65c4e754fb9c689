"""One live stream: paces a take at 20 frames a second and shows it to whoever watches."""

import asyncio
import functools
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from bot.local.odyssey.media.clock import FrameClock
from bot.local.odyssey.media.feed import Feed
from bot.local.odyssey.media.hls import HlsWindow
from bot.local.odyssey.media.take import Take
from bot.local.odyssey.recordings import Recording, RecordingShelf
from bot.local.odyssey.world.scene import Scene
from bot.local.odyssey.world.sets import Set

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class LiveStream:
    """Runs from `start` to `end`. Drawing and encoding happen in threads of its own."""

    def __init__(
        self,
        scene: Scene,
        recording: Recording,
        shelf: RecordingShelf,
        take: Take,
        clock: FrameClock,
        on_closed: Callable[[], None],
    ) -> None:
        """`on_closed` is called when the stream has ended and its recording is complete."""
        self.recording = recording
        self.feed = Feed()
        self.scene = scene
        self.first_frame = asyncio.Event()  # it is on its way to who watches
        self.first_segment = asyncio.Event()  # of HLS
        self.started_at_s = asyncio.get_running_loop().time()
        self._shelf = shelf
        self._take = take
        self._on_closed = on_closed
        self._clock = clock
        self._events = recording.events
        self._painting: asyncio.Future[Set] | None = None
        # Two threads: one shoots frames, the other paints the next set meanwhile.
        self._threads = ThreadPoolExecutor(2, thread_name_prefix=f"stream-{recording.stream_id[:8]}")
        self._life: asyncio.Task[None] | None = None
        self._frames_stopped = asyncio.Event()
        self._end_reason: str | None = None

    @property
    def stream_id(self) -> str:
        """The ID that clients know the stream and its recording by."""
        return self.recording.stream_id

    @property
    def hls(self) -> HlsWindow | None:
        """The stream's HLS segments, if it is a broadcast."""
        return self._take.hls

    @property
    def is_live(self) -> bool:
        """Whether frames are being made."""
        return self._life is not None and not self._frames_stopped.is_set()

    def start(self, on_broken: Callable[[], None], **facts: object) -> None:
        """Begin. `on_broken` is called if the frames fail; `facts` go into the event log."""
        self._events.add("stream_started", timestamp_ms=0, stream_id=self.stream_id, **facts)
        self._life = asyncio.create_task(self._live(on_broken), name=f"stream {self.stream_id}")

    def change(self, scene: Scene, prompt: str, applied_prompt: str) -> None:
        """Show another scene as soon as it is painted. Of those that wait for that, only the last is shown.

        No effect after the end.
        """
        if self._end_reason is not None:
            return
        self.scene = scene
        self._events.add("interaction", prompt=prompt, applied_prompt=applied_prompt)
        if self._painting is None:
            self._paint()

    async def end(self, reason: str) -> None:
        """Stop the frames; the recording is completed after that, in the background. Idempotent."""
        if self._life is None:
            return
        if self._end_reason is None:
            self._end_reason = reason
        await self.wait_ended()

    async def wait_ended(self) -> None:
        """Wait until it makes no frames."""
        if self._life is not None:
            await self._frames_stopped.wait()

    async def wait_closed(self) -> None:
        """Wait until the recording is complete and the threads are gone. Cancelling stops only the wait."""
        if self._life is not None:
            await asyncio.shield(self._life)
        await asyncio.to_thread(self._threads.shutdown)

    async def _live(self, on_broken: Callable[[], None]) -> None:
        try:
            await self._shoot_frames()
        except Exception:  # a stream that cannot be drawn ends; the service and all other streams go on
            logger.exception("stream %s cannot go on", self.stream_id)
            self._end_reason = "model_error"
            on_broken()
        self._events.add("stream_ended", reason=self._end_reason)
        self._shelf.end(self.recording)
        self._frames_stopped.set()
        self.feed.end()
        logger.info("stream %s ended: %s", self.stream_id, self._end_reason)
        try:
            await self._in_thread(self._take.finish)
        except Exception:  # a full disk, or a stream that broke: it costs this recording, nothing else
            logger.exception("recording %s could not be completed", self.stream_id)
        else:
            self.first_segment.set()
            self._shelf.complete(self.recording, self._take.frame_count, self._take.duration_s)
        finally:
            if self._painting is not None:  # nobody will see it, but it has its thread
                await asyncio.wait([self._painting])
            self._threads.shutdown(wait=False)
            self._on_closed()

    async def _shoot_frames(self) -> None:
        tick = self._clock.tick()
        while self._end_reason is None:
            keyframe, vp8 = self.feed.wants_keyframe(tick), self.feed.wants("vp8")
            shot = await self._in_thread(self._take.shoot, tick, keyframe=keyframe, vp8=vp8)
            self.feed.publish("h264", shot.h264)
            if shot.vp8 is not None:
                self.feed.publish("vp8", shot.vp8)
            self.first_frame.set()
            if self.hls is not None and self.hls.segments:
                self.first_segment.set()
            tick = await self._clock.wait_for(tick + 1)
            self._show_what_is_painted()

    def _paint(self) -> None:
        self._painting = self._in_thread(self._take.prepare, self.scene)

    def _show_what_is_painted(self) -> None:
        if self._painting is None or not self._painting.done():
            return
        painted, self._painting = self._painting.result(), None
        self._take.show(painted)
        if painted.scene != self.scene:  # there was another change meanwhile
            self._paint()

    def _in_thread(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> asyncio.Future[T]:
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._threads, functools.partial(function, *args, **kwargs))
