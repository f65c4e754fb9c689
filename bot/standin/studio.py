"""Makes streams: the shared clock, the shelf of recordings, and the list of what is live."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import replace

from bot.standin.media.clock import FrameClock
from bot.standin.media.hls import HlsWindow
from bot.standin.media.take import Take
from bot.standin.recordings import RecordingShelf
from bot.standin.stream import LiveStream
from bot.standin.world.canvas import Canvas
from bot.standin.world.opening import mean_colour, opening_picture
from bot.standin.world.scene import Scene
from bot.standin.world.stage import Stage

LANDSCAPE = (1280, 704)
PORTRAIT = (704, 1280)
LINGER_S = 60.0  # so that those who are behind, over HLS, can see the end of a broadcast


class Studio:
    """All streams of the service whose recordings are not complete yet."""

    def __init__(self, shelf: RecordingShelf) -> None:
        self.shelf = shelf
        self._clock = FrameClock()
        self._streams: dict[str, LiveStream] = {}
        self._spectator_tokens: dict[str, str] = {}

    async def open(self, scene: Scene, *, portrait: bool, broadcast: bool, image: str | None) -> LiveStream:
        """A stream whose first scene is built, ready to be started.

        `image` is the input image as a data URL; raises OpeningError when it is of no use.
        """
        self._forget_closed()
        stage = Stage(*(PORTRAIT if portrait else LANDSCAPE))
        scene = await asyncio.to_thread(prepare_stage, stage, scene, image)
        recording = self.shelf.begin(stage.width, stage.height)
        take = Take(stage, recording.directory, HlsWindow() if broadcast else None)
        stream = LiveStream(scene, recording, self.shelf, take, self._clock)
        self._streams[stream.stream_id] = stream
        return stream

    def open_to_spectators(self, stream: LiveStream) -> str:
        """Make a stream a broadcast. Returns the token that lets spectators in."""
        token = secrets.token_urlsafe(32)
        self._spectator_tokens[stream.stream_id] = token
        return token

    def broadcast(self, stream_id: str) -> tuple[LiveStream, str] | None:
        """A broadcast, live or over since at most a minute, and its spectator token."""
        self._forget_closed()
        stream, token = self._streams.get(stream_id), self._spectator_tokens.get(stream_id)
        return (stream, token) if stream is not None and token is not None else None

    async def close(self) -> None:
        """End every stream because the service stops, and complete all recordings."""
        for stream in self._streams.values():
            await stream.end("service_stopped")
        for stream in list(self._streams.values()):
            await stream.wait_closed()

    def _forget_closed(self) -> None:
        for stream_id, stream in list(self._streams.items()):
            ended_at = stream.recording.ended_monotonic_s
            if stream.is_closed and time.monotonic() - ended_at > LINGER_S:
                del self._streams[stream_id]
                self._spectator_tokens.pop(stream_id, None)


def prepare_stage(stage: Stage, scene: Scene, image: str | None) -> Scene:
    """Show the scene on the stage, and the image before it, of which the scene takes on the colour.

    Returns the scene as it is shown. Raises OpeningError for an image that is of no use.
    """
    if image is not None:
        picture = opening_picture(image, stage.width, stage.height)
        scene = replace(scene, tint=mean_colour(picture))
        stage.open_with(Canvas.from_rgb(picture))
    stage.show(stage.build(scene))
    return scene
