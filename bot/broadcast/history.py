"""What is found again of the past."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s
from typing import NamedTuple

from bot.broadcast.kept_files import FileKind, KeptFile
from bot.broadcast.model import Broadcast, Stream
from bot.broadcast.posts import Post, PostKind

_OF_ALL = frozenset({FileKind.FILM, FileKind.POSTER, FileKind.CONTACT_SHEET})
"""The kinds of files that a post shows, or leads to."""


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


@dataclass(frozen=True, slots=True, repr=False)
class RecordingLink:
    """What leads to a broadcast's recording, on the bot's own pages. Whoever has the token may watch it, so
    repr shows nothing. Without one it was revoked: it leads nowhere until there is a new one."""

    token: str | None
    broadcast_id: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class PastBroadcast:
    """A broadcast that was (or still is), with its streams that have begun, by their numbers."""

    broadcast: Broadcast
    streams: tuple[PastStream, ...]
    has_no_place: bool = False
    """Whether there is nowhere left to post its recordings."""
    files: tuple[KeptFile, ...] = ()
    """What the archive has of it, streams by their numbers."""
    link: RecordingLink | None = None
    """None also where nobody could follow one."""
    number: int | None = None
    """Which of its server's broadcasts it is, from 1: what people call it by."""

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

    def file(self, kind: FileKind, stream: Stream | None = None) -> KeptFile | None:
        """A file of it, or of one of its streams, if the archive has it."""
        stream_id = stream.id if stream else None
        return next((each for each in self.files if (each.kind, each.stream_id) == (kind, stream_id)), None)

    @property
    def film(self) -> KeptFile | None:
        """All its streams in one."""
        return self.file(FileKind.FILM)

    @property
    def looks(self) -> str:
        """What tells a post of it from one that shows something else."""
        shown = [
            self.broadcast.host.name,
            self.broadcast.state.value if self.is_over else "",
            self.link.token if self.link else None,
            [each.stream.id for each in self.recorded],
            [each.id for each in self.files if each.kind in _OF_ALL],
        ]
        return blake2s(repr(shown).encode(errors="replace"), digest_size=8).hexdigest()

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
        is_final = post.closed_at is not None or not self.is_over
        looks_so = post.looks == self.looks if post.looks is not None else self.film is None
        return shows_all and is_final and looks_so
