"""The stand-in's cost: what a stream takes of a core, what each viewer adds, how fast it starts and finishes.

The baseline is x264 alone: the same pictures, encoded by the same settings, with nothing else done.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator

import aiohttp
import psutil
import pytest
from aiortc.codecs.base import Decoder
from aiortc.jitterbuffer import JitterFrame
from av.frame import Frame

from bot.local.odyssey.media.clock import FRAME_RATE
from bot.local.odyssey.media.encoder import FrameEncoder
from bot.local.odyssey.media.frames import to_frame
from bot.local.odyssey.world.imagination import imagine
from bot.local.odyssey.world.stage import Stage
from tests.local.odyssey.wire import Rest, WireClient, connected, spectating

PROMPT = "A red fox and three birds in an autumn forest in the rain"
API_KEY = "ody_bench"
SPECTATORS = 10
WINDOW_S = 8.0
CONCURRENT = 3
LONG_STREAM_S = 150.0


class CountingDecoder(Decoder):
    """Counts frames instead of decoding them, so that viewers take nothing from the service's cores."""

    frames = 0

    def decode(self, encoded_frame: JitterFrame) -> list[Frame]:
        """Nothing."""
        CountingDecoder.frames += 1
        return []


async def measure(*, long: bool) -> None:
    """Prints the table."""
    encoding, drawing = baseline_cores()
    print(f"{'':<62}{'value':>9}{'  to x264 alone':>16}{'  allowed':>10}")
    _row("x264 alone, cores", encoding, 1.0)
    _row("drawing alone, cores", drawing, drawing / encoding)
    async with _service() as (process, rest, start_s):
        async with connected(rest) as client:
            await _start(client, broadcast=True)
            ready = await client.expect("broadcast_ready")
            alone, fps = await _load(process, viewers=1)
            _row("one stream, recording, HLS, its client: cores", alone, alone / encoding)
            url = f"{ready['webrtc_url']}/whep?token={ready['spectator_token']}"
            async with contextlib.AsyncExitStack() as stack:
                for _ in range(SPECTATORS):
                    await stack.enter_async_context(spectating(rest.http, url))
                crowded, crowded_fps = await _load(process, viewers=1 + SPECTATORS)
            each = (crowded - alone) / SPECTATORS
            _row(f"the same and {SPECTATORS} WHEP spectators: cores", crowded, crowded / encoding, 0.6)
            _row("each spectator: cores", each, each / encoding, 0.025)
            _row("frames a second for each, alone / with spectators", min(fps, crowded_fps), None, 20.0)
        async with contextlib.AsyncExitStack() as stack:
            for _ in range(CONCURRENT):
                await _start(await stack.enter_async_context(connected(rest)), broadcast=False)
            busy, fps = await _load(process, viewers=CONCURRENT)
            _row(f"{CONCURRENT} streams at once: cores", busy, busy / encoding, 2.0)
            _row(f"{CONCURRENT} streams at once: frames a second for each", fps, None, 20.0)
        _row("start of the process to its first answer, s", start_s, None, 1.0)
        for length_s in (5.0, LONG_STREAM_S) if long else (5.0,):
            took_s = await _recording_delay_s(rest, length_s)
            _row(f"end of a {length_s:.0f} s stream to its recording, s", took_s, None, 1.0)


def baseline_cores() -> tuple[float, float]:
    """What x264 alone takes of a core for 20 frames a second, and drawing alone."""
    stage = Stage(1280, 704)
    stage.show(stage.build(imagine(PROMPT)))
    encoder = FrameEncoder("h264", 1280, 704)
    drawing_s = encoding_s = 0.0
    count = 10 * FRAME_RATE
    for tick in range(count):
        began = time.thread_time()
        frame = to_frame(stage.draw(tick / FRAME_RATE))
        drawn = time.thread_time()
        encoder.encode(frame, tick, keyframe=False)
        drawing_s += drawn - began
        encoding_s += time.thread_time() - drawn
    return encoding_s / count * FRAME_RATE, drawing_s / count * FRAME_RATE


def main() -> None:
    """`python -m tests.bench standin`; with LONG=1 also a stream of full length."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
        patch.setattr("aiortc.rtcrtpreceiver.get_decoder", lambda codec: CountingDecoder())
        asyncio.run(measure(long=bool(os.environ.get("LONG"))))


@contextlib.asynccontextmanager
async def _service() -> AsyncIterator[tuple[psutil.Process, Rest, float]]:
    """The stand-in as a process of its own, REST calls to it, and how long it took to answer."""
    command = [sys.executable, "-m", "bot", "standin", "--port", "0", "--api-key", API_KEY]
    command += ["--log-level", "WARNING"]
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        url = (await process.stdout.readline()).decode().split()[-1]
        async with aiohttp.ClientSession() as http:
            rest = Rest(http, url)
            await rest.authenticate(API_KEY)
            yield psutil.Process(process.pid), rest, time.monotonic() - began
    finally:
        process.terminate()
        await process.wait()


async def _start(client: WireClient, *, broadcast: bool) -> str:
    started = await client.start(PROMPT, broadcast=broadcast)
    await asyncio.sleep(1)
    return str(started["stream_id"])


async def _load(process: psutil.Process, viewers: int) -> tuple[float, float]:
    """Cores that the process takes, and the frames a second that each viewer receives."""
    await asyncio.sleep(1)
    before, frames, began = process.cpu_times(), CountingDecoder.frames, time.monotonic()
    await asyncio.sleep(WINDOW_S)
    after, elapsed_s = process.cpu_times(), time.monotonic() - began
    used_s = after.user + after.system - before.user - before.system
    return used_s / elapsed_s, (CountingDecoder.frames - frames) / elapsed_s / viewers


async def _recording_delay_s(rest: Rest, length_s: float) -> float:
    """From the end of a stream to its complete recording; the service's own delay is part of it."""
    async with connected(rest) as client:
        stream_id = await _start(client, broadcast=False)
        await asyncio.sleep(length_s - 1.5)
        await client.end()
        ended = time.monotonic()
        await rest.recording(stream_id)
        return time.monotonic() - ended


def _row(name: str, value: float, ratio: float | None, allowed: float | None = None) -> None:
    to_x264 = "" if ratio is None else f"{ratio:.2f} x"
    limit = "" if allowed is None else f"{allowed:g}"
    print(f"{name:<62}{value:>9.3f}{to_x264:>16}{limit:>10}")
