"""What films and clips are made of, and who makes them."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class NoFootageError(Exception):
    """Nothing in the videos can be played: there is nothing to make a film or a clip of, now or later."""


class NotMadeError(Exception):
    """A film or a clip could not be made just now: it may be another time."""


@dataclass(frozen=True, slots=True)
class Part:
    """A stream's video, in a file, or what of it is between two moments.

    `from_s` and `to_s` are seconds from its start; it begins at the keyframe at or before the first.
    """

    stream_id: str
    path: Path
    from_s: float | None = None
    to_s: float | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened in a stream, so many seconds after its start: `words`, by these people.

    It names a chapter, and lasts until the next one. Nobody of `names` need be credited.
    """

    stream_id: str
    at_s: float
    words: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Film:
    """A film as it was made: files that are there until the context in which they were made is left.

    `offsets_s` says of each stream in it when it begins in the film; the others could not be played.
    `credits` is WebVTT, None without credits. A poster and a contact sheet there are where a picture could
    be had.
    """

    path: Path
    length_s: float
    offsets_s: Mapping[str, float] = field(default_factory=dict)
    credits: Path | None = None
    poster: Path | None = None
    contact_sheet: Path | None = None


class FilmMaker(Protocol):
    """Whoever joins videos. What it makes is an MP4 that begins to play before all of it is there."""

    def film(
        self, parts: tuple[Part, ...], moments: tuple[Moment, ...], *, has_credits: bool
    ) -> AbstractAsyncContextManager[Film]:
        """All parts, one after the other.

        Entering raises `NoFootageError`, `NotMadeError`, or `ArchiveError` where there is no room for it.
        """
        ...

    def clip(self, parts: tuple[Part, ...]) -> AbstractAsyncContextManager[Film]:
        """The same without chapters, credits and pictures."""
        ...
