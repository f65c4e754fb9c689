"""What is found again of the past."""

from __future__ import annotations

from dataclasses import dataclass

from bot.broadcast.model import Channel, Stream, Viewer


@dataclass(frozen=True, slots=True)
class PastStream:
    """A stream that was (or still is), with what is worth knowing of its broadcast and its recording."""

    stream: Stream
    channel: Channel
    host: Viewer
    has_recording: bool
    duration_s: float | None
    frame_count: int | None
