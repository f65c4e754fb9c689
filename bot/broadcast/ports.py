"""What the domain asks of the outside. `bot/app/wiring.py` says who answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.broadcast.clock import Clock
from bot.broadcast.intake.intake import Intake
from bot.broadcast.limits.budget import Budget
from bot.broadcast.limits.pool import StreamPool
from bot.broadcast.model import Broadcast, Ending, Recording, Spectating, Stream, Suggestion, TimeOnAir


@dataclass(frozen=True, slots=True)
class StartedStream:
    """A stream that has begun, and the prompt in force as the service words it."""

    id: str
    applied_prompt: str


class World(Protocol):
    """One connection to a world model. Every method raises `WorldError`, and none waits for ever."""

    async def start(self, prompt: str, *, portrait: bool) -> StartedStream:
        """Begins a stream that spectators can watch."""
        ...

    async def interact(self, prompt: str) -> str:
        """Sends one interaction and returns the prompt as acknowledged. Never called twice at once."""
        ...

    async def end(self) -> None:
        """Ends the stream."""
        ...


@dataclass(frozen=True, slots=True)
class WorldEvents:
    """What a world says unasked. Called on the event loop; neither may block or raise."""

    closed: Callable[[Ending], None]
    """The stream is over, or the connection lost."""

    spectating: Callable[[Spectating], None]
    """Spectators can watch from now on."""

    pictured: Callable[[bytes], None]
    """A picture of the stream as it looks now, as JPEG; every now and then."""


class OpenWorld(Protocol):
    """Connects to a world. Entering raises `WorldError`; leaving always frees the connection."""

    def __call__(self, events: WorldEvents) -> AbstractAsyncContextManager[World]: ...


class RecordingSource(Protocol):
    """Where recordings come from."""

    async def find(self, stream_id: str) -> Recording | None:
        """The recording as it stands now, None when there is none (yet). Raises `WorldError`."""
        ...


class Journal(Protocol):
    """The memory of the domain. What a method returns is awaited until its fact is stored.

    Calls take effect in their order, whenever what they return is awaited, and if it never is.
    """

    def save_broadcast(self, broadcast: Broadcast) -> Awaitable[None]:
        """Stores a broadcast as it stands."""
        ...

    def save_signs_of_life(self, broadcast_ids: Collection[str], at: datetime) -> Awaitable[None]:
        """Stores that these broadcasts still run."""
        ...

    def save_stream(self, stream: Stream) -> Awaitable[None]:
        """Stores a stream as it stands."""
        ...

    def save_suggestion(self, suggestion: Suggestion) -> Awaitable[None]:
        """Stores a suggestion as it stands."""
        ...

    def save_recording(self, recording: Recording) -> Awaitable[None]:
        """Stores what is known of a recording, without its links: they expire, and they are secrets."""
        ...


class History(Protocol):
    """What the journal knows of the past."""

    async def times_on_air(self, guild_id: int, *, since: datetime) -> Iterable[TimeOnAir]:
        """When a server's broadcasts were live that ended later than `since`, as far as is known."""
        ...


class Audience(Protocol):
    """Whoever shows a broadcast. Called on the event loop; must neither block nor raise."""

    def broadcast_changed(self, broadcast: Broadcast) -> None:
        """Its state, its prompt in force or its line changed."""
        ...


class RecordingPoster(Protocol):
    """Whoever shows recordings."""

    async def post_recording(self, stream: Stream, recording: Recording | None) -> None:
        """Posts a stream's recording where its broadcast was; None says that there is none yet.

        Posts once for a stream, however often it is called, and whatever failed in between; a recording takes
        the place of the word that there is none. Returns when that is settled for good, also because there is
        nowhere left to post it. Raises `NotShownError`.
        """
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """All that a broadcast needs of the outside, in one bundle."""

    open_world: OpenWorld
    journal: Journal
    history: History
    audience: Audience
    clock: Clock
    pool: StreamPool
    intake_of: Callable[[int], Intake]
    """The gate for suggestions of the guild with this ID."""
    budget_of: Callable[[int], Budget]
    """What the guild with this ID may use, as it is set now."""
    new_id: Callable[[], str]
    """An ID that cannot be guessed."""
    new_reference: Callable[[], str]
    """A short word that a user can quote and an operator can find in the log."""
