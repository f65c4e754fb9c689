"""The video of one peer connection, from its packets to its pictures."""

from __future__ import annotations

from collections.abc import Iterable

from aiortc import RTCRtpTransceiver

from bot.odyssey.base.types import FrameHandler, VideoFrame, VideoStats
from bot.odyssey.video.assembler import Assembler, Packet
from bot.odyssey.video.receiver import VideoReceiver
from bot.odyssey.video.tap import Tap


class VideoSource:
    """Packets in at the tap, put together by the assembler, made of what is asked by the receiver."""

    def __init__(self, handler: FrameHandler | None, snapshot_interval_s: float | None) -> None:
        self.tap = Tap(self._on_packet, self._on_source)
        self._receiver = VideoReceiver(handler, snapshot_interval_s, self.tap.ask_for_keyframe)
        self._assembler = self._new_assembler()
        self._taken = False

    @property
    def stats(self) -> VideoStats:
        return self._receiver.stats

    def attach(self, transceiver: RTCRtpTransceiver) -> bool:
        """Takes a track that has just arrived, if it is the first of video; tells whether it did."""
        if transceiver.kind != "video" or self._taken:
            self.tap.leave_out(transceiver)
            return False
        self._taken = True
        self.tap.take(transceiver)
        return True

    def expect(self, parameter_sets: Iterable[bytes]) -> None:
        self._receiver.expect(parameter_sets)

    async def latest_frame(self) -> VideoFrame | None:
        return await self._receiver.latest_frame()

    async def close(self) -> None:
        await self.tap.close()
        await self._receiver.close()

    def _on_packet(self, packet: Packet, now: float) -> None:
        self._assembler.add(packet, now)

    def _on_source(self) -> None:
        self._assembler = self._new_assembler()
        self._receiver.on_broken()

    def _new_assembler(self) -> Assembler:
        return Assembler(self._receiver.on_frame, self.tap.ask_again, self._receiver.on_broken)
