"""A part's sound, made anew: as long as its picture, and silence where it has none."""

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from numpy.typing import NDArray

from bot.broadcast.recordings.footage import Part
from bot.film.packets import TICKS, Footage

RATE, LAYOUT, CHANNELS, BLOCK = 48_000, "stereo", 2, 1024

Samples = NDArray[np.float32]
"""A row for each channel."""


def sound_track(target: OutputContainer) -> AudioStream:
    """AAC, the same for every part."""
    track = target.add_stream("aac", rate=RATE, layout=LAYOUT)
    assert isinstance(track, AudioStream)  # noqa: S101 - by its codec
    return track


def add_sound(part: Part, target: OutputContainer, track: AudioStream, length: int) -> None:
    """A part's sound, or silence, for exactly as long as its picture."""
    samples = length * RATE // TICKS
    at = 0
    for block in _blocks(part):
        block = block[:, : samples - at]
        at += _write(target, track, block, at)
        if at >= samples:
            break
    for block in _silence(samples - at):
        at += _write(target, track, block, at)
    target.mux(track.encode(None))


def _write(
    target: OutputContainer,
    track: AudioStream,
    block: Samples,
    at: int,
) -> int:
    if not block.shape[1]:
        return 0
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout=LAYOUT)
    frame.sample_rate, frame.pts, frame.time_base = RATE, at, Fraction(1, RATE)
    target.mux(track.encode(frame))
    return int(block.shape[1])


def _silence(samples: int) -> Iterator[Samples]:
    while samples > 0:
        yield np.zeros((CHANNELS, min(BLOCK, samples)), np.float32)
        samples -= BLOCK


def _blocks(part: Part) -> Iterator[Samples]:
    """A part's sound, resampled, in frames of the encoder's size; none if it has none."""
    resampler = av.AudioResampler(format="fltp", layout=LAYOUT, rate=RATE, frame_size=BLOCK)
    with Footage(part, with_sound=True) as footage:
        if footage.sound is None:
            return
        codec, is_first = footage.sound.codec_context, True
        for timed in footage.packets():
            if timed.is_video:
                continue
            if is_first:
                yield from _silence(timed.pts * RATE // TICKS)
                is_first = False
            try:
                for frame in codec.decode(timed.packet):
                    frame.pts = None
                    for resampled in resampler.resample(frame):
                        yield np.asarray(resampled.to_ndarray(), np.float32)
            except (av.FFmpegError, ValueError):
                continue
        try:
            for resampled in resampler.resample(None):
                yield np.asarray(resampled.to_ndarray(), np.float32)
        except (av.FFmpegError, ValueError):
            return
