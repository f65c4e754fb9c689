"""A scripted Odyssey service: a second reading of the protocol, with the faults that a test asks for.

It does what the protocol page says, over real sockets and real WebRTC on loopback. A test changes its answers
(`replies`), what its streamers do by themselves (`Behaviour`), or takes a streamer (`streamer()`) and speaks
and breaks by hand.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import aioice.ice
from aiohttp import WSMsgType, web
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCRtpSender, RTCSessionDescription

from tests.odyssey.clip import ClipTrack, encoded_clip

API_KEY = "ody_test_key"
PATIENCE_S = 30.0
"""For what has to come: a limit of a few seconds would fail on a machine that is busy."""

_loopback: ContextVar[bool] = ContextVar("scripted_service_loopback", default=False)
_real_addresses = aioice.ice.get_host_addresses


def _addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    return ["127.0.0.1"] if _loopback.get() else _real_addresses(use_ipv4, use_ipv6)


aioice.ice.get_host_addresses = _addresses


@dataclass
class Behaviour:
    """What a streamer does by itself."""

    offers: bool = True
    starts: bool = True
    acknowledges: bool = True
    ends: bool = True
    opens_channels: bool = True
    clip: tuple[bytes, ...] = field(default_factory=encoded_clip)
    track_type: type[ClipTrack] = ClipTrack
    codec: str = "video/H264"
    ice_servers: list[dict[str, Any]] = field(default_factory=list)
    max_message_size: int | None = None
    edit_offer: Callable[[str], str] = str
    """What becomes of the offer's text on its way to the client, and of the answer's on its way back."""
    edit_answer: Callable[[str], str] = str


@dataclass
class Request:
    """A REST request as it came."""

    method: str
    path: str
    token: str | None
    body: Any
    query: dict[str, str]


class Mute:
    """A UDP transport that sends nothing."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def sendto(self, data: bytes, addr: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class Lossy(Mute):
    """A UDP transport that loses some media packets and sends others late."""

    def __init__(self, transport: Any, dice: random.Random, share: float, late: float) -> None:
        super().__init__(transport)
        self._dice, self._share, self._late = dice, share, late

    def sendto(self, data: bytes, addr: Any) -> None:
        chance = self._dice.random() if 128 <= data[0] <= 191 else 1.0
        if chance < self._share:
            return
        if chance < self._share + self._late:
            asyncio.get_running_loop().call_later(0.03, self._send_late, data, addr)
        else:
            self._transport.sendto(data, addr)

    def _send_late(self, data: bytes, addr: Any) -> None:
        if not self._transport.is_closing():
            self._transport.sendto(data, addr)


class Streamer:
    """The service's end of one connection."""

    def __init__(
        self, service: Service, session_id: str, socket: web.WebSocketResponse, transport: Any
    ) -> None:
        self.service = service
        self.session_id = session_id
        self.socket = socket
        self.transport = transport
        self.received: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        """Data channel messages of the client, plus those it sent over signalling (with `via:
        signalling`)."""
        self.signalled: list[dict[str, Any]] = []
        self.track = service.behaviour.track_type(service.behaviour.clip)
        self.streams = 0
        self.channel: RTCDataChannel | None = None
        self.channels: dict[str, RTCDataChannel] = {}
        self.channel_open = asyncio.Event()
        self.goodbye = asyncio.Event()
        self.gone = asyncio.Event()
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))

    async def offer(self) -> None:
        """Sends the offer."""
        if self.service.behaviour.opens_channels:
            self.channel = self.pc.createDataChannel("streamerToClient")
            self.channel.on("open", self.channel_open.set)
            incoming = self.pc.createDataChannel("clientToStreamer")
            incoming.on("message", self._on_text)
            self.channels = {c.label: c for c in (self.channel, incoming)}
        transceiver = self.pc.addTransceiver(self.track, direction="sendonly")
        codecs = RTCRtpSender.getCapabilities("video").codecs
        transceiver.setCodecPreferences([c for c in codecs if c.mimeType == self.service.behaviour.codec])
        reset = _loopback.set(True)
        try:
            await self.pc.setLocalDescription(await self.pc.createOffer())
        finally:
            _loopback.reset(reset)
        sdp = self.pc.localDescription.sdp
        if (limit := self.service.behaviour.max_message_size) is not None:
            sdp = re.sub(r"a=max-message-size:\d+", f"a=max-message-size:{limit}", sdp)
        await self.signal({"type": "offer", "sdp": self.service.behaviour.edit_offer(sdp)})

    async def signal(self, message: Any) -> None:
        """Sends over the websocket: JSON, or a string or bytes as they are."""
        if isinstance(message, bytes):
            await self.socket.send_bytes(message)
        else:
            await self.socket.send_str(message if isinstance(message, str) else json.dumps(message))

    async def say(self, message: Any) -> None:
        """Sends over `streamerToClient`: JSON, or a string or bytes as they are."""
        await self.channel_open.wait()
        assert self.channel is not None
        self.channel.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def started(self, **more: Any) -> str:
        """Says that a stream has started, and lets the video run."""
        self.streams += 1
        stream_id = f"{self.session_id}-stream-{self.streams}"
        self.track.running.set()
        await self.say({"type": "stream_started", "stream_id": stream_id, **more})
        return stream_id

    async def ended(self) -> None:
        """Says that the stream has ended, and stops the video."""
        self.track.running.clear()
        await self.say({"type": "stream_ended"})

    async def next(self, kind: str) -> dict[str, Any]:
        """The next message of a type, from the data channel or signalling."""
        while True:
            message = await asyncio.wait_for(self.received.get(), PATIENCE_S)
            if message["type"] == kind:
                return message

    async def close(self) -> None:
        """Closes the peer connection, and the consent checks that aioice may begin even after that."""
        await self.pc.close()
        for transceiver in self.pc.getTransceivers():
            connection = transceiver.sender.transport.transport._connection
            for _ in range(10):
                if connection._query_consent_task is not None:
                    connection._query_consent_task.cancel()
                    break
                await asyncio.sleep(0.01)

    def reset_socket(self) -> None:
        """Cuts the websocket's TCP connection."""
        self.transport.abort()

    def go_silent(self) -> Callable[[], None]:
        """Stops all UDP, in and out, and leaves the websocket alone; call what it returns to undo it."""
        muted: list[tuple[Any, Any]] = []
        for protocol in self._protocols():
            muted.append((protocol, protocol.transport))
            protocol.transport = Mute(protocol.transport)
            protocol.datagram_received = lambda data, addr: None

        def speak() -> None:
            for protocol, transport in muted:
                protocol.transport = transport
                del protocol.datagram_received

        return speak

    def lose(self, share: float, *, late: float) -> None:
        """From now on loses a share of the media packets, and sends another share 30 ms late."""
        dice = random.Random(1)
        for protocol in self._protocols():
            protocol.transport = Lossy(protocol.transport, dice, share, late)

    async def take_answer(self, sdp: str) -> None:
        """Takes the client's answer."""
        edited = self.service.behaviour.edit_answer(sdp)
        await self.pc.setRemoteDescription(RTCSessionDescription(edited, "answer"))

    async def on_message(self, message: dict[str, Any]) -> None:
        """What a streamer does with a client's message."""
        self.received.put_nowait(message)
        behaviour = self.service.behaviour
        match message["type"]:
            case "interactive_stream_start" if behaviour.starts:
                await self.started(applied_prompt=message["prompt"])
                if message["broadcast"]:
                    await self.say(
                        {
                            "type": "broadcast_ready",
                            "broadcast_url": f"{self.service.url}/hls/live.m3u8",
                            "webrtc_url": f"{self.service.url}/webrtc/live",
                            "spectator_token": "spectator-secret",
                        }
                    )
            case "update" if behaviour.acknowledges:
                await self.say({"type": "update_acknowledged", "prompt": message["prompt"]})
            case "interactive_stream_end" if behaviour.ends:
                await self.ended()

    def _protocols(self) -> list[Any]:
        [transceiver] = self.pc.getTransceivers()
        return list(transceiver.sender.transport.transport._connection._protocols)

    def _on_text(self, raw: str) -> None:
        self.service.spawn(self.on_message(json.loads(raw)))


class Service:
    """The service. `url` is its base URL."""

    def __init__(self, streamer_type: type[Streamer] = Streamer) -> None:
        self.url = ""
        self.streamer_type = streamer_type
        self.behaviour = Behaviour()
        self.requests: list[Request] = []
        self.replies: dict[str, list[tuple[int, Any]]] = {}
        """Scripted answers by `METHOD /path`, used up one by one before the service's own."""
        self.valid_tokens: set[str] = set()
        self.token_lifetime_s = 3600
        self.recordings: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.streamers: list[Streamer] = []
        self._joined: asyncio.Queue[Streamer] = asyncio.Queue()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._count = 0

    async def streamer(self) -> Streamer:
        """The next streamer that a client has connected to."""
        return await asyncio.wait_for(self._joined.get(), PATIENCE_S)

    def script(self, call: str, *answers: tuple[int, Any]) -> None:
        """The next answers to a call like `POST /sessions/request`."""
        self.replies.setdefault(call, []).extend(answers)

    def calls(self, call: str) -> list[Request]:
        """The requests of one kind so far."""
        return [r for r in self.requests if f"{r.method} {r.path}" == call]

    def spawn(self, work: Any) -> None:
        """Runs something on the service's side."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Service]:
        """Listens on a free port of loopback."""
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_get("/signal/client/{session_id}", self._client)
        app.router.add_get("/signal/config", self._config)
        app.router.add_route("*", "/{path:.*}", self._rest)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield self
        finally:
            for streamer in self.streamers:
                await streamer.close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await runner.cleanup()

    async def _config(self, request: web.Request) -> web.StreamResponse:
        if answer := self._scripted("GET /signal/config"):
            return answer
        return web.json_response({"iceServers": self.behaviour.ice_servers})

    async def _client(self, request: web.Request) -> web.StreamResponse:
        if answer := self._scripted("GET /signal/client"):
            return answer
        socket = web.WebSocketResponse(max_msg_size=64 * 2**20)
        await socket.prepare(request)
        streamer = self.streamer_type(self, request.match_info["session_id"], socket, request.transport)
        self.streamers.append(streamer)
        self._joined.put_nowait(streamer)
        try:
            if self.behaviour.offers:
                with suppress(ConnectionError):  # the client may be gone already
                    await streamer.offer()
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await self._signalled(streamer, json.loads(message.data))
        finally:
            streamer.gone.set()
            await streamer.close()
        return socket

    async def _signalled(self, streamer: Streamer, message: dict[str, Any]) -> None:
        streamer.signalled.append(message)
        match message["type"]:
            case "answer":
                await streamer.take_answer(message["sdp"])
            case "client_disconnecting":
                streamer.goodbye.set()
            case "interactive_stream_start":
                await streamer.on_message({**message, "via": "signalling"})

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        header = request.headers.get("Authorization", "")
        token = header.removeprefix("Bearer ") if header.startswith("Bearer ") else None
        body = json.loads(raw) if raw and request.content_type == "application/json" else raw
        self.requests.append(Request(request.method, request.path, token, body, dict(request.query)))
        if answer := self._scripted(f"{request.method} {request.path}"):
            return answer
        if request.path in self.files:
            return web.Response(body=self.files[request.path])
        if request.path == "/auth/token":
            return self._auth(body)
        if token not in self.valid_tokens:
            return web.json_response({"detail": "invalid token"}, status=401)
        return self._authorised(request, body)

    def _auth(self, body: Any) -> web.Response:
        if body.get("api_key") != API_KEY:
            return web.json_response({"detail": "invalid key"}, status=401)
        self._count += 1
        token = f"secret-token-{self._count}"
        self.valid_tokens.add(token)
        return web.json_response({"access_token": token, "expires_in": self.token_lifetime_s})

    def _authorised(self, request: web.Request, body: Any) -> web.Response:
        match (request.method, request.path.strip("/").split("/")):
            case ("GET", ["regions"]):
                return web.json_response({"regions": []})
            case ("POST", ["sessions", "request"]):
                self._count += 1
                answer: Any = {
                    "session_id": f"session-{self._count}",
                    "signalling_url": f"{self.url}/signal",
                    "capabilities": {"image_to_video": True},
                }
                return web.json_response(answer)
            case ("POST", ["sessions", "token"]):
                self._count += 1
                return web.json_response(
                    {"session_token": f"secret-session-{self._count}", "expires_in": 600}
                )
            case ("GET", ["recordings", stream_id]) if stream_id in self.recordings:
                return web.json_response(self.recordings[stream_id])
            case ("GET", ["stream-recordings"]):
                limit, offset = int(request.query.get("limit", 20)), int(request.query.get("offset", 0))
                items = [{"stream_id": key, **value} for key, value in self.recordings.items()]
                page = {"recordings": items[offset : offset + limit], "total": len(items)}
                return web.json_response(page | {"limit": limit, "offset": offset})
        return web.json_response({"detail": "not found"}, status=404)

    def _scripted(self, call: str) -> web.Response | None:
        waiting = self.replies.get(call)
        if not waiting:
            return None
        status, body = waiting.pop(0)
        if isinstance(body, bytes):
            return web.Response(body=body, status=status)
        return web.json_response(body, status=status)
