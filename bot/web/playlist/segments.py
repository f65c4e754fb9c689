"""What a playlist of the service says, checked: fit to be handed on to any browser."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, repr=False)
class Segment:
    """One segment of a stream. Its addresses are absolute, and carry the spectator token: repr shows nothing.

    `byterange` is `length@offset`. `map_tag` and `key_tag` are whole lines: what has to be loaded before the
    segment can be played. `began_on` is when it began by the service's clock.
    """

    uri: str
    duration_s: float
    byterange: str | None = None
    map_tag: str | None = None
    key_tag: str | None = None
    is_gap: bool = False
    is_cut: bool = False
    """Whether it does not continue what was before it."""
    began_on: datetime | None = None


@dataclass(frozen=True, slots=True, repr=False)
class MediaPlaylist:
    """One reading of a stream's playlist. A segment is None where it cannot be handed on."""

    first: int
    segments: tuple[Segment | None, ...]
    target_s: int
    is_ended: bool

    @property
    def after(self) -> int:
        """The number that the next segment will have."""
        return self.first + len(self.segments)

    @property
    def duration_s(self) -> float:
        return sum(segment.duration_s for segment in self.segments if segment)


@dataclass(frozen=True, slots=True, repr=False)
class MasterPlaylist:
    """A choice of playlists: the one that is taken."""

    variant: str
