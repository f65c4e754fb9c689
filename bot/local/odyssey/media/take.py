"""One stream's frames, start to end: drawn once, encoded once, recorded on the way.

Nothing here knows about time passing or about viewers; a live stream paces it, a simulation runs it flat out.
All calls but `prepare` must come from one thread at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av

from bot.local.odyssey.media.clock import FRAME_RATE
from bot.local.odyssey.media.encoder import FrameEncoder, Packet
from bot.local.odyssey.media.frames import save_jpeg, to_frame
from bot.local.odyssey.media.hls import HlsWindow
from bot.local.odyssey.media.muxing import Mp4Writer
from bot.local.odyssey.media.preview import PreviewReel
from bot.local.odyssey.world.canvas import Canvas
from bot.local.odyssey.world.scene import Scene
from bot.local.odyssey.world.sets import Set
from bot.local.odyssey.world.stage import Stage

SETTLED_TICKS = 24  # a changed world has settled, and makes a good picture, after this long


@dataclass(frozen=True, slots=True)
class Shot:
    """One frame's packets: always H.264, VP8 only when asked for."""

    h264: Packet
    vp8: Packet | None


class Take:
    """Draws, encodes and records one stream into `directory` (video.mp4, preview.mp4, thumbnail.jpg)."""

    def __init__(self, stage: Stage, directory: Path, hls: HlsWindow | None = None) -> None:
        self._stage = stage
        self.hls = hls
        self._directory = directory
        self._h264 = FrameEncoder("h264", stage.width, stage.height)
        self._vp8: FrameEncoder | None = None
        self._video = Mp4Writer(directory / "video.mp4", "+faststart")
        self._preview = PreviewReel(stage.width, stage.height)
        self._first_tick: int | None = None
        self._last_tick = 0
        self._thumbnail: Canvas | None = None
        self._thumbnail_due_tick: int | None = SETTLED_TICKS
        self._telling_ticks: list[int] = []
        self.frame_count = 0

    @property
    def duration_s(self) -> float:
        """From the first frame's start to the last one's end."""
        return 0.0 if self._first_tick is None else (self._last_tick + 1) / FRAME_RATE

    def prepare(self, scene: Scene) -> Set:
        """Build the set for a scene: slow, and safe in another thread while `shoot` runs."""
        return self._stage.build(scene)

    def show(self, built: Set) -> None:
        """Change to a set that was prepared; the next frame shows it."""
        self._stage.show(built)
        settled_tick = self._last_tick + SETTLED_TICKS
        self._thumbnail_due_tick = settled_tick
        self._telling_ticks.append(settled_tick)

    def shoot(self, tick: int, *, keyframe: bool, vp8: bool) -> Shot:
        """Make the frame of a tick. Ticks must grow; skipped ones lengthen the frame before."""
        if self._first_tick is None:
            self._first_tick, keyframe = tick, True
        own_tick = tick - self._first_tick
        self._last_tick = own_tick
        canvas = self._stage.draw(tick / FRAME_RATE)
        frame = to_frame(canvas)
        packet = self._h264.encode(frame, tick, keyframe=keyframe)
        data = bytes(packet)
        self._video.write(data, own_tick, keyframe=packet.is_keyframe)
        if self.hls is not None:
            self.hls.add(data, own_tick, keyframe=packet.is_keyframe)
        self.frame_count += 1
        self._preview.add(canvas, own_tick)
        self._consider_thumbnail(canvas, own_tick)
        return Shot(packet, self._encode_vp8(frame, tick, keyframe=keyframe) if vp8 else None)

    def finish(self) -> None:
        """Complete the files. At least one frame must have been shot."""
        self._video.close()
        if self.hls is not None:
            self.hls.finish(self._last_tick + 1)
        self._preview.write(self._directory / "preview.mp4", self._telling_ticks)
        if self._thumbnail is not None:
            save_jpeg(self._thumbnail, self._directory / "thumbnail.jpg")

    def _consider_thumbnail(self, canvas: Canvas, own_tick: int) -> None:
        is_due = self._thumbnail_due_tick is not None and own_tick >= self._thumbnail_due_tick
        if is_due:
            self._thumbnail_due_tick = None
        if is_due or self._thumbnail is None:
            self._thumbnail = canvas.copy()

    def _encode_vp8(self, frame: av.VideoFrame, tick: int, *, keyframe: bool) -> Packet:
        if self._vp8 is None:
            self._vp8 = FrameEncoder("vp8", self._stage.width, self._stage.height)
        return self._vp8.encode(frame, tick, keyframe=keyframe)
