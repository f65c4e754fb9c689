"""Streams of 150 s joined by copying: how long it takes, and how much memory, whether there are ten or sixty.

The baseline is the copying of the same bytes, file by file, in the same run.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bot.broadcast.recordings.footage import Moment, Part
from bot.film import work
from bot.film.making import FILM, Job
from bot.local.odyssey.media.encoder import FrameEncoder
from bot.local.odyssey.media.muxing import Mp4Writer
from tests.film.videos import Kind, picture

SECONDS, RATE, DRAWN = 150, 20, 30
COUNTS = tuple(int(count) for count in os.environ.get("STREAMS", "10,60").split(","))
MOST_S = 5.0
KIND = Kind(width=1280, height=704)


def main() -> None:
    """`python -m tests.bench film`; STREAMS sets how many are joined, such as 10,60."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("SCRATCH")) as name:
        directory = Path(name)
        stream = _stream(directory / "stream.mp4")
        size = stream.stat().st_size
        print(f"streams of {SECONDS} s, {size / 1e6:.1f} MB each; at most {MOST_S:.0f} s for ten of them\n")
        heads = ("copied, s", "joined, s", "its CPU, s", "whole, s", "memory, MB")
        print(f"{'':<16}" + "".join(f"{head:>13}" for head in heads))
        for count in COUNTS:
            _row(count, stream, directory)


def _stream(path: Path) -> Path:
    """As the stand-in encodes it; noise makes it as large as the service's."""
    encoder, writer = FrameEncoder("h264", KIND.width, KIND.height), Mp4Writer(path, "+faststart")
    random, frames = np.random.default_rng(7), []
    for tick in range(DRAWN):
        frame = picture(KIND, 60, tick)
        light = np.frombuffer(bytes(frame.planes[0]), np.uint8).reshape(KIND.height, -1).copy()
        light[::4] += random.integers(0, 24, light[::4].shape, np.uint8)
        frame.planes[0].update(light.tobytes())
        frames.append(frame)
    for tick in range(SECONDS * RATE):
        packet = encoder.encode(frames[tick % DRAWN], tick, keyframe=tick == 0)
        writer.write(bytes(packet), tick, keyframe=packet.is_keyframe)
    writer.close()
    return path


def _row(count: int, stream: Path, directory: Path) -> None:
    names = [str(number) for number in range(count)]
    paths = [directory / f"{name}.mp4" for name in names]
    began = time.perf_counter()
    for path in paths:
        shutil.copyfile(stream, path)
    copied_s = time.perf_counter() - began
    moments = tuple(
        Moment(name, at, f"Prompt {at} of stream {name}", ("Ada", "Bob"))
        for name in names
        for at in range(0, SECONDS, 5)
    )
    parts = tuple(Part(name, path) for name, path in zip(names, paths, strict=True))
    joined = _made(Job(parts, moments, has_credits=True, is_clip=True), directory / "joined")
    whole = _made(Job(parts, moments, has_credits=True), directory / "film")
    megabytes, name = max(joined.size_bytes, whole.size_bytes) / 1e6, f"{count} streams"
    seconds = (copied_s, joined.took_s, joined.cpu_s, whole.took_s)
    print(f"{name:<16}" + "".join(f"{each:>13.2f}" for each in seconds) + f"{megabytes:>13.0f}")
    for path in paths:
        path.unlink()


class _Usage(NamedTuple):
    """Of a process, from its start to its end: its memory is what it had at its largest."""

    took_s: float
    cpu_s: float
    size_bytes: int


def _made(job: Job, into: Path) -> _Usage:
    into.mkdir()
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", work.__name__, str(into), str(2**40)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    process.stdin.write(work.written(job))
    process.stdin.close()
    made = json.loads(process.stdout.read().splitlines()[-1])
    _, status, usage = os.wait4(process.pid, 0)
    took_s = time.perf_counter() - began
    process.returncode = status
    assert status == 0
    assert abs(made["length_s"] - len(job.parts) * SECONDS) < 1
    assert (into / FILM).is_file()
    shutil.rmtree(into)
    return _Usage(took_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
