"""HLS: the stream's packets as fragmented MP4 segments, the latest few of them (RFC 8216).

A segment that has left the playlist can be had for its own duration and that of the longest playlist that had
it (6.2.2): players are behind, and slow ones more.
"""

import io
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.local.odyssey.media.clock import FRAME_RATE
from bot.local.odyssey.media.encoder import GOP_TICKS
from bot.local.odyssey.media.muxing import Mp4Writer

WINDOW_SEGMENTS = 8
_FRAGMENTED = "+frag_keyframe+empty_moov+default_base_moof"


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment, live from `began_on` on: it begins with a keyframe and can be played after `init`."""

    number: int
    data: bytes
    duration_s: float
    began_on: datetime


class HlsWindow:
    """Cuts packets into segments of 2 to 4 s. Fed by one thread, read by another."""

    def __init__(self) -> None:
        self.init = b""
        self.segments: tuple[Segment, ...] = ()
        """Those in the playlist."""
        self._left: tuple[tuple[float, Segment], ...] = ()
        """Those that have left it, each with the second of the stream until which it is kept."""
        self._longest_s = 0.0
        self.is_over = False
        self._sink = io.BytesIO()
        self._writer = Mp4Writer(self._sink, _FRAGMENTED)
        self._began_tick = 0
        self._began_on = datetime.now(UTC)
        self._count = 0

    def add(self, data: bytes, tick: int, *, keyframe: bool) -> None:
        """Add the packet of a tick, counted from the stream's start."""
        # The muxer writes out a fragment when the next one's keyframe comes.
        self._writer.write(data, tick, keyframe=keyframe)
        if not self.init:
            self.init = self._taken()
            self._began_on = datetime.now(UTC) - timedelta(seconds=tick / FRAME_RATE)
        elif keyframe and tick - self._began_tick >= GOP_TICKS:
            self._cut(tick)

    def finish(self, tick: int) -> None:
        """Cut the last segment, which ends at `tick`; the playlist says that no more will come."""
        self._writer.close()
        self._cut(tick)
        self.is_over = True

    def segment(self, number: int) -> Segment | None:
        """The segment of that number, if it is in the playlist or has not left it long ago."""
        kept = (*self.segments, *(segment for _, segment in self._left))
        return next((segment for segment in kept if segment.number == number), None)

    def playlist(self, query: str) -> str:
        """The media playlist; `query` goes with each address in it."""
        segments = self.segments
        longest_s = max((segment.duration_s for segment in segments), default=2 * GOP_TICKS / FRAME_RATE)
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            f"#EXT-X-TARGETDURATION:{math.ceil(max(longest_s, 2 * GOP_TICKS / FRAME_RATE))}",
            f"#EXT-X-MEDIA-SEQUENCE:{segments[0].number if segments else 0}",
            "#EXT-X-INDEPENDENT-SEGMENTS",
            f'#EXT-X-MAP:URI="init.mp4?{query}"',
        ]
        if segments:  # the others follow without a gap
            began_on = segments[0].began_on.isoformat(timespec="milliseconds")
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{began_on}")
        for segment in segments:
            lines += [f"#EXTINF:{segment.duration_s:.3f},", f"{segment.number}.m4s?{query}"]
        if self.is_over:
            lines.append("#EXT-X-ENDLIST")
        return "\n".join(lines) + "\n"

    def _cut(self, tick: int) -> None:
        data = self._taken()
        if data:
            began_on = self._began_on + timedelta(seconds=self._began_tick / FRAME_RATE)
            segment = Segment(self._count, data, (tick - self._began_tick) / FRAME_RATE, began_on)
            self._push(segment, tick / FRAME_RATE)
            self._count += 1
        self._began_tick = tick

    def _push(self, segment: Segment, now_s: float) -> None:
        segments = (*self.segments, segment)
        listed, leaving = segments[-WINDOW_SEGMENTS:], segments[:-WINDOW_SEGMENTS]
        self._longest_s = max(self._longest_s, sum(one.duration_s for one in listed))
        still_there = [(until_s, one) for until_s, one in self._left if until_s > now_s]
        just_left = [(now_s + one.duration_s + self._longest_s, one) for one in leaving]
        self._left = (*still_there, *just_left)  # before it leaves the list: others read meanwhile
        self.segments = listed

    def _taken(self) -> bytes:
        data = self._sink.getvalue()
        self._sink.seek(0)
        self._sink.truncate()
        return data
