"""A peer connection that receives video, as both players and spectators use it."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from aiortc import MediaStreamTrack, RTCPeerConnection

from bot.odyssey.base.errors import OdysseyConnectionError
from bot.odyssey.base.loopback import gathering
from bot.odyssey.base.types import FrameHandler, IceServer
from bot.odyssey.live.closing import close_peer_connection
from bot.odyssey.video.source import VideoSource
from bot.odyssey.wire.ice import rtc_configuration


class ReceivingPeer:
    """aiortc's peer connection and the video that comes over it.

    `on_state` is called whenever `pc.connectionState` or `has_video` has changed.
    """

    def __init__(
        self,
        servers: Sequence[IceServer],
        *,
        only_loopback: bool,
        on_video_frame: FrameHandler | None,
        snapshot_interval_s: float | None,
        on_state: Callable[[], None],
    ) -> None:
        self.has_video = False
        self.pc = RTCPeerConnection(rtc_configuration(servers, only_loopback=only_loopback))
        self.video = VideoSource(on_video_frame, snapshot_interval_s)
        self._only_loopback = only_loopback
        self._on_state = on_state
        self._step: asyncio.Task[None] | None = None
        self.pc.on("track", self._on_track)
        self.pc.on("connectionstatechange", on_state)

    async def negotiate(self, step: Coroutine[Any, Any, None]) -> None:
        """Takes a step of the negotiation. Raises `OdysseyConnectionError` when aiortc cannot.

        If the caller is cancelled the step still runs to its end, and `close` waits for it: cut off half-way
        through gathering, aiortc would leave its sockets open.
        """
        with gathering(only_loopback=self._only_loopback):
            self._step = asyncio.create_task(step, name="odyssey-negotiation")
        try:
            await asyncio.shield(self._step)
        except Exception as error:  # aiortc raises nearly anything for a hostile SDP
            raise OdysseyConnectionError(
                f"The service's session description could not be used ({type(error).__name__}).",
                code="bad_description",
                retryable=False,
            ) from error

    async def close(self) -> None:
        """Closes everything; nothing is left open, whatever state it was in."""
        self.pc.remove_all_listeners()
        if self._step is not None:
            await asyncio.wait({self._step})
        await self.video.close()
        await close_peer_connection(self.pc)

    def _on_track(self, track: MediaStreamTrack) -> None:
        transceiver = next(t for t in self.pc.getTransceivers() if t.receiver.track is track)
        self.has_video |= self.video.attach(transceiver)
        self._on_state()
