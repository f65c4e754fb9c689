"""The end of a peer connection, in any state: nothing of it runs on, or is left to the garbage collector.

Like `video/tap.py` it leans on aiortc's and aioice's internals; `tests/odyssey/live/test_closing.py` fails
when a version of them leaves more.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping

from aioice.ice import CandidatePair, StunProtocol
from aioice.ice import Connection as IceConnection
from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCRtpSender, RTCRtpTransceiver
from pyee.base import EventEmitter

CLOSE_S = 3.0
CLOSING_ITSELF = "_RTCPeerConnection__isClosed"
"""aiortc's future: done when it has closed a connection by itself."""
CLOSING_ITSELF_S = 0.5
AFTERWARDS_S = 1.0
"""What was begun when it was closed comes to its end in this time: nothing waits for the network any more."""

_PARTS = (
    EventEmitter,  # all of aiortc that has events: transports, channels, tracks
    RTCRtpTransceiver,
    RTCRtpSender,
    RTCRtpReceiver,
    IceConnection,
    StunProtocol,
    CandidatePair,
)
"""What a connection is made of, and nothing that connections have in common."""


async def close_peer_connection(pc: RTCPeerConnection) -> None:
    """Closes a peer connection, in any state, and what aioice begins after its end.

    aioice looks each 20 ms whether its checks are done. Closed just then, it would still begin its endless
    consent checks afterwards, and nobody would ever stop them. And when aiortc, closing by itself because the
    other side did, is cancelled (by `asyncio.run` at its end, say), everybody else who closes waits for ever.
    """
    transports = {transceiver.receiver.transport.transport for transceiver in pc.getTransceivers()}
    checking = [transport for transport in transports if transport.state == "checking"]
    if pc.signalingState == "closed":
        # `pc.close()` would wait for the same future, and giving that up would end it under aiortc's hands.
        is_closed, _ = await asyncio.wait({vars(pc)[CLOSING_ITSELF]}, timeout=CLOSING_ITSELF_S)
    else:
        is_closed = await _closed(pc)
    if checking:
        await asyncio.sleep(0.03)
    for transport in checking:
        consent = transport._connection._query_consent_task
        if consent is not None:
            consent.cancel()
            await asyncio.wait({consent})
    if is_closed:
        asyncio.get_running_loop().call_later(AFTERWARDS_S, _take_apart, pc)


async def _closed(pc: RTCPeerConnection) -> set[asyncio.Task[None]]:
    closing = asyncio.create_task(pc.close(), name="odyssey-closing")
    try:
        is_closed, _ = await asyncio.wait({closing}, timeout=CLOSE_S)
    finally:
        closing.cancel()
    return is_closed


def _take_apart(pc: RTCPeerConnection) -> None:
    """Empties all parts of a closed connection.

    They hold each other in circles, some 700 objects of each connection that has ended. Left to the garbage
    collector they would stop the loop: it looks through all that is alive to find them.
    """
    due: list[object] = [pc]
    found = set(due)
    while due:
        parts = set(_parts(vars(due.pop()).values())) - found
        found |= parts
        due.extend(parts)
    for part in found:
        vars(part).clear()


def _parts(values: Iterable[object]) -> Iterator[object]:
    for value in values:
        if isinstance(value, _PARTS):
            yield value
        elif isinstance(value, Mapping):
            yield from _parts(value)
            yield from _parts(value.values())
        elif isinstance(value, list | tuple | set):
            yield from _parts(value)
