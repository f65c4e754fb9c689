"""What a video is: looked at before anything is made of it, by decoding its first picture."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from bot.film.parameter_sets import parameter_sets

PIXELS_LIMIT = 4096 * 2304
"""Of one picture: what is larger is made to harm."""
LOOKED_AT = 300
"""Packets, in which there has to be a picture."""

OPTIONS = {"protocol_whitelist": "file", "use_absolute_path": "0", "enable_drefs": "0"}
"""A file leads to no other, whatever stands in it."""


class UnreadableError(Exception):
    """A file without a video that could be played, and why, for the log."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Width and height in pixels, and how much wider than high a pixel is."""

    width: int
    height: int
    pixel: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Sound:
    """All in which two sound tracks have to agree to be one."""

    codec: str
    rate: int
    layout: str
    extradata: bytes


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of a video. `is_plain`: it plays wherever MP4 does, so it need not be encoded anew."""

    shape: Shape
    is_plain: bool
    extradata: bytes
    seconds: float
    sound: Sound | None = None


def open_video(path: Path) -> InputContainer:
    """Raises `UnreadableError`."""
    try:
        return av.open(str(path), options=OPTIONS, metadata_errors="replace")
    except (av.FFmpegError, OSError, ValueError) as error:
        raise UnreadableError(type(error).__name__) from None


def look(path: Path) -> Look:
    """Raises `UnreadableError` when there is nothing to see in it."""
    with open_video(path) as container:
        stream = video_of(container)
        codec = stream.codec_context
        codec.thread_count = 1
        first = _first_picture(container, stream)
        shape = Shape(first.width, first.height, stream.sample_aspect_ratio or Fraction(1))
        extradata = codec.extradata or b""
        return Look(
            shape,
            is_plain=(
                codec.name == "h264"
                and first.format.name == "yuv420p"
                and not first.rotation
                and not first.interlaced_frame
                and shape.width % 2 == shape.height % 2 == 0
                and _has_parameter_sets(extradata)
            ),
            extradata=extradata,
            seconds=_seconds(container, stream),
            sound=_sound(container),
        )


def video_of(container: InputContainer) -> VideoStream:
    """The picture's track. Raises `UnreadableError` when there is none."""
    for stream in container.streams.video:
        if not stream.disposition & stream.disposition.attached_pic:
            return stream
    raise UnreadableError("no video track")


def _first_picture(container: InputContainer, stream: VideoStream) -> av.VideoFrame:
    codec = stream.codec_context
    if codec.width * codec.height > PIXELS_LIMIT:
        raise UnreadableError("too large")
    try:
        for number, packet in enumerate(container.demux(stream)):
            for picture in _decoded(packet):
                if picture.width * picture.height > PIXELS_LIMIT:
                    raise UnreadableError("too large")
                return picture
            if number > LOOKED_AT:
                break
    except (av.FFmpegError, OSError, ValueError) as error:
        raise UnreadableError(type(error).__name__) from None
    raise UnreadableError("no picture")


def _decoded(packet: "av.Packet[VideoStream]") -> list[av.VideoFrame]:
    try:
        return packet.decode()
    except (av.FFmpegError, ValueError):
        return []


def _has_parameter_sets(extradata: bytes) -> bool:
    try:
        return bool(parameter_sets(extradata))
    except ValueError:
        return False


def _seconds(container: InputContainer, stream: VideoStream) -> float:
    if stream.duration and stream.time_base:
        return max(0.0, float(stream.duration * stream.time_base))
    return max(0.0, (container.duration or 0) / av.time_base)


def _sound(container: InputContainer) -> Sound | None:
    if not container.streams.audio:
        return None
    codec = container.streams.audio[0].codec_context
    if not codec.sample_rate or not codec.layout.nb_channels:
        return None
    return Sound(codec.name, codec.sample_rate, codec.layout.name, codec.extradata or b"")
