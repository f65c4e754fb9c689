"""What an interactive client's peer and a spectator's peer have in common."""

import asyncio
import json
import logging
from collections.abc import Callable

from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCRtpSender,
    RTCRtpTransceiver,
    RTCSessionDescription,
)
from aiortc.sdp import candidate_from_sdp

from bot.local.odyssey.media.feed import PacketTrack
from bot.local.odyssey.rtc import seams
from bot.local.odyssey.rtc.descriptions import Offer, UnusableError, cleaned_answer
from bot.local.odyssey.rtc.sections import usable_candidate

logger = logging.getLogger(__name__)

GRACE_S = 0.1  # what has left may still be on its way


class PeerRefusedError(Exception):
    """The other side's description cannot be used."""


class Peer:
    """One WebRTC peer that sends one video track, H.264 first, VP8 for those who cannot."""

    def __init__(self, *, loopback: bool) -> None:
        self._loopback = loopback
        seams.install_loopback_rule()
        # No ICE servers: aiortc would otherwise ask a public STUN server.
        configuration = RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        self._pc = seams.PeerConnection(configuration)
        self._closing: asyncio.Future[None] | None = None
        self.track = PacketTrack()
        self._transceiver: RTCRtpTransceiver = self._pc.addTransceiver(self.track, direction="sendonly")
        capabilities = RTCRtpSender.getCapabilities("video").codecs
        h264_first = sorted(capabilities, key=lambda codec: codec.mimeType.lower() != "video/h264")
        self._transceiver.setCodecPreferences(h264_first)

    def on_keyframe_request(self, callback: Callable[[], None]) -> None:
        """Call back when the viewer has lost the picture."""
        seams.on_keyframe_request(self._transceiver.sender, callback)

    def on_state(self, callback: Callable[[str], None]) -> None:
        """Call back with each new connection state: connecting, connected, failed or closed."""
        self._pc.on("connectionstatechange", lambda: callback(self._pc.connectionState))

    def fall_silent(self) -> None:
        """Neither send nor take UDP any more."""
        seams.silence(self._pc)

    def create_channel(self, label: str) -> RTCDataChannel:
        """A data channel that this side opens."""
        return self._pc.createDataChannel(label)

    async def offer(self) -> str:
        """This side's SDP offer, with all its candidates."""
        await self._set_local(await self._pc.createOffer())
        return self._pc.localDescription.sdp

    async def accept_answer(self, sdp: str) -> None:
        """Take the client's answer, else raise PeerRefusedError."""
        try:
            cleaned = cleaned_answer(sdp, offer=self._pc.localDescription.sdp, loopback=self._loopback)
        except UnusableError as error:
            raise PeerRefusedError(str(error)) from error
        await self._set_remote(cleaned, "answer")

    async def answer(self, offer_sdp: str) -> str:
        """This side's answer, with all its candidates, to an offer. Raises PeerRefusedError."""
        try:
            offer = Offer(offer_sdp, loopback=self._loopback)
        except UnusableError as error:
            raise PeerRefusedError(str(error)) from error
        await self._set_remote(offer.sdp, "offer")
        await self._set_local(await self._pc.createAnswer())
        return offer.answer(self._pc.localDescription.sdp)

    async def add_candidate(self, candidate: str, mid: str | None, mline_index: int | None) -> None:
        """Take a trickled candidate, with or without `candidate:` before it. An unusable one is ignored."""
        usable = usable_candidate(candidate, loopback=self._loopback)
        if usable is None:  # an empty one says that there are no more
            logger.debug("ignored an ICE candidate that is of no use")
            return
        parsed = candidate_from_sdp(usable)
        parsed.sdpMid = mid
        parsed.sdpMLineIndex = 0 if mid is None and mline_index is None else mline_index
        await self._pc.addIceCandidate(parsed)

    async def close(self) -> None:
        """Close the peer connection and end the track. Cancelling stops only the wait.

        A close of aiortc's that is cut off is never done: the next one would wait for it for ever.
        """
        self.track.stop()
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._pc.close())
        await asyncio.shield(self._closing)

    async def _set_local(self, description: RTCSessionDescription) -> None:
        token = seams.loopback_only.set(self._loopback)
        try:
            await self._pc.setLocalDescription(description)
        finally:
            seams.loopback_only.reset(token)

    async def _set_remote(self, sdp: str, kind: str) -> None:
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(sdp, kind))
        except Exception as error:  # aiortc raises whatever a hostile SDP makes it trip over
            raise PeerRefusedError(type(error).__name__) from error
        if not self._transceiver._codecs:
            raise PeerRefusedError("no video")
        self.track.codec = seams.negotiated_codec(self._transceiver)


class Outbox:
    """A data channel to the client. What is sent before it opens is kept until it does."""

    def __init__(self, channel: RTCDataChannel) -> None:
        self._channel = channel
        self._waiting: list[str | bytes] = []
        channel.on("open", self._flush)

    def send(self, message: dict[str, object]) -> None:
        """Send one JSON message, now or as soon as the channel is open. After its end nothing is sent."""
        self.send_raw(json.dumps(message))

    def send_raw(self, data: str | bytes) -> None:
        """Send anything, now or as soon as the channel is open."""
        self._waiting.append(data)
        self._flush()

    async def drain(self, timeout_s: float = 1.0) -> None:
        """Wait until what was sent has left, for at most `timeout_s`, so that no close overtakes it."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while self._channel.readyState == "open" and self._channel.bufferedAmount:
            if asyncio.get_running_loop().time() > deadline:
                return
            await asyncio.sleep(0.01)
        await asyncio.sleep(GRACE_S)

    def _flush(self) -> None:
        while self._waiting and self._channel.readyState == "open":
            self._channel.send(self._waiting.pop(0))
