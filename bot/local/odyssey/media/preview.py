"""The preview: seconds from all over the stream, small, chosen when it is over but encoded while it runs."""

from collections.abc import Iterable
from pathlib import Path

from bot.local.odyssey.media.clock import FRAME_RATE
from bot.local.odyssey.media.encoder import FrameEncoder
from bot.local.odyssey.media.frames import to_frame
from bot.local.odyssey.media.muxing import write_mp4
from bot.local.odyssey.world.canvas import Canvas

LIMIT_S = 10
SCALE = 2  # the preview has half the width and height
EVERY_TICKS = 2  # 10 frames a second are enough

# One clip is one second that starts with a keyframe, so that any choice of clips can be joined.
Clip = list[tuple[bytes, int, bool]]


class PreviewReel:
    """Collects one-second clips of the whole stream (about 20 KB each) and joins at most ten of them.

    The sizes keep the file far below 2 MB: the encoder may spend at most 800 kbit on a clip.
    """

    def __init__(self, width: int, height: int) -> None:
        limits = "scenecut=0:level=31:vbv-maxrate=800:vbv-bufsize=800"
        options = {"crf": "26", "x264-params": limits}
        self._encoder = FrameEncoder(
            "h264", width // SCALE, height // SCALE, FRAME_RATE // EVERY_TICKS, **options
        )
        self._clips: list[Clip] = []

    def add(self, canvas: Canvas, tick: int) -> None:
        """Offer the frame of a tick, counted from the stream's start."""
        if tick % EVERY_TICKS:
            return
        starts_clip = not self._clips or tick // FRAME_RATE >= len(self._clips)
        if starts_clip:
            self._clips.append([])
            # Skipped ticks may have left out whole seconds; the count follows the clock.
            self._clips.extend([] for _ in range(tick // FRAME_RATE - len(self._clips) + 1))
        small = Canvas(*(plane.reduce(SCALE) for plane in canvas.planes))
        packet = self._encoder.encode(to_frame(small), tick, keyframe=starts_clip)
        self._clips[-1].append((bytes(packet), tick % FRAME_RATE, starts_clip))

    def write(self, path: Path, telling_ticks: Iterable[int]) -> None:
        """Write the clips around the telling moments, filled up evenly from the rest of the stream."""
        chosen = _choose(len(self._clips), [tick // FRAME_RATE for tick in telling_ticks])
        packets = [
            (data, place * FRAME_RATE + tick, keyframe)
            for place, second in enumerate(second for second in chosen if self._clips[second])
            for data, tick, keyframe in self._clips[second]
        ]
        write_mp4(path, packets)


def _choose(count: int, telling: list[int]) -> list[int]:
    """At most `LIMIT_S` of `count` seconds: the first, then the telling ones, then an even spread."""
    spread = [round(index * (count - 1) / max(1, LIMIT_S - 1)) for index in range(LIMIT_S)]
    wanted = dict.fromkeys(second for second in [0, *telling, *spread, *range(count)] if 0 <= second < count)
    return sorted(list(wanted)[:LIMIT_S])
