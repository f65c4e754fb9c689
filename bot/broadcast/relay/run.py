"""One stream of a broadcast, as it runs."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Protocol

from bot.broadcast.clock import Clock
from bot.broadcast.limits.pool import Slot
from bot.broadcast.model import Ending, Spectating, Stream
from bot.broadcast.picture import Picture
from bot.broadcast.ports import Journal
from bot.broadcast.world import StreamEvents, World


@dataclass(slots=True, eq=False)
class Connection:
    """A reserved streamer, held with a slot since a steady moment. Closing the stack frees the streamer."""

    world: World
    slot: Slot
    opened_at: float
    stack: AsyncExitStack


class Watcher(Protocol):
    """Whoever is told of a run, on the event loop."""

    def run_changed(self, run: StreamRun) -> None:
        """Spectators can watch it, it looks otherwise, or it is over."""


class StreamRun:
    """A stream that is asked for, then runs, then is over.

    What the service says of it goes to it alone: a word that comes late is never taken for the next stream's.
    """

    def __init__(self, meant: Stream, connection: Connection, clock: Clock, watcher: Watcher) -> None:
        self.stream = meant
        self.connection = connection
        self.began_at = clock.steady()
        """The steady moment; until it has begun, in which it was meant."""
        self.worded = meant.prompt
        """Its prompt, as the service words it once it has begun."""
        self.over: Ending | None = None
        """Why it is over."""
        self.spectating: Spectating | None = None
        self.picture: Picture | None = None
        """The newest at full size, as a seed for the next stream."""
        self.glance: bytes | None = None
        """The same to look at, as a small JPEG."""
        self.is_over = asyncio.Event()
        self.can_be_watched = asyncio.Event()
        self._ended_at: float | None = None
        self._clock = clock
        self._watcher = watcher

    @property
    def world(self) -> World:
        """The connection's."""
        return self.connection.world

    @property
    def lasted_s(self) -> float:
        """How long it has run, or ran."""
        until = self._clock.steady() if self._ended_at is None else self._ended_at
        return until - self.began_at

    async def begin(self, prompt: str, picture: Picture | None, journal: Journal) -> None:
        """Asks for it. Raises `WorldError`."""
        self.stream = replace(self.stream, prompt=prompt, session=self.world.session)
        # Stored before it is asked for: what a crash leaves running at the service was meant by somebody.
        await journal.save_stream(self.stream)
        events = StreamEvents(self.break_off, self._can_be_watched, self._pictured)
        started = await self.world.start(prompt, events, portrait=self.stream.portrait, picture=picture)
        self.began_at = self._clock.steady()
        self.stream = replace(self.stream, service_id=started.id, started_at=self._clock.now())
        # Stored before anybody is told: without the stream ID there is no way back to the recording.
        await journal.save_stream(self.stream)
        self.worded = started.applied_prompt or prompt

    def break_off(self, ending: Ending) -> None:
        """It is over; the first word of that counts."""
        if self.over is None:
            self.over, self._ended_at = ending, self._clock.steady()
            self.is_over.set()
            self._watcher.run_changed(self)

    async def store_end(self, ending: Ending, journal: Journal) -> None:
        """Stores that it is over, with its own reason if it has one."""
        self.break_off(ending)
        assert self.over  # noqa: S101 - just set
        self.stream = replace(
            self.stream,
            started_at=self._clock.date_of(self.began_at),
            ended_at=self._clock.date_of(self.began_at + self.lasted_s),
            end_reason=self.over.reason,
        )
        await journal.save_stream(self.stream)

    def _can_be_watched(self, spectating: Spectating) -> None:
        self.spectating = spectating
        self.can_be_watched.set()
        self._watcher.run_changed(self)

    def _pictured(self, picture: Picture, glance: bytes) -> None:
        self.picture, self.glance = picture, glance
        self._watcher.run_changed(self)
