"""A bare client of the protocol page, on aiohttp and aiortc alone: it shares no code with ours."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from aiortc import (
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamTrack
from av import VideoFrame

PATIENCE_S = 30.0


class Rest:
    """REST calls with the right headers."""

    def __init__(self, http: aiohttp.ClientSession, base_url: str, token: str = "") -> None:
        self.http = http
        self.base_url = base_url
        self.token = token

    async def call(self, method: str, path: str, **kwargs: Any) -> tuple[int, Any]:
        """Status and JSON body of a call."""
        headers = {"Authorization": f"Bearer {self.token}", **kwargs.pop("headers", {})}
        async with self.http.request(method, self.base_url + path, headers=headers, **kwargs) as response:
            return response.status, await response.json()

    async def authenticate(self, api_key: str) -> None:
        """Exchange the key and keep the token."""
        status, body = await self.call("POST", "/auth/token", json={"api_key": api_key})
        assert status == 200, body
        self.token = body["access_token"]

    async def recording(self, stream_id: str) -> dict[str, Any]:
        """Poll until the recording is complete."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                status, body = await self.call("GET", f"/recordings/{stream_id}")
                if status == 200 and body["video_url"]:
                    return dict(body)
                await asyncio.sleep(0.05)


class Viewer:
    """Keeps the latest decoded frame of a video track."""

    def __init__(self, track: MediaStreamTrack) -> None:
        self.frames = 0
        self.latest: VideoFrame | None = None
        self._changed = asyncio.Event()
        self._task = asyncio.create_task(self._watch(track), name="viewer")

    async def wait_for_frames(self, count: int) -> VideoFrame:
        """Wait until `count` more frames have been decoded; the latest one."""
        target = self.frames + count
        async with asyncio.timeout(PATIENCE_S):
            while self.frames < target:
                self._changed.clear()
                await self._changed.wait()
        assert self.latest is not None
        return self.latest

    async def close(self) -> None:
        """Stop watching."""
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _watch(self, track: MediaStreamTrack) -> None:
        while True:
            frame = await track.recv()
            assert isinstance(frame, VideoFrame)
            self.latest = frame
            self.frames += 1
            self._changed.set()


class WireClient:
    """An interactive client's connection."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, codec: str | None = None) -> None:
        self.socket = socket
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.messages: list[dict[str, Any]] = []
        self.signals: list[dict[str, Any]] = []
        self.channel: RTCDataChannel | None = None
        self.viewer: Viewer | None = None
        self.closed = asyncio.Event()
        self.tolerant = False  # of messages that make no sense
        self.garbage = 0
        self._codec = codec
        self._changed = asyncio.Event()
        self.pc.on("datachannel", self._on_channel)
        self.pc.on("track", self._on_track)
        self._reading = asyncio.create_task(self._read(), name="wire client")

    async def send(self, **message: Any) -> None:
        """Send a message on `clientToStreamer`, once it is open."""
        await self._until(lambda: self.channel is not None and self.channel.readyState == "open")
        assert self.channel is not None
        self.channel.send(json.dumps(message))

    async def expect(self, kind: str) -> dict[str, Any]:
        """The next message of a type from `streamerToClient`; earlier ones of other types are kept."""
        await self._until(lambda: any(message["type"] == kind for message in self.messages))
        found = next(message for message in self.messages if message["type"] == kind)
        self.messages.remove(found)
        return found

    async def expect_signal(self, kind: str) -> dict[str, Any]:
        """The next signalling message of a type."""
        await self._until(lambda: any(signal["type"] == kind for signal in self.signals))
        found = next(signal for signal in self.signals if signal["type"] == kind)
        self.signals.remove(found)
        return found

    async def start(self, prompt: str = "A cat in a meadow", **options: Any) -> dict[str, Any]:
        """Start a stream, over signalling if it has an image; the `stream_started` message."""
        options = {"portrait": False, "input_image_base64": None, "broadcast": False, **options}
        message = {"type": "interactive_stream_start", "prompt": prompt, **options}
        if options["input_image_base64"]:
            await self.socket.send_json(message)
        else:
            await self.send(**message)
        return await self.expect("stream_started")

    async def update(self, prompt: str) -> dict[str, Any]:
        """Send an interaction; its acknowledgement."""
        await self.send(type="update", prompt=prompt)
        return await self.expect("update_acknowledged")

    async def end(self) -> None:
        """End the stream."""
        await self.send(type="interactive_stream_end")
        await self.expect("stream_ended")

    async def close(self) -> None:
        """Leave as a client should, or at once if the service has gone already."""
        with contextlib.suppress(ConnectionError):
            await self.socket.send_json({"type": "client_disconnecting"})
        await self.vanish()

    async def vanish(self) -> None:
        """Drop everything without a word."""
        await self.socket.close()
        if self.viewer is not None:
            await self.viewer.close()
        await self.pc.close()
        await asyncio.wait([self._reading])

    async def _until(self, condition: Any) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def _read(self) -> None:
        async for frame in self.socket:
            signal = self._understand(frame.data)
            if signal is None:
                continue
            self.signals.append(signal)
            if signal["type"] == "offer":
                await self._answer(signal["sdp"])
            self._changed.set()
        self.closed.set()

    async def _answer(self, offer: str) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        sdp = self.pc.localDescription.sdp
        if self._codec is not None:
            sdp = only_codec(sdp, self._codec)
        await self.socket.send_json({"type": "answer", "sdp": sdp})

    def _on_channel(self, channel: RTCDataChannel) -> None:
        if channel.label == "clientToStreamer":
            self.channel = channel
        elif channel.label == "streamerToClient":
            channel.on("message", self._on_message)
        self._changed.set()

    def _on_message(self, text: str | bytes) -> None:
        message = self._understand(text)
        if message is not None:
            self.messages.append(message)
            self._changed.set()

    def _understand(self, text: str | bytes) -> dict[str, Any] | None:
        """The message, or None for garbage, which a tolerant client counts and any other dies of."""
        if not self.tolerant:
            return dict(json.loads(text))
        with contextlib.suppress(ValueError, TypeError, KeyError):
            message = dict(json.loads(text))
            if isinstance(message["type"], str) and {"prompt", "stream_id"} & set(message):
                return message
        self.garbage += 1
        return None

    def _on_track(self, track: MediaStreamTrack) -> None:
        self.viewer = Viewer(track)
        self._changed.set()


@contextlib.asynccontextmanager
async def connected(rest: Rest, codec: str | None = None) -> AsyncIterator[WireClient]:
    """A client whose video track has arrived and whose channel is open; it leaves cleanly."""
    status, session = await rest.call("POST", "/sessions/request", json={})
    assert status == 200, session
    status, minted = await rest.call("POST", "/sessions/token", json={"session_id": session["session_id"]})
    assert status == 200, minted
    base = session["signalling_url"].replace("http", "ws", 1)
    url = f"{base}/client/{session['session_id']}?token={minted['session_token']}"
    client = WireClient(await rest.http.ws_connect(url, max_msg_size=0), codec)
    try:
        await client._until(lambda: client.viewer and client.channel and client.channel.readyState == "open")
        yield client
    finally:
        await client.close()


class Spectator:
    """A WHEP client: an offer with all candidates in it, two receive-only transceivers."""

    def __init__(self) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.viewer: Viewer | None = None
        self.location = ""
        self.lost = asyncio.Event()
        self.pc.on("track", self._on_track)
        self.pc.on("connectionstatechange", self._on_state)

    async def join(self, http: aiohttp.ClientSession, url: str) -> None:
        """Join and take the answer."""
        for kind in ("video", "audio"):
            self.pc.addTransceiver(kind, direction="recvonly")
        await self.pc.setLocalDescription(await self.pc.createOffer())
        headers = {"Content-Type": "application/sdp"}
        async with http.post(url, data=self.pc.localDescription.sdp, headers=headers) as response:
            assert response.status == 201, await response.text()
            assert response.headers["Content-Type"].startswith("application/sdp")
            self.location = response.headers["Location"]
            await self.pc.setRemoteDescription(RTCSessionDescription(await response.text(), "answer"))

    def _on_track(self, track: Any) -> None:
        if track.kind == "video":
            self.viewer = Viewer(track)

    def _on_state(self) -> None:
        if self.pc.connectionState in ("failed", "closed"):
            self.lost.set()


@contextlib.asynccontextmanager
async def spectating(http: aiohttp.ClientSession, url: str) -> AsyncIterator[Spectator]:
    """A spectator that has joined."""
    spectator = Spectator()
    try:
        await spectator.join(http, url)
        yield spectator
    finally:
        if spectator.viewer is not None:
            await spectator.viewer.close()
        await spectator.pc.close()


def only_codec(sdp: str, codec: str) -> str:
    """An SDP answer whose video section knows nothing but one codec, as from a client without the others."""
    rtpmaps = [line for line in sdp.splitlines() if line.startswith("a=rtpmap:") and f" {codec}/" in line]
    payloads = {line.split(":")[1].split()[0] for line in rtpmaps}
    kept: list[str] = []
    for line in sdp.splitlines():
        if line.startswith("m=video"):
            kept.append(" ".join([*line.split()[:3], *sorted(payloads)]))
        elif line.startswith(("a=rtpmap:", "a=fmtp:", "a=rtcp-fb:")):
            if line.split(":")[1].split()[0] in payloads:
                kept.append(line)
        else:
            kept.append(line)
    return "\r\n".join(kept) + "\r\n"
