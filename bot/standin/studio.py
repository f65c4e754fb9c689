"""Makes streams: the shared clock, the shelf of recordings, and the list of what is live."""

from __future__ import annotations

import asyncio
import secrets

from bot.standin.media.clock import FrameClock
from bot.standin.media.take import Take
from bot.standin.recordings import RecordingShelf
from bot.standin.stream import LiveStream
from bot.standin.world.scene import Scene
from bot.standin.world.stage import Stage

LANDSCAPE = (1280, 704)
PORTRAIT = (704, 1280)


class Studio:
    """All streams of the service whose recordings are not complete yet."""

    def __init__(self, shelf: RecordingShelf) -> None:
        self.shelf = shelf
        self._clock = FrameClock()
        self._streams: dict[str, LiveStream] = {}
        self._spectator_tokens: dict[str, str] = {}

    async def open(self, scene: Scene, *, portrait: bool) -> LiveStream:
        """A stream whose first scene is built, ready to be started."""
        width, height = PORTRAIT if portrait else LANDSCAPE
        recording = self.shelf.begin(width, height)
        stage = Stage(width, height)
        stage.show(await asyncio.get_running_loop().run_in_executor(None, stage.build, scene))
        self._forget_closed()
        stream = LiveStream(recording, self.shelf, Take(stage, recording.directory), self._clock)
        self._streams[stream.stream_id] = stream
        return stream

    def open_to_spectators(self, stream: LiveStream) -> str:
        """Make a stream a broadcast. Returns the token that lets spectators in."""
        token = secrets.token_urlsafe(32)
        self._spectator_tokens[stream.stream_id] = token
        return token

    def broadcast(self, stream_id: str) -> tuple[LiveStream, str] | None:
        """A live broadcast and its spectator token."""
        stream, token = self._streams.get(stream_id), self._spectator_tokens.get(stream_id)
        return (stream, token) if stream is not None and token is not None and stream.is_live else None

    async def close(self) -> None:
        """End every stream because the service stops, and complete all recordings."""
        for stream in self._streams.values():
            await stream.end("service_stopped")
        for stream in list(self._streams.values()):
            await stream.wait_closed()

    def _forget_closed(self) -> None:
        for stream_id, stream in list(self._streams.items()):
            if stream.is_closed:
                del self._streams[stream_id]
                self._spectator_tokens.pop(stream_id, None)
