"""The scripted service in a process of its own, sending one clip, encoded once, to any number of clients.

Its sender is as lean as it can be (packets made once, one timer for all), so that on a machine of two cores
the client can be given one of them and still be the one that is measured.
"""

import asyncio
import fractions
import functools
import json
import math
import multiprocessing as mp
import os
import random
import re
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any

import av
import numpy as np
from aiortc import InvalidStateError
from aiortc.codecs import get_encoder
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from tests.odyssey.clip import ClipTrack
from tests.odyssey.service import Behaviour, Service, Streamer
from tests.support.relays import PassingStreamer

WIDTH, HEIGHT, FPS, GROUP = 1280, 704, 20, 40
BITS_PER_SECOND = 2_500_000
LOSS = 0.03
CODECS = {"H.264": ("libx264", "video/H264"), "VP8": ("libvpx", "video/VP8")}


@contextmanager
def clip_service(codec: str = "H.264", kind: str = "lean") -> Iterator[str]:
    """Runs the service, on the last core; gives its URL. `kind` is how it sends: lean, plain (aiortc) or
    lossy.
    """
    with _process(codec, kind) as pipe:
        yield pipe.recv()


@contextmanager
def limited_service(stream_limit_s: float = math.inf) -> Iterator[tuple[str, int]]:
    """The lean one, which ends streams after so long, and has a recording of each; gives its URL and its
    process.
    """
    with _process("H.264", "limited", stream_limit_s) as pipe:
        yield pipe.recv(), pipe.recv()


@contextmanager
def timed_service() -> Iterator[tuple[str, Connection]]:
    """The lean one, and a pipe: for each `update`, its prompt and the monotonic time at which it arrived."""
    with _process("H.264", "timed") as pipe:
        yield pipe.recv(), pipe


@functools.cache
def encoded(codec: str) -> tuple[bytes, ...]:
    """4 s of moving waves and noise at about 2.5 Mbit/s, a keyframe each 2 s."""
    library, _ = CODECS[codec]
    context: Any = av.CodecContext.create(library, "w")
    context.width, context.height, context.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    context.time_base, context.framerate = fractions.Fraction(1, FPS), fractions.Fraction(FPS, 1)
    context.gop_size, context.bit_rate = GROUP, BITS_PER_SECOND
    context.options = {
        "libx264": {
            "preset": "veryfast",
            "tune": "zerolatency",
            "profile": "baseline",
            "x264-params": f"keyint={GROUP}:min-keyint={GROUP}:scenecut=0",
        },
        "libvpx": {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0"},
    }[library]
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    noise = np.random.default_rng(1).integers(0, 40, (HEIGHT, WIDTH), dtype=np.int16)
    packets = []
    for index in range(2 * GROUP):
        waves = 127 + 60 * np.sin(x / 40 + index / 5) + 60 * np.cos(y / 30 - index / 7)
        grey = waves.astype(np.int16) + np.roll(noise, index * 3, axis=1)
        colours = (grey, np.roll(grey, index * 4, 1), np.roll(grey, -index * 5, 0))
        frame = av.VideoFrame.from_ndarray(
            np.stack(colours, -1).clip(0, 255).astype(np.uint8), format="rgb24"
        )
        frame.pts = index
        packets += [bytes(packet) for packet in context.encode(frame)]
    return tuple(packets)


class LeanSender:
    """Sends the clip to every streamer that runs, each at its own moment within a frame's time."""

    def __init__(self, codec: str) -> None:
        _, mime = CODECS[codec]
        encoder = get_encoder(RTCRtpCodecParameters(mimeType=mime, clockRate=90_000))
        self._frames: list[list[bytes]] = []
        for index, data in enumerate(encoded(codec)):
            packet = av.Packet(data)
            packet.pts, packet.time_base = index, fractions.Fraction(1, FPS)
            self._frames.append(encoder.pack(packet)[0])

    async def run(self, streamer: Streamer, answer: str) -> None:
        """Sends to one streamer, until it is gone."""
        [transceiver] = streamer.pc.getTransceivers()
        dtls: Any = transceiver.sender.transport
        ssrc = transceiver.sender._ssrc
        kind = int(re.findall(r"^m=video \d+ \S+ (\d+)", answer, re.MULTILINE)[0])
        loop = asyncio.get_running_loop()
        sequence, index = 0, 0
        due = loop.time() + random.random() / FPS
        while not streamer.gone.is_set() and dtls.state == "connected":
            await asyncio.sleep(max(0.0, due - loop.time()))
            due += 1 / FPS
            if not streamer.track.running.is_set():
                continue
            payloads = self._frames[index % len(self._frames)]
            timestamp = index * 90_000 // FPS & 0xFFFFFFFF
            index += 1
            for place, payload in enumerate(payloads, 1):
                marker = 0x80 if place == len(payloads) else 0
                header = struct.pack("!BBHLL", 0x80, marker | kind, sequence & 0xFFFF, timestamp, ssrc)
                sequence += 1
                await dtls.transport._send(dtls._tx_srtp.protect(header + payload))


class IdleTrack(ClipTrack):
    """Leaves the sending to the lean sender."""

    async def recv(self) -> Any:
        """Never returns."""
        await asyncio.Event().wait()


class LeanStreamer(Streamer):
    """A streamer whose video comes from the lean sender."""

    sender: LeanSender

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.track = IdleTrack(())

    async def take_answer(self, sdp: str) -> None:
        """As any streamer; then begins to send, as soon as a stream runs."""
        await super().take_answer(sdp)
        self.service.spawn(self._send(sdp))

    async def _send(self, answer: str) -> None:
        await self.channel_open.wait()
        with suppress(ConnectionError):  # the client has gone
            await self.sender.run(self, answer)


class TimedStreamer(LeanStreamer):
    """Tells of every `update` before anything else is done with it."""

    pipe: Connection

    def _on_text(self, raw: str) -> None:
        now_s = time.monotonic()
        message = json.loads(raw)
        if message["type"] == "update":
            self.pipe.send((message["prompt"], now_s))
        super()._on_text(raw)


class LimitedStreamer(PassingStreamer, LeanStreamer):
    """Ends a stream when its time is up."""

    limit_s = math.inf
    _limit: asyncio.Handle | None = None

    async def started(self, **more: Any) -> str:
        """From now on its time runs."""
        stream_id = await super().started(**more)
        if self.limit_s < math.inf:
            loop = asyncio.get_running_loop()
            self._limit = loop.call_later(self.limit_s, lambda: self.service.spawn(self._time_is_up()))
        return stream_id

    def is_over(self) -> None:
        """Its time does not run any more."""
        super().is_over()
        if self._limit:
            self._limit.cancel()

    async def _time_is_up(self) -> None:
        self.is_over()
        self.track.running.clear()
        with suppress(InvalidStateError):  # the client is just leaving
            await self.say(
                {"type": "interactive_stream_error", "reason": "session_timeout", "message": "Time is up."}
            )


class LossyStreamer(Streamer):
    """A streamer behind a bad network."""

    async def started(self, **more: Any) -> str:
        """Loses packets from now on."""
        self.lose(LOSS, late=LOSS)
        return await super().started(**more)


@contextmanager
def _process(codec: str, kind: str, stream_limit_s: float = math.inf) -> Iterator[Connection]:
    context = mp.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(codec, kind, stream_limit_s, theirs))
    process.start()
    try:
        yield ours
    finally:
        process.terminate()
        process.join()


def _serve(codec: str, kind: str, stream_limit_s: float, pipe: Connection) -> None:
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    LimitedStreamer.limit_s = stream_limit_s
    asyncio.run(_serve_until_killed(codec, kind, pipe))


async def _serve_until_killed(codec: str, kind: str, pipe: Connection) -> None:
    types: dict[str, type[Streamer]] = {
        "plain": Streamer,
        "lean": LeanStreamer,
        "limited": LimitedStreamer,
        "timed": TimedStreamer,
        "lossy": LossyStreamer,
    }
    if issubclass(types[kind], LeanStreamer):
        LeanStreamer.sender = LeanSender(codec)
    TimedStreamer.pipe = pipe
    service = Service(types[kind])
    service.behaviour = Behaviour(clip=encoded(codec), codec=CODECS[codec][1])
    async with service.running():
        pipe.send(service.url)
        if kind == "limited":
            pipe.send(os.getpid())
        await asyncio.Event().wait()
