"""What is found again of the past."""

from dataclasses import dataclass
from typing import NamedTuple

from bot.broadcast.model import Broadcast, Stream
from bot.broadcast.posts import Post, PostKind


class AppliedIdea(NamedTuple):
    """Something that the world took, in its words, and of whom: all who asked for the same."""

    words: str
    viewer_ids: frozenset[int]


@dataclass(frozen=True, slots=True)
class PastStream:
    """A stream that was (or still is), with what is known of its recording."""

    stream: Stream
    has_recording: bool = False
    duration_s: float | None = None
    frame_count: int | None = None

    @property
    def length_s(self) -> float | None:
        """How long its recording is, or else how long it lasted; None while it runs."""
        stream = self.stream
        if self.duration_s is not None or stream.ended_at is None:
            return self.duration_s
        return (stream.ended_at - stream.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class PastBroadcast:
    """A broadcast that was (or still is), with its streams that have begun, by their numbers."""

    broadcast: Broadcast
    streams: tuple[PastStream, ...]
    has_no_place: bool = False
    """Whether there is nowhere left to post its recordings."""

    @property
    def is_over(self) -> bool:
        """Whether no stream comes any more."""
        return self.broadcast.state.is_over

    @property
    def recorded(self) -> tuple[PastStream, ...]:
        """Its streams whose recordings are known."""
        return tuple(past for past in self.streams if past.has_recording)

    @property
    def newest(self) -> PastStream | None:
        """Its last stream with a recording."""
        return self.recorded[-1] if self.recorded else None

    @property
    def on_air_s(self) -> float | None:
        """As of its broadcast."""
        return self.broadcast.on_air_s

    def stream(self, service_id: str) -> PastStream | None:
        """One of its streams, by the ID that people know it by."""
        return next((past for past in self.streams if past.stream.service_id == service_id), None)

    def is_shown_by(self, post: Post | None) -> bool:
        """Whether a post shows all that there is to show: the recordings known, and that no more will come.

        Without any recording that is the word that there is none yet.
        """
        if self.has_no_place:
            return True
        if post is None or not self.recorded:
            return post is not None
        shows_all = post.kind is PostKind.RECORDING and post.streams_shown >= len(self.recorded)
        return shows_all and (post.closed_at is not None or not self.is_over)
