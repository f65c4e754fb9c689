"""A seam between two real streams, as FFmpeg's own reader of HLS takes it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import av
import numpy as np
import pytest
from aiohttp import web

from bot.broadcast.model import Broadcast, Channel, Spectating, Viewer
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import State
from bot.broadcast.telling.listeners import Listeners
from bot.local.odyssey.media.clock import FRAME_RATE
from bot.local.odyssey.media.encoder import GOP_TICKS, FrameEncoder
from bot.local.odyssey.media.hls import HlsWindow
from bot.web.playlist.live import LivePlaylists
from bot.worlds.playlists import playlist_reader
from tests.broadcast.fakes import WaitingClock

CHANNEL = Channel(1, 2)
DARK, BRIGHT = 40, 200


class Stream:
    """A stream of one grey, from one tick to another."""

    def __init__(self, grey: int, began: int, ended: int) -> None:
        self.window = HlsWindow()
        self.began, self._ended = began, ended
        self._picture = av.VideoFrame.from_ndarray(np.full((64, 64, 3), grey, np.uint8), format="rgb24")
        self._picture = self._picture.reformat(format="yuv420p")
        self._encoder = FrameEncoder("h264", 64, 64)

    def at(self, tick: int) -> None:
        own_tick = tick - self.began
        if tick == self._ended:
            self.window.finish(own_tick)
        elif self.began <= tick < self._ended:
            keyframe = own_tick % GOP_TICKS == 0
            data = bytes(self._encoder.encode(self._picture, own_tick, keyframe=keyframe))
            self.window.add(data, own_tick, keyframe=keyframe)


@asynccontextmanager
async def serving(streams: list[Stream], playlists: list[LivePlaylists]) -> AsyncIterator[str]:
    """A service with these streams, and our own playlist beside it; the base of their addresses."""

    async def serve(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name == "live.m3u8":
            return await playlists[0](CHANNEL)
        window = streams[int(request.match_info["number"])].window
        if name == "index.m3u8":
            # Its dates are the machine's, and time is another here.
            return web.Response(text=re.sub("#EXT-X-PROGRAM.*\n", "", window.playlist("token=T")))
        if name == "init.mp4":
            return web.Response(body=window.init)
        segment = window.segment(int(name.removesuffix(".m4s")))
        return web.Response(body=segment.data) if segment else web.Response(status=404)

    app = web.Application()
    app.router.add_get("/{number:[01]}/{name}", serve)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def seen(url: str) -> str:
    """What FFmpeg reads of a playlist, as a row of letters: a dark or a bright frame, or neither.

    Decoded apart: where times go back it reads the next segment of MP4 all the same, but has it discarded.
    """
    greys = []
    with av.open(url) as container:
        decoder = av.CodecContext.create("h264", "r")
        assert isinstance(decoder, av.VideoCodecContext)
        decoder.extradata = container.streams.video[0].codec_context.extradata
        for packet in container.demux(video=0):
            frames = decoder.decode(av.Packet(bytes(packet)) if packet.size else None)
            greys += [int(frame.to_ndarray(format="gray").mean()) for frame in frames]
    return "".join(
        "d" if abs(grey - DARK) < 10 else "b" if abs(grey - BRIGHT) < 10 else "?" for grey in greys
    )


@pytest.mark.parametrize("beside_s", [3, 0])
async def test_a_player_sees_one_stream_to_its_end_and_the_next_one_from_there_on(beside_s: int) -> None:
    """Every frame of both, but for what they have in common: that it sees once, to the nearest segment."""
    began = (6 - beside_s) * FRAME_RATE
    streams = [Stream(DARK, 0, 6 * FRAME_RATE), Stream(BRIGHT, began, began + 6 * FRAME_RATE)]
    clock, listeners, view = WaitingClock(), Listeners[Broadcast](), None
    broadcast = Broadcast("b", CHANNEL, Viewer(3, "Mika"), "A cat", False, datetime.now(UTC), State.LIVE)
    playlists: list[LivePlaylists] = []
    async with (
        serving(streams, playlists) as base,
        playlist_reader(base) as read,
        LivePlaylists(lambda _: view, read, listeners, clock) as live,
    ):
        playlists.append(live)
        for tick in range(14 * FRAME_RATE):
            for number, stream in enumerate(streams):
                stream.at(tick)
                if tick == stream.began + GOP_TICKS + 1:
                    spectating = Spectating(base, "T", f"{base}/{number}/index.m3u8?token=T")
                    view = BroadcastView(broadcast, "A cat", streams=number + 1, spectating=spectating)
                    listeners.tell(broadcast)
            if tick % FRAME_RATE == 0:
                await clock.sleep(1)
                await live(CHANNEL)
        view = None
        await live(CHANNEL)
        row = await asyncio.to_thread(seen, f"{base}/0/live.m3u8")
    dark, bright = row.count("d"), row.count("b")
    assert row == "d" * dark + "b" * bright
    assert dark == 6 * FRAME_RATE
    assert abs(bright - (6 - beside_s) * FRAME_RATE) <= (GOP_TICKS if beside_s else 0)
