"""Posting a recording, and before, if it is long in coming, the word that there is none yet."""

from __future__ import annotations

from bot.broadcast.model import Recording, Stream
from bot.broadcast.ports import RecordingPoster


class Posting:
    """Has recordings posted. Raises `NotShownError`: what is to be posted then is posted later."""

    def __init__(self, poster: RecordingPoster) -> None:
        self._poster = poster
        self._told: set[str] = set()
        """The streams of which it is said that there is none yet: once is enough."""

    async def say_none(self, stream: Stream) -> None:
        """Says that a stream has no recording yet, the first time."""
        if stream.id not in self._told:
            await self._poster.post_recording(stream, None)
            self._told.add(stream.id)

    async def post(self, stream: Stream, recording: Recording) -> None:
        """Posts a stream's recording, for good."""
        await self._poster.post_recording(stream, recording)
        self._told.discard(stream.id)
