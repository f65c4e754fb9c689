"""Video encoded once, for the scripted service to send many times without encoding again."""

import asyncio
import fractions
import functools
from typing import Any

import av
import numpy as np
from aiortc import MediaStreamTrack

FPS = 20
TIME_BASE = fractions.Fraction(1, 90_000)


@functools.cache
def encoded_clip(
    codec: str = "libx264",
    width: int = 160,
    height: int = 96,
    frames: int = 40,
    group: int = 10,
    slices: int = 1,
) -> tuple[bytes, ...]:
    """Frames of a moving gradient, one encoded access unit each, a keyframe every `group` frames."""
    context: Any = av.CodecContext.create(codec, "w")
    context.width, context.height = width, height
    context.pix_fmt = "yuv420p"
    context.time_base = fractions.Fraction(1, FPS)
    context.framerate = fractions.Fraction(FPS, 1)
    context.gop_size = group
    context.max_b_frames = 0
    context.options = (
        {
            "preset": "ultrafast",
            "tune": "zerolatency",
            "profile": "baseline",
            "x264-params": f"keyint={group}:scenecut=0:slices={slices}",
        }
        if codec == "libx264"
        else {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0"}
    )
    out: list[bytes] = []
    for index in range(frames):
        out += [bytes(packet) for packet in context.encode(picture(index, width, height))]
    out += [bytes(packet) for packet in context.encode(None)]
    return tuple(out)


def picture(index: int, width: int, height: int) -> av.VideoFrame:
    """A gradient whose brightness tells its index: the mean of the red channel is about 40 + 4 * index."""
    image = np.zeros((height, width, 3), np.uint8)
    image[:, :, 0] = 40 + (4 * index) % 200
    image[:, :, 1] = np.linspace(0, 255, width, dtype=np.uint8)[None, :]
    frame = av.VideoFrame.from_ndarray(image, format="rgb24")
    frame.pts = index
    frame.time_base = fractions.Fraction(1, FPS)
    return frame


class ClipTrack(MediaStreamTrack):
    """Sends a clip over and over, at `FPS`, as ready-made packets. Silent until `running` is set."""

    kind = "video"

    def __init__(self, clip: tuple[bytes, ...]) -> None:
        super().__init__()
        self.running = asyncio.Event()
        self._clip = clip
        self._index = 0
        self._next_at: float | None = None

    async def recv(self) -> Any:
        """The next packet, when its time has come."""
        await self.running.wait()
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._next_at is None or now - self._next_at > 1:
            self._next_at = now
        await asyncio.sleep(max(0.0, self._next_at - now))
        self._next_at += 1 / FPS
        packet = av.Packet(self._clip[self._index % len(self._clip)])
        packet.pts = self._index * 90_000 // FPS
        packet.time_base = TIME_BASE
        self._index += 1
        return packet
