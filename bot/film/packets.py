"""The packets of a part, one after the other, with times that can be trusted."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import av
from av.container import InputContainer
from av.stream import Stream

from bot.broadcast.recordings.footage import Part
from bot.film.look import UnreadableError, open_video, video_of

TICKS = 90_000
"""Of a second, in which all times are counted here: all usual frame rates go into it."""
JUMP_LIMIT = 30 * TICKS
"""A longer way from one packet to the next is a fault of its clock, and no picture that stands still."""
REORDER_LIMIT = 5 * TICKS
"""Between when a packet is decoded and when it is shown."""
USUAL_DURATION = TICKS // 20

Packet: TypeAlias = "av.Packet[Any]"


@dataclass(slots=True)
class Timed:
    """A packet, and its times in ticks from the part's first picture."""

    packet: Packet
    is_video: bool
    dts: int
    pts: int
    duration: int


class Footage:
    """A part's packets of picture and sound. A context manager; entering raises `UnreadableError`.

    Whatever the file says of times, what comes out grows; what cannot be decoded at the start, or is broken
    off at the end, is left out. `began_at_s` says where in the file it began, once there was a packet.
    """

    def __init__(self, part: Part, *, with_sound: bool = False) -> None:
        self._part = part
        self._with_sound = with_sound
        self.began_at_s = 0.0

    def __enter__(self) -> "Footage":
        self.container: InputContainer = open_video(self._part.path)
        try:
            self.video = video_of(self.container)
        except UnreadableError:
            self.container.close()
            raise
        sounds = self.container.streams.audio
        self.sound = sounds[0] if sounds and self._with_sound else None
        return self

    def __exit__(self, *_: object) -> None:
        self.container.close()

    def packets(self) -> Iterator[Timed]:
        """Ends where the part does, or where the file cannot be read any further."""
        zero = _ticks(self.video.start_time or 0, self.video)
        begins_at = zero + round((self._part.from_s or 0.0) * TICKS)
        ends_at = None if self._part.to_s is None else zero + round(self._part.to_s * TICKS)
        base: int | None = None
        clocks: dict[int, _Clock] = {}
        try:
            if self._part.from_s:
                self.container.seek(round(begins_at / TICKS / self.video.time_base), stream=self.video)  # type: ignore[operator]
            tracks: list[Stream] = [self.video, *([self.sound] if self.sound else [])]
            for packet in self.container.demux(*tracks):
                is_video = packet.stream is self.video
                if not packet.size or packet.is_corrupt or (base is None and not packet.is_keyframe):
                    continue
                given = _given(packet, is_video=is_video)
                if base is None:
                    if not is_video:
                        continue
                    base = given.pts
                    self.began_at_s = max(0.0, (base - zero) / TICKS)
                if ends_at is not None and given.dts >= ends_at:
                    if is_video:
                        return
                    continue
                given.dts, given.pts = given.dts - base, given.pts - base
                if _is_before(given):
                    continue
                clocks.setdefault(packet.stream.index, _Clock()).mend(given)
                yield given
        except (av.FFmpegError, OSError):
            return  # truncated: what came before is worth having


class _Clock:
    """Keeps a track's times growing, without long leaps."""

    def __init__(self) -> None:
        self._dts: int | None = None
        self._duration = USUAL_DURATION
        self._shift = 0

    def mend(self, timed: Timed) -> None:
        reorder = timed.pts - timed.dts
        if not 0 <= reorder <= REORDER_LIMIT:
            timed.dts, reorder = timed.pts, 0
        dts = timed.dts + self._shift
        if self._dts is not None and not 0 < dts - self._dts <= JUMP_LIMIT:
            self._shift += self._dts + self._duration - dts
            dts = self._dts + self._duration
        if not 0 < timed.duration <= JUMP_LIMIT:
            timed.duration = self._duration
        timed.dts, timed.pts = dts, dts + reorder
        self._dts, self._duration = dts, timed.duration


def _is_before(timed: Timed) -> bool:
    """Whether it belongs to what was before the first picture: it refers to that, or sounds before it."""
    is_leading = -REORDER_LIMIT <= timed.pts < 0 and not timed.packet.is_keyframe
    return is_leading if timed.is_video else timed.pts < 0


def _given(packet: Packet, *, is_video: bool) -> Timed:
    stream = packet.stream
    pts = packet.pts if packet.pts is not None else packet.dts or 0
    dts = packet.dts if packet.dts is not None else pts
    duration = _ticks(packet.duration or 0, stream)
    return Timed(packet, is_video, _ticks(dts, stream), _ticks(pts, stream), duration)


def _ticks(time: int, stream: Stream) -> int:
    base = stream.time_base
    return round(time * TICKS * base.numerator / base.denominator) if base else time
