"""A service that spectators watch, by WHEP and by HLS, with whatever faults a test wants."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import av
from aiohttp import web

from bot.local.odyssey.media.clock import FRAME_RATE, TIME_BASE
from bot.local.odyssey.media.feed import Feed
from bot.local.odyssey.media.hls import HlsWindow
from bot.local.odyssey.rtc.peer import Peer
from tests.odyssey.clip import encoded_clip

KEYFRAME_EVERY = 5
HLS_GROUP = 2 * FRAME_RATE
HLS_FRAMES = 10 * HLS_GROUP
TOKEN = "spectator-token"

Answer = Callable[[web.Request, Callable[[], Awaitable[web.Response]]], Awaitable[web.StreamResponse]]
"""Answers a request; what it is given makes the right answer."""


async def rightly(_request: web.Request, right: Callable[[], Awaitable[web.Response]]) -> web.StreamResponse:
    """As a good service does."""
    return await right()


async def never(_request: web.Request, _right: Callable[[], Awaitable[web.Response]]) -> web.StreamResponse:
    """Until the other side has had enough."""
    await asyncio.Event().wait()
    raise AssertionError


@dataclass
class Session:
    """One who watches by WHEP."""

    stream: str
    peer: Peer
    is_deleted: bool = False


@dataclass
class Service:
    """Streams named as anybody likes, each the same moving picture.

    `joins`: every request to watch, by stream. `is_sending`: whether pictures come, on all of them.
    """

    url: str = ""
    whep: Answer = rightly
    config: Answer = rightly
    playlist: Answer = rightly
    ice_servers: list[Any] = field(default_factory=list)
    is_sending: bool = True
    joins: list[str] = field(default_factory=list)
    sessions: dict[str, Session] = field(default_factory=dict)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    _feed: Feed = field(default_factory=Feed)
    _hls: HlsWindow = field(default_factory=HlsWindow)

    def stream(self, number: int, *, has_hls: bool = False) -> dict[str, Any]:
        """A stream as the state document has it."""
        where = f"{self.url}/broadcasts/{number}"
        return {"number": number, "whep": {"url": where, "token": TOKEN}, "has_hls": has_hls}

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Waits for what requests bring about."""
        while not is_so():
            await self.until_changed()

    async def until_changed(self) -> None:
        """Waits for somebody to come or to leave."""
        self.changed.clear()
        await self.changed.wait()

    async def end(self, number: int) -> None:
        """Ends a stream as the service does: its spectators' connections are closed."""
        for session in self.sessions.values():
            if session.stream == str(number):
                self._feed.detach(session.peer.track)
                await session.peer.close()

    def add_routes(self, app: web.Application) -> None:
        """Serves the streams."""
        app.router.add_get("/config", self._config)
        app.router.add_post("/broadcasts/{stream}/whep", self._join)
        app.router.add_delete("/broadcasts/{stream}/whep/{session}", self._leave)
        app.router.add_get("/live.m3u8", self._playlist)
        app.router.add_get("/init.mp4", self._init)
        app.router.add_get("/{number:[0-9]+}.m4s", self._segment)
        app.router.add_route("OPTIONS", "/{path:.*}", self._preflight)
        app.on_response_prepare.append(_allow_all)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Sends the picture meanwhile."""
        task = asyncio.create_task(self._send(), name="pictures")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])
            for session in self.sessions.values():
                await session.peer.close()

    async def _send(self) -> None:
        packets = encoded_clip(group=KEYFRAME_EVERY)
        tick = 0
        while True:
            packet: Any = av.Packet(packets[tick % len(packets)])
            packet.pts, packet.time_base = tick, TIME_BASE
            packet.is_keyframe = tick % KEYFRAME_EVERY == 0
            if self.is_sending:
                self._feed.publish("h264", packet)
            tick += 1
            await asyncio.sleep(1 / FRAME_RATE)

    async def _config(self, request: web.Request) -> web.StreamResponse:
        async def right() -> web.Response:
            return web.json_response({"iceServers": self.ice_servers})

        return await self.config(request, right)

    async def _join(self, request: web.Request) -> web.StreamResponse:
        stream, offer = request.match_info["stream"], await request.text()
        self.joins.append(stream)
        self.changed.set()

        async def right() -> web.Response:
            if request.query.get("token") != TOKEN:
                return web.Response(status=401)
            peer = Peer(loopback=True)
            key = uuid.uuid4().hex
            self.sessions[key] = Session(stream, peer)
            answer = await peer.answer(offer)
            self._feed.attach(peer.track)
            place = f"{self.url}/broadcasts/{stream}/whep/{key}"
            return web.Response(
                status=201, text=answer, content_type="application/sdp", headers={"Location": place}
            )

        return await self.whep(request, right)

    async def _leave(self, request: web.Request) -> web.Response:
        session = self.sessions[request.match_info["session"]]
        self._feed.detach(session.peer.track)
        session.is_deleted = True
        self.changed.set()
        return web.Response()

    async def _playlist(self, request: web.Request) -> web.StreamResponse:
        self._fill()

        async def right() -> web.Response:
            return web.Response(text=self._hls.playlist(""), content_type="application/vnd.apple.mpegurl")

        return await self.playlist(request, right)

    async def _init(self, _request: web.Request) -> web.Response:
        return web.Response(body=self._hls.init, content_type="video/mp4")

    async def _segment(self, request: web.Request) -> web.Response:
        segment = self._hls.segment(int(request.match_info["number"]))
        return web.Response(body=segment and segment.data, content_type="video/mp4")

    async def _preflight(self, _request: web.Request) -> web.Response:
        return web.Response()

    def _fill(self) -> None:
        if not self._hls.segments:
            for tick, data in enumerate(encoded_clip(frames=HLS_FRAMES, group=HLS_GROUP)):
                self._hls.add(data, tick, keyframe=tick % HLS_GROUP == 0)


async def _allow_all(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Headers"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Location, Retry-After"
