"""The baseline: aiortc as it comes, decoding every frame, as a client that knows nothing better would."""

import asyncio
import json
from types import TracebackType
from typing import Self

import aiohttp
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from bot.odyssey import ClientCredentials
from bot.odyssey.base.loopback import gathering


class StockClient:
    """Connects, starts a stream, and decodes all of it. `frames` counts."""

    def __init__(self, credentials: ClientCredentials) -> None:
        self.frames = 0
        self._url = credentials.signalling_url.replace("http", "ws", 1)
        self._url += f"/client/{credentials.session_id}?token={credentials.session_token}"
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._session = aiohttp.ClientSession()
        self._receiving: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        opened = asyncio.Event()

        def on_channel(channel: RTCDataChannel) -> None:
            if channel.label == "clientToStreamer":
                channel.send(
                    json.dumps(
                        {
                            "type": "interactive_stream_start",
                            "prompt": "",
                            "portrait": False,
                            "broadcast": False,
                        }
                    )
                )
                opened.set()

        self._pc.on("track", self._on_track)
        self._pc.on("datachannel", on_channel)
        self._socket = await self._session.ws_connect(self._url, max_msg_size=2**26)
        offer = await self._socket.receive_json()
        with gathering(only_loopback=True):
            await self._pc.setRemoteDescription(RTCSessionDescription(offer["sdp"], "offer"))
            await self._pc.setLocalDescription(await self._pc.createAnswer())
        await self._socket.send_json({"type": "answer", "sdp": self._pc.localDescription.sdp})
        await opened.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pc.close()
        await self._socket.close()
        await self._session.close()
        if self._receiving is not None:
            await self._receiving

    def _on_track(self, track: MediaStreamTrack) -> None:
        self._receiving = asyncio.create_task(self._receive(track), name="stock-receive")

    async def _receive(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                await track.recv()
                self.frames += 1
        except MediaStreamError:
            return
