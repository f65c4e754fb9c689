"""The service's side of watching by WHEP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription

from tests.odyssey.clip import ClipTrack, encoded_clip
from tests.odyssey.service import _loopback


class Broadcast:
    """A WHEP endpoint for one broadcast, at `url`."""

    def __init__(self) -> None:
        self.url = ""
        self.peers: list[RTCPeerConnection] = []
        self.left = asyncio.Event()
        self.answer: web.Response | None = None
        self.offers: list[str] = []
        self.edit: Callable[[str], str] = str
        """What becomes of the answer's text on its way."""

    async def join(self, request: web.Request) -> web.Response:
        if request.query.get("token") != "spectator-secret":
            return web.Response(status=401)
        self.offers.append(await request.text())
        if self.answer is not None:
            return self.answer
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.peers.append(pc)
        track = ClipTrack(encoded_clip())
        track.running.set()
        pc.addTrack(track)
        codecs = RTCRtpSender.getCapabilities("video").codecs
        pc.getTransceivers()[0].setCodecPreferences([c for c in codecs if c.mimeType == "video/H264"])
        reset = _loopback.set(True)
        try:
            await pc.setRemoteDescription(RTCSessionDescription(self.offers[-1], "offer"))
            await pc.setLocalDescription(await pc.createAnswer())
        finally:
            _loopback.reset(reset)
        headers = {"Location": f"/whep/session/{len(self.peers)}", "Content-Type": "application/sdp"}
        return web.Response(status=201, text=self.edit(pc.localDescription.sdp), headers=headers)

    async def leave(self, request: web.Request) -> web.Response:
        self.left.set()
        return web.Response()

    async def config(self, request: web.Request) -> web.Response:
        return web.json_response({"iceServers": []})

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Broadcast]:
        """Listens on a free port of loopback."""
        app = web.Application()
        app.router.add_post("/live/whep", self.join)
        app.router.add_delete("/whep/session/{id}", self.leave)
        app.router.add_get("/config", self.config)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/live"
        yield self
        await runner.cleanup()
        for pc in self.peers:
            await pc.close()
