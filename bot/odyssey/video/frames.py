"""Encoded frames, and pictures made from them."""

import fractions
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import cast

import av
import numpy as np
from aiortc.codecs.h264 import h264_depayload
from aiortc.codecs.vpx import vp8_depayload
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame as Picture
from numpy.typing import NDArray

from bot.odyssey.base.types import VideoFrame
from bot.odyssey.video.payloads import IDR, SLICES, Unit, h264_units, starts_keyframe

log = logging.getLogger(__name__)

RTP_CLOCK_HZ = 90_000
_TIME_BASE = fractions.Fraction(1, RTP_CLOCK_HZ)
_DECODERS = {"H264": "h264", "VP8": "vp8"}
_DEPAYLOAD: dict[str, Callable[[bytes], bytes]] = {"H264": h264_depayload, "VP8": vp8_depayload}
CODECS = frozenset(_DECODERS)


def missing_decoders() -> list[str]:
    """The codecs that this installation has no decoder for: none, if it is whole."""
    return [name for name, decoder in _DECODERS.items() if decoder not in av.codecs_available]


@dataclass(frozen=True, slots=True, eq=False)
class EncodedFrame:
    """One whole frame, as the payloads of its RTP packets; they are put together only for decoding.

    `codec` is the RTP name; `timestamp` counts 1/90000 s from the first frame.
    """

    codec: str
    payloads: tuple[bytes, ...]
    timestamp: int

    @property
    def is_keyframe(self) -> bool:
        """Whether decoding can begin here."""
        if self.codec != "H264":
            return starts_keyframe(self.codec, self.payloads[0])
        return next((unit.kind == IDR for unit in self.units() if unit.kind in SLICES), False)

    @property
    def size_bytes(self) -> int:
        """What it takes in memory, about."""
        return sum(map(len, self.payloads))

    def units(self) -> Iterator[Unit]:
        """The NAL units of an H.264 frame."""
        for payload in self.payloads:
            yield from h264_units(payload)

    def data(self) -> bytes:
        """The frame as a decoder takes it. Raises ValueError when a payload is malformed."""
        depayload = _DEPAYLOAD[self.codec]
        return b"".join(map(depayload, self.payloads))


class LazyFrame(VideoFrame):
    """A received picture; converting it to RGB waits until somebody reads `data`."""

    def __init__(self, picture: Picture) -> None:
        object.__setattr__(self, "width", picture.width)
        object.__setattr__(self, "height", picture.height)
        object.__setattr__(self, "timestamp_ms", (picture.pts or 0) * 1000 // RTP_CLOCK_HZ)
        object.__setattr__(self, "_picture", picture)

    @property
    def data(self) -> NDArray[np.uint8]:
        """H x W x 3 uint8 RGB, made once."""
        made = self.__dict__.get("_rgb")
        if made is None:
            made = self.__dict__["_picture"].to_ndarray(format="rgb24")
            object.__setattr__(self, "_rgb", made)
            object.__setattr__(self, "_picture", None)
        return cast("NDArray[np.uint8]", made)


class Decoder:
    """Turns encoded frames, in order and from a keyframe on, into pictures. For one thread at a time."""

    def __init__(self) -> None:
        self._codec: str | None = None
        self._context: VideoCodecContext | None = None
        self.errors = 0

    def decode(self, frames: Iterable[EncodedFrame], *, flush: bool = False) -> tuple[Picture | None, int]:
        """The newest picture that comes out, and how many do.

        The others are let go one by one, since each takes a megabyte. A frame that cannot be decoded is
        counted and skipped.
        """
        newest: Picture | None = None
        count = 0
        for frame in frames:
            try:
                packet = av.Packet(frame.data())
                packet.pts = frame.timestamp
                packet.time_base = _TIME_BASE
                for picture in self._context_for(frame.codec).decode(packet):
                    newest, count = picture, count + 1
            except (av.FFmpegError, ValueError) as error:
                self.errors += 1
                log.debug("A %s frame could not be decoded: %s", frame.codec, type(error).__name__)
        if flush and self._context is not None:
            try:
                for picture in self._context.decode(None):
                    newest, count = picture, count + 1
            except av.FFmpegError as error:
                log.debug("The decoder could not be flushed: %s", error)
            self._context = None
        return newest, count

    def _context_for(self, codec: str) -> VideoCodecContext:
        if self._context is None or codec != self._codec:
            self._codec = codec
            context = av.CodecContext.create(_DECODERS[codec], "r")
            self._context = cast("VideoCodecContext", context)
            self._context.thread_count = 1
        return self._context
