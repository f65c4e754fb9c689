"""The world of a broadcast: connections to it, the streams on them, and what these say."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from bot.broadcast.model import Ending, Spectating
from bot.broadcast.picture import Picture


@dataclass(frozen=True, slots=True)
class StartedStream:
    """A stream that has begun, and the prompt in force as the service words it."""

    id: str
    applied_prompt: str


class World(Protocol):
    """One connection to a world model. Every method raises `WorldError`, and none waits for ever."""

    @property
    def session(self) -> str | None:
        """What a later run of the bot can leave it by, should this one be cut off; see `Leave`."""

    @property
    def starts_from_pictures(self) -> bool:
        """Whether a stream may start from a picture here; False when the connection is lost."""

    async def start(
        self, prompt: str, events: StreamEvents, *, portrait: bool, picture: Picture | None = None
    ) -> StartedStream:
        """Begins a stream that spectators can watch: the prompt's world, out of the picture if there is one.

        What it says unasked goes to its own `events`, never to those of the stream before or after it. Fails
        with NO_PICTURES for a picture where streams start from none.
        """

    async def shows_portrait(self) -> bool:
        """Whether the stream that was started last is upright, as soon as it shows something."""
        ...

    async def interact(self, prompt: str) -> str:
        """Sends one interaction and returns the prompt as acknowledged. Never called twice at once."""

    async def end(self) -> None: ...

    async def latest_picture(self) -> Picture | None:
        """What the stream looks like now, at its full size; None before its first frame."""


@dataclass(frozen=True, slots=True)
class StreamEvents:
    """What is told of one stream unasked. Called on the event loop; none may block or raise."""

    closed: Callable[[Ending], None]
    """It is over, or its connection lost."""

    spectating: Callable[[Spectating], None]
    """Spectators can watch from now on."""

    pictured: Callable[[Picture, bytes], None]
    """It looks like this now: at its full size, and as a small JPEG to look at; every few seconds."""


OpenWorld = Callable[[], AbstractAsyncContextManager[World]]
"""Connects to a world. Entering raises `WorldError`; leaving always frees the connection."""


Leave = Callable[[str], Awaitable[bool]]
"""Says goodbye to a world's session of an earlier run, so that it takes no slot; whether it is left.

It takes some seconds at most, and raises nothing.
"""
