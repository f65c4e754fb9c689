"""Encoded frames, and pictures made from them."""

from __future__ import annotations

import fractions
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame as Picture
from numpy.typing import NDArray

from bot.odyssey.types import VideoFrame

log = logging.getLogger(__name__)

RTP_CLOCK_HZ = 90_000
_TIME_BASE = fractions.Fraction(1, RTP_CLOCK_HZ)
_LIBRARY_NAMES = {"H264": "h264", "VP8": "vp8"}


@dataclass(frozen=True, slots=True, eq=False)
class EncodedFrame:
    """One whole frame as it came. `codec` is its RTP name; `timestamp` counts 1/90000 s from the first."""

    codec: str
    data: bytes
    timestamp: int

    @property
    def is_keyframe(self) -> bool:
        """Whether decoding can begin here."""
        if self.codec == "VP8":
            return bool(self.data) and not self.data[0] & 1  # RFC 6386, 9.1
        return _has_idr(self.data)


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

    def decode(self, frames: Iterable[EncodedFrame], *, flush: bool = False) -> list[Picture]:
        """The pictures that come out; a frame that cannot be decoded is counted and skipped."""
        pictures: list[Picture] = []
        for frame in frames:
            packet = av.Packet(frame.data)
            packet.pts = frame.timestamp
            packet.time_base = _TIME_BASE
            try:
                pictures += self._context_for(frame.codec).decode(packet)
            except av.FFmpegError as error:
                self.errors += 1
                log.debug("A %s frame could not be decoded: %s", frame.codec, error)
        if flush and self._context is not None:
            try:
                pictures += self._context.decode(None)
            except av.FFmpegError as error:
                log.debug("The decoder could not be flushed: %s", error)
            self._context = None
        return pictures

    def _context_for(self, codec: str) -> VideoCodecContext:
        if self._context is None or codec != self._codec:
            self._codec = codec
            context = av.CodecContext.create(_LIBRARY_NAMES.get(codec, codec.lower()), "r")
            self._context = cast("VideoCodecContext", context)
            self._context.thread_count = 1
        return self._context


def _has_idr(data: bytes) -> bool:
    """Whether an H.264 frame (Annex B) holds an IDR slice: NAL type 5 before any other slice."""
    at = data.find(b"\x00\x00\x01")
    while at != -1 and at + 3 < len(data):
        kind = data[at + 3] & 0x1F
        if kind == 5:
            return True
        if 1 <= kind <= 4:
            return False
        at = data.find(b"\x00\x00\x01", at + 3)
    return False
