"""Small videos to make films of: each picture of them can be told from all others."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

RATE = 20


@dataclass(frozen=True, slots=True)
class Kind:
    """How a video is encoded. `shown_at`: its pictures' times in ticks of `time_base`, if not the usual."""

    width: int = 160
    height: int = 96
    codec: str = "libx264"
    pictures: int = 50
    b_frames: int = 0
    preset: str = "ultrafast"
    pix_fmt: str = "yuv420p"
    sound: str | None = None
    shown_at: Sequence[int] | None = None
    time_base: Fraction = Fraction(1, RATE)
    options: tuple[tuple[str, str], ...] = ()


PLAIN = Kind()


def picture(kind: Kind, tone: int, number: int) -> av.VideoFrame:
    """A grey of a part's own, with a bar that has moved on in each picture."""
    pixels = np.full((kind.height, kind.width, 3), tone, np.uint8)
    left = number * 6 % kind.width
    pixels[:, left : left + 12] = 255 - tone
    return av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=kind.pix_fmt)


def make_video(path: Path, kind: Kind = PLAIN, *, tone: int = 60) -> Path:
    options = {"preset": kind.preset, "bf": str(kind.b_frames), "crf": "18", **dict(kind.options)}
    if kind.codec != "libx264":
        options = dict(kind.options)
    with av.open(str(path), "w") as target:
        track = target.add_stream(kind.codec, rate=RATE, options=options)
        assert isinstance(track, av.VideoStream)
        track.width, track.height, track.pix_fmt = kind.width, kind.height, kind.pix_fmt
        track.codec_context.time_base = kind.time_base
        track.gop_size = RATE
        track.thread_count = 1
        sound = target.add_stream(kind.sound, rate=48_000, layout="stereo") if kind.sound else None
        for number in range(kind.pictures):
            frame = picture(kind, tone, number)
            frame.pts = kind.shown_at[number] if kind.shown_at else number
            frame.time_base = kind.time_base
            target.mux(track.encode(frame))
        target.mux(track.encode(None))
        if isinstance(sound, av.AudioStream):
            _add_tone(target, sound, kind.pictures * 48_000 // RATE)
    return path


def _add_tone(target: av.container.OutputContainer, track: av.AudioStream, samples: int) -> None:
    for at in range(0, samples, 1024):
        wave = np.sin(np.arange(at, at + 1024) * 2 * np.pi * 440 / 48_000).astype(np.float32) / 2
        frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, at, Fraction(1, 48_000)
        target.mux(track.encode(frame))
    target.mux(track.encode(None))


def pictures_of(path: Path) -> list[bytes]:
    """What a player sees: the light of each picture, to the bit."""
    with av.open(str(path)) as video:
        return [frame.to_ndarray(format="gray").tobytes() for frame in video.decode(video=0)]


def times_of(path: Path) -> list[float]:
    """When each picture is shown, in seconds."""
    with av.open(str(path)) as video:
        return [frame.time or 0.0 for frame in video.decode(video=0)]


def tones_of(path: Path) -> list[int]:
    """The grey of each picture's upper left corner region, its bar left out."""
    with av.open(str(path)) as video:
        return [int(np.median(frame.to_ndarray(format="gray"))) for frame in video.decode(video=0)]
