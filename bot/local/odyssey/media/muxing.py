"""Writing ready-made H.264 packets into MP4, without an encoder."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from bot.local.odyssey.media.clock import TIME_BASE
from bot.local.odyssey.media.encoder import Packet


class Mp4Writer:
    """Writes one H.264 track. The first packet must be a keyframe that carries SPS and PPS."""

    def __init__(self, file: Path | IO[bytes], movflags: str) -> None:
        self._file = file
        self._movflags = movflags
        self._track: tuple[OutputContainer, VideoStream] | None = None

    def write(self, data: bytes, tick: int, *, keyframe: bool, duration_ticks: int = 1) -> None:
        """Append one frame that is shown from `tick` (counted from the start of the file)."""
        if self._track is None:
            self._track = self._open(data)
        container, stream = self._track
        packet: Packet = av.Packet(data)
        packet.stream = stream
        packet.time_base = TIME_BASE
        packet.pts = packet.dts = tick
        packet.duration = duration_ticks
        packet.is_keyframe = keyframe
        container.mux(packet)

    def close(self) -> None:
        """Finish the file. May be called again."""
        if self._track is not None:
            self._track[0].close()
            self._track = None

    def _open(self, first_keyframe: bytes) -> tuple[OutputContainer, VideoStream]:
        # The demuxer reads size, profile and codec parameters from the bitstream itself.
        with av.open(io.BytesIO(first_keyframe), format="h264") as source:
            target = str(self._file) if isinstance(self._file, Path) else self._file
            options = {"movflags": self._movflags}
            container = av.open(target, "w", format="mp4", options=options)
            stream = container.add_stream_from_template(source.streams.video[0])
            stream.time_base = TIME_BASE
            return container, stream


def write_mp4(path: Path, packets: Sequence[tuple[bytes, int, bool]]) -> None:
    """A faststart MP4 of `(data, tick, keyframe)` packets."""
    writer = Mp4Writer(path, "+faststart")
    for data, tick, keyframe in packets:
        writer.write(data, tick, keyframe=keyframe)
    writer.close()
