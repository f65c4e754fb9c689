"""What `bot/odyssey/video/tap.py` takes for granted of aiortc and aioice. Fails loudly when that changes."""

import ast
import inspect
from pathlib import Path

import aioice.ice
import pylibsrtp
from aiortc import RTCPeerConnection, RTCRtpReceiver
from aiortc.rtcdtlstransport import RTCDtlsTransport, RtpReceiver
from aiortc.rtp import RtcpPsfbPacket, RtcpRrPacket, RtcpRtpfbPacket, RtcpSrPacket

import bot.odyssey
from bot.odyssey import Odyssey
from bot.odyssey.video.tap import MAX_DATAGRAM_BYTES, Tap
from tests.odyssey.service import Service
from tests.support.sources import nodes

PRIVATE = {
    "_connection",
    "_nominated",
    "_protocols",
    "_query_consent_task",
    "_register_rtp_receiver",
    "_rx_srtp",
    "_send_rtp",
    "_ssrc",
}
"""What the client uses of aiortc and aioice without being promised it; each is asked for below."""


def test_nothing_else_of_theirs_is_used() -> None:
    """A private name that is used of something else's, and not in the list, is found."""
    [root] = bot.odyssey.__path__
    used = {
        node.attr
        for path in Path(root).rglob("*.py")
        for node in nodes(path.read_text("utf-8"))
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__")
        if not (isinstance(node.value, ast.Name) and node.value.id == "self")
    }
    assert used - {"_open"} == PRIVATE, "`_open` is the client's own"


async def test_the_internals_are_where_they_were(service: Service, client: Odyssey) -> None:
    """Every private attribute that the tap uses is there, of its kind, on a live connection."""
    await client.connect()
    connection = client._link.open
    assert connection is not None
    assert connection.peer is not None
    [transceiver] = connection.peer._pc.getTransceivers()
    assert isinstance(transceiver.sender._ssrc, int)
    assert vars(transceiver.receiver)["_RTCRtpReceiver__remote_bitrate_estimator"] is None, "it is kept"
    assert vars(RTCRtpReceiver("video", transceiver.receiver.transport))[
        "_RTCRtpReceiver__remote_bitrate_estimator"
    ], "there is none to leave out"
    dtls = transceiver.receiver.transport
    assert isinstance(dtls._rx_srtp, pylibsrtp.Session)
    assert inspect.iscoroutinefunction(dtls._send_rtp)
    ice = dtls.transport._connection
    assert isinstance(ice, aioice.ice.Connection)
    assert ice._protocols
    assert ice._nominated
    assert ice._query_consent_task is not None
    for protocol in ice._protocols:
        assert isinstance(protocol, aioice.ice.StunProtocol)
        assert "datagram_received" in vars(protocol), "the hook is not in place"
        assert vars(protocol.transport)["max_size"] == MAX_DATAGRAM_BYTES
        by_itself = inspect.getattr_static(type(protocol.transport), "max_size")
        assert by_itself > MAX_DATAGRAM_BYTES, "it need not be set any more"


def test_the_methods_are_as_they_were() -> None:
    """What the tap stands in for, or calls, still takes the same."""
    parameters = inspect.signature(RTCRtpReceiver.receive).parameters
    assert list(parameters) == ["self", "parameters"]
    assert inspect.iscoroutinefunction(RTCRtpReceiver.receive)
    for method in ("_handle_disconnect", "_handle_rtcp_packet", "_handle_rtp_packet"):
        ours, theirs = getattr(Tap, method), getattr(RtpReceiver, method)
        assert inspect.iscoroutinefunction(ours) == inspect.iscoroutinefunction(theirs)
        assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)
    asked = {name for name in vars(RtpReceiver) if name.startswith("_handle")}
    assert asked == {"_handle_disconnect", "_handle_rtcp_packet", "_handle_rtp_packet"}
    assert list(inspect.signature(RTCDtlsTransport._register_rtp_receiver).parameters)[1:] == [
        "receiver",
        "parameters",
    ]
    assert list(inspect.signature(aioice.ice.Connection.build_request).parameters)[1:] == ["pair", "nominate"]
    assert list(inspect.signature(aioice.ice.StunProtocol.datagram_received).parameters)[1:] == [
        "data",
        "addr",
    ]
    assert list(inspect.signature(aioice.ice.StunProtocol.send_stun).parameters)[1:] == ["message", "addr"]
    for packet in (RtcpPsfbPacket, RtcpRtpfbPacket, RtcpRrPacket, RtcpSrPacket):
        assert hasattr(packet, "__bytes__")


async def test_only_our_own_receivers_are_touched(client: Odyssey) -> None:
    """Another peer connection in the same process keeps aiortc's receiver and every interface."""
    await client.connect()
    other = RTCPeerConnection()
    receiver = other.addTransceiver("video").receiver
    assert "receive" not in vars(receiver)
    assert "127.0.0.1" not in aioice.ice.get_host_addresses(True, False)
    await other.close()
