"""The one place that leans on aiortc's and aioice's internals.

A stock receiver parses every packet in general terms, runs a thread that decodes all of them whether or not
anybody looks, and queues the pictures without a bound. Here a `Tap` takes its place: when aiortc tells the
receiver to begin (`RTCRtpReceiver.receive`, which it calls once DTLS is up), the tap hooks itself in where
datagrams arrive, decrypts video packets and gives them on, and leaves all others (STUN, DTLS, RTCP) to
aiortc. No thread is started and nothing is decoded.

`tests/odyssey/video/test_tap.py` fails when an aiortc or aioice version changes what this relies on.
"""

import asyncio
import struct
import time
from collections.abc import Callable
from typing import Any

import pylibsrtp
from aiortc import RTCRtpTransceiver, rtp
from aiortc.rtcrtpparameters import RTCRtpReceiveParameters

from bot.odyssey.video.assembler import Packet
from bot.odyssey.video.frames import CODECS
from bot.odyssey.video.reports import Reception

REPORT_INTERVAL_S = 1.0

MAX_DATAGRAM_BYTES = 64 * 1024
"""There is no larger one."""

_HEADER = struct.Struct("!BBHLL")


class Tap:
    """Receives the video of one peer connection.

    `on_packet` gets each video packet on the event loop; `on_source` is told when packets begin to come, or
    come from another source, so that their numbers start anew.
    """

    def __init__(self, on_packet: Callable[[Packet, float], None], on_source: Callable[[], None]) -> None:
        self.heard_at = time.monotonic()
        """When anything last came over UDP."""
        self.media_at = self.heard_at
        """When anything but ICE's own checks last came."""
        self._on_packet = on_packet
        self._on_source = on_source
        self._codecs: dict[int, tuple[str, bool]] = {}
        self._reception: Reception | None = None
        self._reported_at = 0.0
        self._own_ssrc = 0
        self._dtls: Any = None
        self._sending: set[asyncio.Task[None]] = set()

    def take(self, transceiver: RTCRtpTransceiver) -> None:
        """Takes the place of a video receiver. Must be called when its track arrives."""

        async def receive(parameters: RTCRtpReceiveParameters) -> None:
            self._begin(transceiver, parameters)

        _replace(transceiver.receiver, "receive", receive)
        # It would never be asked, and is a thousand objects for the garbage collector to look at.
        _replace(transceiver.receiver, "_RTCRtpReceiver__remote_bitrate_estimator", None)

    def leave_out(self, transceiver: RTCRtpTransceiver) -> None:
        """Receives nothing of a track. Must be called when it arrives."""

        async def receive(parameters: RTCRtpReceiveParameters) -> None:
            return

        _replace(transceiver.receiver, "receive", receive)

    def ask_for_keyframe(self) -> None:
        """Sends a picture loss indication, if anything has come yet."""
        if self._reception is not None:
            source = self._reception.ssrc
            self._send(rtp.RtcpPsfbPacket(fmt=rtp.RTCP_PSFB_PLI, ssrc=self._own_ssrc, media_ssrc=source))

    def ask_again(self, sequences: list[int]) -> None:
        """Asks for packets that are missing."""
        if self._reception is not None:
            source = self._reception.ssrc
            packet = rtp.RtcpRtpfbPacket(fmt=rtp.RTCP_RTPFB_NACK, ssrc=self._own_ssrc, media_ssrc=source)
            packet.lost = sequences
            self._send(packet)

    def probe(self) -> None:
        """Asks the other end's ICE agent for a sign of life; the answer shows in `heard_at`."""
        if self._dtls is None:
            return
        ice = self._dtls.transport._connection
        for pair in ice._nominated.values():
            request = ice.build_request(pair, nominate=False)
            request.add_message_integrity(ice.remote_password.encode())
            pair.protocol.send_stun(request, pair.remote_addr)

    async def close(self) -> None:
        """Ends what is still being sent. Nothing more is given on, or asked for."""
        self._dtls = None
        self._on_packet = self._on_source = _nobody
        for task in self._sending:
            task.cancel()
        if self._sending:
            await asyncio.wait(self._sending)

    # What aiortc's RTP router asks of a receiver.

    def _handle_disconnect(self) -> None:
        pass

    async def _handle_rtcp_packet(self, packet: object) -> None:
        if isinstance(packet, rtp.RtcpSrPacket) and self._reception is not None:
            self._reception.sender_report(packet.sender_info.ntp_timestamp, time.monotonic())

    async def _handle_rtp_packet(self, packet: object, arrival_time_ms: int) -> None:
        pass

    # Inside.

    def _begin(self, transceiver: RTCRtpTransceiver, parameters: RTCRtpReceiveParameters) -> None:
        names: dict[object, str] = {
            codec.payloadType: codec.name for codec in parameters.codecs if codec.name in CODECS
        }
        for codec in parameters.codecs:
            if codec.payloadType is None:
                continue
            if codec.payloadType in names:
                self._codecs[codec.payloadType] = (codec.name, False)
            elif codec.name.lower() == "rtx" and codec.parameters.get("apt") in names:
                self._codecs[codec.payloadType] = (names[codec.parameters.get("apt")], True)
        self._own_ssrc = transceiver.sender._ssrc
        self._dtls = transceiver.receiver.transport
        self._dtls._register_rtp_receiver(self, parameters)
        for protocol in self._dtls.transport._connection._protocols:
            _replace(protocol, "datagram_received", self._hook(protocol.datagram_received))
            if hasattr(protocol.transport, "max_size"):
                # asyncio makes room for 256 KiB before it reads each one: so much malloc may take from the
                # system and give back each time, which nearly doubles what receiving costs.
                protocol.transport.max_size = MAX_DATAGRAM_BYTES

    def _hook(self, original: Callable[[bytes, Any], None]) -> Callable[[bytes, Any], None]:
        srtp: pylibsrtp.Session = self._dtls._rx_srtp

        def datagram_received(data: bytes, address: Any) -> None:
            now = time.monotonic()
            self.heard_at = now
            kind = data[0] if data else 0
            if kind > 3:  # not STUN (RFC 7983)
                self.media_at = now
            if not 128 <= kind <= 191 or len(data) < 12 or 192 <= data[1] <= 208:  # not RTP
                original(data, address)
                return
            codec = self._codecs.get(data[1] & 0x7F)
            if codec is None:
                return
            try:
                clear = srtp.unprotect(data)
            except pylibsrtp.Error:
                return
            self._on_rtp(clear, codec[0], codec[1], now)

        return datagram_received

    def _on_rtp(self, data: bytes, codec: str, resent: bool, now: float) -> None:
        flags, kind, sequence, timestamp, ssrc = _HEADER.unpack_from(data)
        start = 12 + 4 * (flags & 0x0F)
        if flags & 0x10:
            start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
        end = len(data) - (data[-1] if flags & 0x20 else 0)
        if resent:  # RFC 4588: the original number comes first
            if end - start < 2:
                return
            sequence = int.from_bytes(data[start : start + 2], "big")
            start += 2
        else:
            self._count(ssrc, sequence, timestamp, now)
        self._on_packet(Packet(codec, sequence, timestamp, kind >= 128, data[start:end]), now)

    def _count(self, ssrc: int, sequence: int, timestamp: int, now: float) -> None:
        reception = self._reception
        if reception is None or reception.ssrc != ssrc:
            reception = self._reception = Reception(ssrc)
            self._reported_at = now
            self._on_source()
        reception.count(sequence, timestamp, now)
        if now - self._reported_at > REPORT_INTERVAL_S:
            self._reported_at = now
            self._send(reception.report(self._own_ssrc, now))

    def _send(self, packet: rtp.RtcpPsfbPacket | rtp.RtcpRrPacket | rtp.RtcpRtpfbPacket) -> None:
        if self._dtls is None:
            return
        task = asyncio.create_task(_send(self._dtls, bytes(packet)), name="odyssey-rtcp")
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)


def _replace(owner: object, name: str, value: object) -> None:
    """Puts `value` in place of a method or a part of one object, which must have had it."""
    getattr(owner, name)
    setattr(owner, name, value)


def _nobody(*_: object) -> None:
    return


async def _send(dtls: Any, packet: bytes) -> None:
    try:
        await dtls._send_rtp(packet)
    except ConnectionError:
        return  # the connection is closing; nobody needs this report any more
