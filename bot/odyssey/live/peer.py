"""The WebRTC side of a connection: its video and its two data channels, both opened by the streamer."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from aiortc import RTCDataChannel, RTCSessionDescription
from aiortc.sdp import candidate_from_sdp

from bot.odyssey.base.errors import OdysseyConnectionError
from bot.odyssey.base.types import FrameHandler, IceServer
from bot.odyssey.base.weakly import weakly
from bot.odyssey.live.rtc import ReceivingPeer
from bot.odyssey.wire.descriptions.candidates import usable_candidate
from bot.odyssey.wire.descriptions.offers import UNKNOWN_MAX_MESSAGE_BYTES, ReceivedOffer
from bot.odyssey.wire.messages import RemoteCandidate

log = logging.getLogger(__name__)

TO_STREAMER = "clientToStreamer"
FROM_STREAMER = "streamerToClient"
MAX_EARLY_CANDIDATES = 100


class Peer:
    """Answers the streamer. `ready` is set when the video track is there and `clientToStreamer` is open."""

    def __init__(
        self,
        servers: Sequence[IceServer],
        *,
        only_loopback: bool,
        on_video_frame: FrameHandler | None,
        snapshot_interval_s: float | None,
        on_message: Callable[[str | bytes], None],
        on_lost: Callable[[str], None],
    ) -> None:
        self.ready = asyncio.Event()
        self.max_message_bytes = UNKNOWN_MAX_MESSAGE_BYTES
        self._only_loopback = only_loopback
        self._on_message = on_message
        self._on_lost = on_lost
        self._to_streamer: RTCDataChannel | None = None
        self._offer: ReceivedOffer | None = None
        self._early: list[RemoteCandidate] = []
        self._peer = ReceivingPeer(
            servers,
            only_loopback=only_loopback,
            on_video_frame=on_video_frame,
            snapshot_interval_s=snapshot_interval_s,
            on_state=weakly(self._on_state),
        )
        self._pc = self._peer.pc
        self.video = self._peer.video
        self._pc.on("datachannel", self._on_channel)

    async def answer(self, offer_sdp: str) -> str:
        """Takes the streamer's offer and gives our answer, with all our candidates in it.

        Raises `OdysseyConnectionError` for an offer that cannot be answered.
        """
        offer = ReceivedOffer(offer_sdp, only_loopback=self._only_loopback)
        await self._peer.negotiate(self._negotiate(offer.sdp))
        self._offer = offer
        self.max_message_bytes = offer.max_message_bytes
        self.video.receiver.expect(offer.parameter_sets)
        early, self._early = self._early, []
        for candidate in early:
            await self.add_candidate(candidate)
        return offer.answer(self._pc.localDescription.sdp)

    async def add_candidate(self, candidate: RemoteCandidate) -> None:
        """Adds a trickled candidate, at once or when the offer has come. One that is of no use is ignored."""
        if self._offer is None:
            if len(self._early) < MAX_EARLY_CANDIDATES:
                self._early.append(candidate)
            return
        usable = usable_candidate(candidate.candidate, only_loopback=self._only_loopback)
        if usable is None:
            log.debug("An ICE candidate was ignored: it is malformed, or must not be tried.")
            return
        parsed = candidate_from_sdp(usable)
        parsed.sdpMid = self._offer.mid_for(candidate.sdp_mid, candidate.sdp_mline_index)
        await self._pc.addIceCandidate(parsed)

    def send(self, text: str) -> None:
        """Sends a message to the streamer. Raises `OdysseyConnectionError` when the channel is not open."""
        if self._to_streamer is None or self._to_streamer.readyState != "open":
            raise OdysseyConnectionError("The data channel is not open.")
        self._to_streamer.send(text)

    async def close(self) -> None:
        self._to_streamer = None
        await self._peer.close()

    async def _negotiate(self, offer_sdp: str) -> None:
        await self._pc.setRemoteDescription(RTCSessionDescription(offer_sdp, "offer"))
        await self._pc.setLocalDescription(await self._pc.createAnswer())

    def _on_channel(self, channel: RTCDataChannel) -> None:
        if channel.label == TO_STREAMER:
            self._to_streamer = channel
            channel.on("open", self._on_state)
            channel.on("close", lambda: self._on_lost("its data channel was closed"))
        elif channel.label == FROM_STREAMER:
            channel.on("message", self._on_message)
        self._on_state()

    def _on_state(self) -> None:
        if self._pc.connectionState in ("failed", "closed"):
            self._on_lost(f"the peer connection {self._pc.connectionState}")
        channel = self._to_streamer
        if self._peer.has_video and channel is not None and channel.readyState == "open":
            self.ready.set()
