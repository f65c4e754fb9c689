"""The video of one peer connection, from its packets to its pictures."""

from aiortc import RTCRtpTransceiver

from bot.odyssey.base.types import FrameHandler
from bot.odyssey.video.assembler import Assembler, Packet
from bot.odyssey.video.receiver import VideoReceiver
from bot.odyssey.video.tap import Tap


class VideoSource:
    """Packets in at the tap, put together by the assembler, made of what is asked by the receiver."""

    def __init__(self, handler: FrameHandler | None, snapshot_interval_s: float | None) -> None:
        self.tap = Tap(self._on_packet, self._on_source)
        self.receiver = VideoReceiver(handler, snapshot_interval_s, self.tap.ask_for_keyframe)
        self._assembler = self._new_assembler()
        self._taken = False

    def attach(self, transceiver: RTCRtpTransceiver) -> bool:
        """Takes a track that has just arrived, if it is the first of video; tells whether it did."""
        if transceiver.kind != "video" or self._taken:
            self.tap.leave_out(transceiver)
            return False
        self._taken = True
        self.tap.take(transceiver)
        return True

    async def close(self) -> None:
        await self.tap.close()
        await self.receiver.close()

    def _on_packet(self, packet: Packet, now: float) -> None:
        self._assembler.add(packet, now)

    def _on_source(self) -> None:
        self._assembler = self._new_assembler()
        self.receiver.on_broken()

    def _new_assembler(self) -> Assembler:
        return Assembler(self.receiver.on_frame, self.tap.ask_again, self.receiver.on_broken)
