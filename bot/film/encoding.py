"""A part that does not fit the others, made anew: in their shape, letterboxed, and with sound as theirs."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer
from av.filter import Graph
from av.video.stream import VideoStream

from bot.broadcast.recordings.footage import Part
from bot.film.look import Shape, UnreadableError
from bot.film.packets import TICKS, Footage, Timed
from bot.film.sound import add_sound, sound_track

TIME_BASE = Fraction(1, TICKS)
GOP_S = 2
RATE = 30
"""What the encoder plans with; each picture keeps its own time."""
X264 = {
    "preset": "veryfast",
    "crf": "20",
    "x264-params": "scenecut=0:bframes=0:rc-lookahead=10:sliced-threads=0",
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a part is to be. `copies_picture`: its own is so; `has_sound`: AAC, silence if it has none."""

    shape: Shape
    copies_picture: bool
    has_sound: bool


def encode(part: Part, wanted: Wanted, path: Path) -> float:
    """Writes a part anew, as an MP4, and says with which second of its file it begins.

    Raises `UnreadableError` when there was nothing to write.
    """
    with Footage(part) as footage, av.open(str(path), "w", format="mp4") as target:
        if wanted.copies_picture:
            picture = target.add_stream_from_template(footage.video)
            picture.time_base = TIME_BASE
        else:
            picture = _picture_track(target, wanted.shape)
        sound = sound_track(target) if wanted.has_sound else None
        copy = _copied if wanted.copies_picture else _encoded
        length = 0
        for packet, until in copy(footage, picture, wanted.shape):
            target.mux(packet)
            length = max(length, until)
        if not length:
            raise UnreadableError("no picture")
        if sound is not None:
            add_sound(part, target, sound, length)
        return footage.began_at_s


def _picture_track(target: OutputContainer, shape: Shape) -> VideoStream:
    stream = target.add_stream("libx264", rate=RATE, options=X264)
    stream.width, stream.height, stream.pix_fmt = shape.width, shape.height, "yuv420p"
    stream.codec_context.time_base = stream.time_base = TIME_BASE
    stream.codec_context.sample_aspect_ratio = shape.pixel
    stream.gop_size = GOP_S * RATE
    stream.thread_count = 1
    return stream


def _copied(
    footage: Footage, track: VideoStream, _shape: Shape
) -> "Iterator[tuple[av.Packet[VideoStream], int]]":
    for timed in footage.packets():
        packet = timed.packet
        packet.stream, packet.time_base = track, TIME_BASE
        packet.pts, packet.dts, packet.duration = timed.pts, timed.dts, timed.duration
        yield packet, timed.pts + timed.duration


def _encoded(
    footage: Footage, track: VideoStream, shape: Shape
) -> "Iterator[tuple[av.Packet[VideoStream], int]]":
    letterbox, last, until = _Letterbox(shape), -1, 0
    keyframe_at = 0
    for frame, duration in _pictures(footage):
        if frame.pts is None or frame.pts <= last:
            continue  # the encoder takes no two at one time
        fitted = letterbox.fit(frame)
        last, until = frame.pts, frame.pts + duration
        fitted.pts, fitted.time_base = last, TIME_BASE
        fitted.pict_type = 1 if last >= keyframe_at else 0
        if last >= keyframe_at:
            keyframe_at = last + GOP_S * TICKS
        for packet in track.encode(fitted):
            yield packet, until
    if until:
        for packet in track.encode(None):
            packet.duration = packet.duration or until - last
            yield packet, until


def _pictures(footage: Footage) -> Iterator[tuple[av.VideoFrame, int]]:
    """Decoded pictures with their times in ticks, and how long each is shown at least."""
    codec = footage.video.codec_context
    codec.thread_count = 1
    for timed in _then_none(footage.packets()):
        if timed:
            timed.packet.pts, timed.packet.dts = timed.pts, timed.dts
            timed.packet.duration, timed.packet.time_base = timed.duration, TIME_BASE
        try:
            frames = codec.decode(timed.packet if timed else None)
        except (av.FFmpegError, ValueError):
            continue  # a packet that is broken
        for frame in frames:
            yield frame, timed.duration if timed else TICKS // RATE


def _then_none(packets: Iterator[Timed]) -> Iterator[Timed | None]:
    yield from packets
    yield None


class _Letterbox:
    """Fits pictures into a shape, whatever theirs is: it may change on the way."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._graph: Graph | None = None
        self._taken: tuple[int, int, str] | None = None

    def fit(self, frame: av.VideoFrame) -> av.VideoFrame:
        taken = frame.width, frame.height, frame.format.name
        if self._graph is None or taken != self._taken:
            self._graph, self._taken = self._made_for(frame), taken
        self._graph.vpush(frame)
        return self._graph.vpull()

    def _made_for(self, frame: av.VideoFrame) -> Graph:
        shape, graph = self._shape, Graph()
        graph.threads = 1
        pixel = getattr(frame, "sample_aspect_ratio", None) or Fraction(1)
        wide = Fraction(frame.width) * pixel / shape.pixel
        scale = min(Fraction(shape.width) / wide, Fraction(shape.height, frame.height))
        width = max(2, min(shape.width, 2 * round(wide * scale / 2)))
        height = max(2, min(shape.height, 2 * round(frame.height * scale / 2)))
        source = graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=TIME_BASE
        )
        nodes = (
            source,
            graph.add("scale", f"{width}:{height}"),
            graph.add("pad", f"{shape.width}:{shape.height}:(ow-iw)/2:(oh-ih)/2"),
            graph.add("setsar", f"{shape.pixel.numerator}/{shape.pixel.denominator}"),
            graph.add("format", "yuv420p"),
            graph.add("buffersink"),
        )
        graph.link_nodes(*nodes).configure()
        return graph
