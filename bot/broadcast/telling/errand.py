"""What has to be told, or seen to, outside: by what it is about, never as a finished message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.broadcast.model import Broadcast, Recording, Refusal, Stream, Suggestion


class Kind(StrEnum):
    """What an errand is about, and so who runs it."""

    SETTLED = "settled"
    """A suggestion: its author is to know what became of it."""
    RECORDING = "recording"
    """A stream that has ended: its recording is awaited."""
    RECORDINGS = "recordings"
    """A broadcast: its post is to show the recordings that there are."""
    FILM = "film"
    """A broadcast that is over: its streams' videos are to be one film."""
    CLIP = "clip"
    """A clip that somebody asked for: it is to be cut, posted, and to show who asked."""
    HIGHLIGHT = "highlight"
    """A broadcast that is over: of its clips the one that most have asked for is to say so."""
    ARCHIVE = "archive"
    """A stream whose recording is there: its artifacts are to be kept."""
    ANSWER = "answer"
    """An interaction: its user was told that an answer will come."""
    FORGET = "forget"
    """Somebody, by their ID: they are to be forgotten."""
    UNNAMED = "unnamed"
    """A broadcast: somebody in it was forgotten, so what shows names is to be made anew."""
    FORGOTTEN = "forgotten"
    """The same somebody: they are to know that it is done."""


TOLD_BY_THE_PANEL = frozenset(
    {Refusal.WITHDRAWN, Refusal.BROADCAST_ENDED, Refusal.CONNECTION_LOST, Refusal.INTERRUPTED}
)
"""What the author of a message knows, or reads with everybody: no notice is given of it."""


@dataclass(frozen=True, slots=True)
class Errand:
    """A row of the outbox. Its key says what is told: it is owed once, however often it comes up."""

    kind: Kind
    subject_id: str
    made_at: datetime
    broadcast_id: str | None = None
    due_at: datetime | None = None
    """Not before that; None: at once."""
    tries: int = 0
    """How often it has failed."""
    begun_at: datetime | None = None
    """When what may happen once only was begun: it may have happened."""
    sealed: bytes | None = field(default=None, repr=False)
    """A secret that it takes, as it may be stored."""
    about: object = field(default=None, compare=False, repr=False)
    """What it is about, as far as it is at hand: in memory only."""
    guild_id: int | None = field(default=None, compare=False)
    """The server in which it came up; None for that of its broadcast."""

    @property
    def key(self) -> str:
        return f"{self.kind.value}:{self.subject_id}"


def owed_for_broadcast(broadcast: Broadcast) -> Iterator[Errand]:
    """One that is over has a last look at its post of recordings."""
    if broadcast.state.is_over:
        yield Errand(
            Kind.RECORDINGS, broadcast.id, broadcast.ended_at or broadcast.requested_at, broadcast.id
        )


def owed_for_stream(stream: Stream) -> Iterator[Errand]:
    """One that has ended has its recording followed; one that never began leaves no trace."""
    if stream.has_begun and stream.ended_at:
        yield Errand(Kind.RECORDING, stream.id, stream.ended_at, stream.broadcast_id, about=stream)


def owed_for_recording(stream: Stream, recording: Recording) -> Iterator[Errand]:
    """One that is there is kept, and posted."""
    if recording.has_video:
        yield Errand(Kind.ARCHIVE, stream.id, recording.fetched_at, stream.broadcast_id)
        yield Errand(Kind.RECORDINGS, stream.broadcast_id, recording.fetched_at, stream.broadcast_id)


def owed_for_suggestion(suggestion: Suggestion) -> Iterator[Errand]:
    """One that is settled has a word to its author, if it has one who waits for it."""
    origin = suggestion.origin
    if origin is None or suggestion.settled_at is None:
        return
    has_notice = suggestion.refusal is not None and suggestion.refusal not in TOLD_BY_THE_PANEL
    if origin.interaction_id or origin.is_marked or has_notice:
        yield Errand(
            Kind.SETTLED, suggestion.id, suggestion.settled_at, suggestion.broadcast_id, about=suggestion
        )
