"""The WebRTC side of a connection: one peer connection, its video track and its two data channels."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp

from bot.odyssey.errors import OdysseyConnectionError
from bot.odyssey.loopback import gathering, is_loopback_host
from bot.odyssey.messages import RemoteCandidate
from bot.odyssey.types import FrameHandler, IceServer
from bot.odyssey.video.source import VideoSource

log = logging.getLogger(__name__)

TO_STREAMER = "clientToStreamer"
FROM_STREAMER = "streamerToClient"
UNKNOWN_MAX_MESSAGE_BYTES = 16 * 1024
MAX_EARLY_CANDIDATES = 100


class Peer:
    """One peer connection. `ready` is done when the video track is there and `clientToStreamer` is open."""

    def __init__(
        self,
        ice_servers: Sequence[IceServer],
        *,
        only_loopback: bool,
        on_message: Callable[[str | bytes], None],
        on_lost: Callable[[str], None],
        on_video_frame: FrameHandler | None,
        snapshot_interval_s: float | None,
    ) -> None:
        self.ready = asyncio.Event()
        self.max_message_bytes = UNKNOWN_MAX_MESSAGE_BYTES
        self._only_loopback = only_loopback
        self._on_message = on_message
        self._on_lost = on_lost
        self._to_streamer: RTCDataChannel | None = None
        self._has_video = False
        self._early: list[RemoteCandidate] = []
        self._described = False
        self._negotiation: asyncio.Task[None] | None = None
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=_rtc_servers(ice_servers, only_loopback)))
        self._pc.on("track", self._on_track)
        self._pc.on("datachannel", self._on_channel)
        self._pc.on("connectionstatechange", self._on_state)
        self.video = VideoSource(on_video_frame, snapshot_interval_s)

    async def answer(self, offer_sdp: str) -> str:
        """Takes the streamer's offer and gives our answer, with all our candidates in it.

        Raises `OdysseyConnectionError` for an offer that cannot be answered.
        """
        limit = re.search(r"^a=max-message-size:(\d{1,15})\s*$", offer_sdp, re.MULTILINE)
        if limit:
            self.max_message_bytes = int(limit[1]) or 2**31
        self._negotiation = asyncio.create_task(self._negotiate(offer_sdp), name="odyssey-negotiation")
        try:
            # Shielded: cancelling aiortc half-way through gathering would leave its sockets open.
            await asyncio.shield(self._negotiation)
        except Exception as error:  # aiortc raises nearly anything for a hostile SDP
            raise OdysseyConnectionError(
                f"The service's offer could not be answered ({type(error).__name__}).",
                code="bad_offer",
                retryable=False,
            ) from error
        self._described = True
        for candidate in self._early:
            await self.add_candidate(candidate)
        self._early.clear()
        return self._pc.localDescription.sdp

    async def add_candidate(self, candidate: RemoteCandidate) -> None:
        """Adds a trickled candidate, at once or when the offer has come. A malformed one is ignored."""
        if not self._described:
            if len(self._early) < MAX_EARLY_CANDIDATES:
                self._early.append(candidate)
            return
        try:
            if not candidate.candidate:
                return
            parsed = candidate_from_sdp(candidate.candidate)
            if self._only_loopback and not is_loopback_host(parsed.ip):
                return
            parsed.sdpMid = candidate.sdp_mid
            parsed.sdpMLineIndex = candidate.sdp_mline_index
            await self._pc.addIceCandidate(parsed)
        except (ValueError, IndexError, AssertionError, KeyError, TypeError, OSError) as error:
            log.debug("A malformed ICE candidate was ignored: %s", type(error).__name__)

    def send(self, text: str) -> None:
        """Sends a message to the streamer. Raises `OdysseyConnectionError` when the channel is not open."""
        if self._to_streamer is None or self._to_streamer.readyState != "open":
            raise OdysseyConnectionError("The data channel is not open.")
        self._to_streamer.send(text)

    async def close(self) -> None:
        """Closes everything; nothing is left open, whatever state it was in."""
        if self._negotiation is not None:
            await asyncio.wait({self._negotiation})
            if not self._negotiation.cancelled():
                self._negotiation.exception()
        self._pc.remove_all_listeners()
        await self.video.close()
        await self._pc.close()

    async def _negotiate(self, offer_sdp: str) -> None:
        with gathering(only_loopback=self._only_loopback):
            await self._pc.setRemoteDescription(RTCSessionDescription(offer_sdp, "offer"))
            await self._pc.setLocalDescription(await self._pc.createAnswer())

    def _on_track(self, track: MediaStreamTrack) -> None:
        transceiver = next(t for t in self._pc.getTransceivers() if t.receiver.track is track)
        self._has_video |= self.video.attach(transceiver)
        self._check_ready()

    def _on_channel(self, channel: RTCDataChannel) -> None:
        if channel.label == TO_STREAMER:
            self._to_streamer = channel
            channel.on("open", self._check_ready)
            channel.on("close", lambda: self._on_lost("the data channel was closed"))
        elif channel.label == FROM_STREAMER:
            channel.on("message", self._on_message)
        self._check_ready()

    def _on_state(self) -> None:
        if self._pc.connectionState in ("failed", "closed"):
            self._on_lost(f"the peer connection {self._pc.connectionState}")

    def _check_ready(self) -> None:
        channel = self._to_streamer
        if self._has_video and channel is not None and channel.readyState == "open":
            self.ready.set()


def _rtc_servers(servers: Sequence[IceServer], only_loopback: bool) -> list[RTCIceServer]:
    """aiortc's form. A service on loopback must not make us talk to another machine."""
    return [
        RTCIceServer(urls=[url], username=server.username, credential=server.credential)
        for server in servers
        for url in server.urls
        if not only_loopback or is_loopback_host(_ice_host(url))
    ]


def _ice_host(url: str) -> str | None:
    return urlsplit(url.replace(":", "://", 1)).hostname
