"""Makes streams: the shared clock, the shelf of recordings, and the list of what is live."""

import asyncio
import functools
import secrets
from dataclasses import dataclass, replace

from bot.local.odyssey.media.clock import FrameClock
from bot.local.odyssey.media.hls import HlsWindow
from bot.local.odyssey.media.take import Take
from bot.local.odyssey.recordings import RecordingShelf
from bot.local.odyssey.settings import FIRST_ACCOUNT
from bot.local.odyssey.stream import LiveStream
from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.opening import opening_picture
from bot.local.odyssey.world.scene import Scene
from bot.local.odyssey.world.stage import Stage
from bot.local.odyssey.world.travels import Travels

LANDSCAPE = (1280, 704)
PORTRAIT = (704, 1280)
SMALLER = 4
LINGER_S = 60.0  # so that those who are behind, over HLS, can see the end of a broadcast


def size_of(*, portrait: bool, small: bool) -> tuple[int, int]:
    """Width and height of the pictures, in pixels; where they are small, each is a fourth."""
    width, height = PORTRAIT if portrait else LANDSCAPE
    return (width // SMALLER, height // SMALLER) if small else (width, height)


@dataclass(frozen=True, slots=True)
class Broadcast:
    """What spectators may see, and the token that lets them in. `stream` is None after its end."""

    token: str
    hls: HlsWindow
    stream: LiveStream | None


class Studio:
    """All streams of the service whose recordings are not complete yet, and the broadcasts among them."""

    def __init__(self, shelf: RecordingShelf, *, small: bool = False) -> None:
        self.shelf = shelf
        self._small = small
        self._clock = FrameClock()
        self._travels = Travels()
        self._streams: dict[str, LiveStream] = {}
        self._broadcasts: dict[str, Broadcast] = {}
        self._lingering: dict[str, asyncio.TimerHandle] = {}

    async def open(
        self,
        scene: Scene,
        *,
        portrait: bool,
        broadcast: bool,
        image: str | None,
        account: str = FIRST_ACCOUNT,
    ) -> LiveStream:
        """A stream whose first scene is built, ready to be started.

        `image` is the input image as a data URL; raises OpeningError when it is of no use.
        """
        stage = Stage(*size_of(portrait=portrait, small=self._small), self._travels)
        await asyncio.to_thread(prepare_stage, stage, scene, image)
        recording = self.shelf.begin(stage.width, stage.height, account)
        take = Take(stage, recording.directory, HlsWindow() if broadcast else None)
        on_closed = functools.partial(self._forget, recording.stream_id)
        stream = LiveStream(scene, recording, self.shelf, take, self._clock, on_closed)
        self._streams[stream.stream_id] = stream
        return stream

    def open_to_spectators(self, stream: LiveStream) -> str:
        """Let spectators in to a stream that was opened as a broadcast. Returns their token."""
        if stream.hls is None:
            raise ValueError("the stream was not opened as a broadcast")
        token = secrets.token_urlsafe(32)
        self._broadcasts[stream.stream_id] = Broadcast(token, stream.hls, stream)
        return token

    def broadcast(self, stream_id: str) -> Broadcast | None:
        """A broadcast that is live, or over since at most a minute."""
        return self._broadcasts.get(stream_id)

    async def quiet(self) -> None:
        """Wait until the streams that are live now have ended."""
        for stream in list(self._streams.values()):
            await stream.wait_ended()

    async def close(self) -> None:
        """End every stream because the service stops, and complete all recordings."""
        streams = list(self._streams.values())
        for stream in streams:
            await stream.end("service_stopped")
        for stream in streams:
            await stream.wait_closed()
        for timer in self._lingering.values():
            timer.cancel()

    def _forget(self, stream_id: str) -> None:
        """Let go of a stream, which holds much memory; of a broadcast the last segments stay for a while."""
        self._streams.pop(stream_id, None)
        if stream_id in self._broadcasts:
            self._broadcasts[stream_id] = replace(self._broadcasts[stream_id], stream=None)
            loop = asyncio.get_running_loop()
            self._lingering[stream_id] = loop.call_later(LINGER_S, self._forget_broadcast, stream_id)

    def _forget_broadcast(self, stream_id: str) -> None:
        del self._broadcasts[stream_id], self._lingering[stream_id]


def prepare_stage(stage: Stage, scene: Scene, image: str | None) -> None:
    """Show the scene on the stage, and the image before it. Raises OpeningError for one that is of no use."""
    if image is not None:
        stage.open_with(Canvas.from_rgb(opening_picture(image, stage.width, stage.height)))
    stage.show(stage.build(scene))
