"""Between the domain, which always has something to show, and Discord, which comes and goes."""

from __future__ import annotations

import asyncio
from typing import Protocol

from bot.broadcast.model import Broadcast, Recording, Stream
from bot.broadcast.ports import Audience, RecordingPoster


class Presenter(Audience, RecordingPoster, Protocol):
    """Shows broadcasts and recordings: the cogs."""


class Stage:
    """Passes on to the presenter, if there is one. Recordings wait for one; changes do not."""

    def __init__(self) -> None:
        self._presenter: Presenter | None = None
        self._is_taken = asyncio.Event()
        self.is_connected = False
        """Whether Discord is there at the moment."""

    def enter(self, presenter: Presenter) -> None:
        """From now on this presenter shows everything."""
        self._presenter = presenter
        self._is_taken.set()

    def leave(self, presenter: Presenter) -> None:
        """The presenter shows nothing more."""
        if self._presenter is presenter:
            self._presenter = None
            self._is_taken.clear()
            self.is_connected = False

    def broadcast_changed(self, broadcast: Broadcast) -> None:
        """Its state, its prompt in force or its queue changed."""
        if self._presenter:
            self._presenter.broadcast_changed(broadcast)

    async def post_recording(self, stream: Stream, recording: Recording | None) -> None:
        """Has a recording posted, as soon as there is somebody to post it."""
        await self._is_taken.wait()
        if self._presenter:
            await self._presenter.post_recording(stream, recording)
