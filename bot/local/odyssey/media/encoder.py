"""Video encoders. A frame goes in once; the packet that comes out is shared by everyone."""

from fractions import Fraction
from typing import Any, Literal, TypeAlias

import av
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType

from bot.local.odyssey.media.clock import FRAME_RATE, TIME_BASE

Codec = Literal["h264", "vp8"]
Packet: TypeAlias = "av.Packet[Any]"  # it belongs to no container's stream

GOP_TICKS = 2 * FRAME_RATE

# Level 3.1 is the most that the offered profiles (42001f, 42e01f) allow; the VBV keeps a keyframe's
# burst small enough for a UDP socket's buffer.
_X264 = {
    "preset": "ultrafast",
    "tune": "zerolatency",
    "crf": "23",
    "x264-params": "scenecut=0:level=31:colormatrix=smpte170m:vbv-maxrate=2500:vbv-bufsize=2500",
}
_VPX = {"deadline": "realtime", "cpu-used": "-8", "lag-in-frames": "0", "static-thresh": "1"}


class FrameEncoder:
    """Encodes yuv420p frames with no delay: each frame gives exactly one packet."""

    def __init__(
        self, codec: Codec, width: int, height: int, gop_ticks: int = GOP_TICKS, **options: str
    ) -> None:
        self.codec = codec
        self._context = _context(codec, width, height)
        self._context.gop_size = gop_ticks
        self._context.options = {**(_X264 if codec == "h264" else _VPX), **options}

    def encode(self, frame: av.VideoFrame, tick: int, *, keyframe: bool) -> Packet:
        """The packet of this frame; its `pts` is `tick`. Ticks must grow."""
        frame.pts = tick
        frame.time_base = TIME_BASE
        frame.pict_type = PictureType.I if keyframe else PictureType.NONE
        (packet,) = self._context.encode(frame)
        return packet


def _context(codec: Codec, width: int, height: int) -> VideoCodecContext:
    context = av.CodecContext.create("libx264" if codec == "h264" else "libvpx", "w")
    context.width, context.height = width, height
    context.pix_fmt = "yuv420p"
    context.time_base = TIME_BASE
    context.framerate = Fraction(FRAME_RATE)
    context.thread_count = 1
    if codec == "h264":
        context.profile = "Baseline"
    else:
        context.bit_rate = 2_500_000
    return context
