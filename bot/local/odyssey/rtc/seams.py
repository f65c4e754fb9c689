"""Everything that reaches behind the public interfaces of aiortc and aioice, in one place."""

import asyncio
import contextvars
import functools
import ipaddress
from collections.abc import Callable
from typing import cast

import aioice.ice
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCRtpTransceiver

from bot.local.odyssey.media.encoder import Codec

# Set in the task that gathers candidates, so that other peers of the same process keep their own rule.
loopback_only: contextvars.ContextVar[bool] = contextvars.ContextVar("standin_loopback_only", default=False)


class PeerConnection(RTCPeerConnection):
    """A peer connection that gives up connecting when it is closed.

    aiortc lets its connecting go on meanwhile, which then starts what nobody stops any more: the sender's
    reports, and aioice's renewal of its consent.
    """

    def __init__(self, configuration: RTCConfiguration) -> None:
        super().__init__(configuration)
        self._connecting: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Close, in any state."""
        if self._connecting:
            for task in self._connecting:
                task.cancel()
            await asyncio.wait(self._connecting)
        await super().close()

    async def _RTCPeerConnection__connect(self) -> None:  # noqa: N802 - the name of what it stands before
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._connecting.add(task)
        try:
            await super()._RTCPeerConnection__connect()  # type: ignore[misc]  # private to aiortc
        finally:
            self._connecting.discard(task)


def install_loopback_rule() -> None:
    """Let peers that gather with `loopback_only` set use 127.0.0.1 alone. Harmless to others; idempotent.

    aioice lists every interface but never 127.0.0.1; `get_host_addresses` is its only seam.
    """
    inner = aioice.ice.get_host_addresses
    if getattr(inner, "standin_rule", False):
        return

    @functools.wraps(inner)
    def addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return ["127.0.0.1"] if loopback_only.get() else inner(use_ipv4, use_ipv6)

    addresses.standin_rule = True  # type: ignore[attr-defined]  # a mark on our own function
    aioice.ice.get_host_addresses = addresses


def on_keyframe_request(sender: RTCRtpSender, callback: Callable[[], None]) -> None:
    """Call back when the peer asks for a keyframe by RTCP PLI or FIR.

    aiortc only notes the wish for its own encoder, which ready-made packets never reach.
    """
    sender._send_keyframe = callback  # type: ignore[method-assign]  # aiortc offers no event for it


def negotiated_codec(transceiver: RTCRtpTransceiver) -> Codec:
    """The codec that aiortc's sender will use: the first of those both sides can do."""
    return "h264" if transceiver._codecs[0].mimeType.lower() == "video/h264" else "vp8"


def silence(pc: RTCPeerConnection) -> None:
    """Let a peer neither send nor take UDP any more, as if a cable had been cut."""
    for ice in _ice_connections(pc):
        for protocol in ice._protocols:
            socket = protocol.transport
            socket.set_protocol(_Deaf(protocol))
            protocol.transport = cast("asyncio.DatagramTransport", _Mute(socket))


def is_reachable(address: str, *, loopback: bool) -> bool:
    """Whether a candidate's address may be tried.

    Browsers hide theirs behind mDNS names (`….local`): those need not be resolved, for the browser's own
    checks reveal the address. A peer on loopback tries nothing but loopback.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return parsed.is_loopback if loopback else True


def _ice_connections(pc: RTCPeerConnection) -> set[aioice.ice.Connection]:
    transports = {transceiver.sender.transport.transport for transceiver in pc.getTransceivers()}
    if pc.sctp is not None:
        transports.add(pc.sctp.transport.transport)
    return {transport._connection for transport in transports}


class _Deaf(asyncio.DatagramProtocol):
    """Ignores what comes in; the end of the socket is still reported."""

    def __init__(self, protocol: asyncio.DatagramProtocol) -> None:
        self._protocol = protocol

    def connection_lost(self, exc: Exception | None) -> None:
        self._protocol.connection_lost(exc)


class _Mute:
    """Sends nothing, but can be closed."""

    def __init__(self, transport: asyncio.DatagramTransport) -> None:
        self._transport = transport

    def sendto(self, data: bytes, addr: object = None) -> None:
        """Drop the datagram."""

    def close(self) -> None:
        self._transport.close()
