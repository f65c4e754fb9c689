"""Between the domain, which always has something to show, and Discord, which comes and goes."""

from __future__ import annotations

from typing import Protocol

from bot.broadcast.errors import NotShownError
from bot.broadcast.model import Broadcast, Recording, Stream
from bot.broadcast.ports import Audience, RecordingPoster


class Presenter(Audience, RecordingPoster, Protocol):
    """Shows broadcasts and recordings: the cogs."""


class Stage:
    """Passes on to the presenter, if there is one; whoever comes next shows how things stand by then."""

    def __init__(self) -> None:
        self._presenter: Presenter | None = None
        self.is_connected = False
        """Whether Discord is there at the moment."""

    def enter(self, presenter: Presenter) -> None:
        self._presenter = presenter

    def leave(self, presenter: Presenter) -> None:
        if self._presenter is presenter:
            self._presenter = None
            self.is_connected = False

    def broadcast_changed(self, broadcast: Broadcast) -> None:
        if self._presenter:
            self._presenter.broadcast_changed(broadcast)

    async def post_recording(self, stream: Stream, recording: Recording | None) -> None:
        if self._presenter is None:
            raise NotShownError("nobody is on the stage")
        await self._presenter.post_recording(stream, recording)
