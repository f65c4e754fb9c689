"""Puts whole encoded frames together from RTP packets that may be lost, doubled or out of order.

Pure: no sockets and no clock. A frame is whole when its marker has come and nothing before it is missing. A
packet that stays missing is given up after a while; the frames from there to the next keyframe are then of no
use, and are left out.

Senders differ in where they set the marker. What only describes pictures (parameter sets, say) belongs to the
next picture, whatever its marker and time stamp are; and of a sender that marks the parts of a picture, the
next time stamp ends a frame.
"""

from collections.abc import Callable
from typing import NamedTuple

from bot.odyssey.video.frames import EncodedFrame
from bot.odyssey.video.payloads import holds_picture, starts_keyframe

MAX_AHEAD = 1024
"""Packets held back behind a missing one, at most."""
MAX_BEHIND = 1024
"""No packet comes this late: SRTP's replay window is as long."""
MAX_FRAME_PACKETS = 8192
GIVE_UP_S = 0.5
"""How long a packet may stay missing, in seconds."""
ASK_AGAIN_S = 0.05
MAX_ASKED = 64


class Packet(NamedTuple):
    """What matters of an RTP packet of video."""

    codec: str
    sequence: int
    timestamp: int
    marker: bool
    payload: bytes


class Assembler:
    """Takes packets; gives frames to `on_frame`, and to `on_missing` the sequence numbers to ask for again.

    `on_broken` is told when a packet was given up: only a keyframe helps.
    """

    def __init__(
        self,
        on_frame: Callable[[EncodedFrame], None],
        on_missing: Callable[[list[int]], None],
        on_broken: Callable[[], None],
    ) -> None:
        self._on_frame = on_frame
        self._on_missing = on_missing
        self._on_broken = on_broken
        self._next = -1
        self._ahead: dict[int, Packet] = {}
        self._missing_since = 0.0
        self._asked_at = 0.0
        self._parts: list[bytes] = []
        self._parts_of: Packet | None = None
        self._skip_timestamp: int | None = None
        self._finished_timestamp: int | None = None
        self._marker_ends_frames = True
        self._origin: int | None = None
        self._last_timestamp = 0

    def add(self, packet: Packet, now: float) -> None:
        """Takes one packet. `now` is in seconds, of any clock that only goes forward."""
        expected = self._next
        if expected < 0:
            expected = self._next = packet.sequence + 0x10000
        # The distance round the circle of 16-bit numbers unrolls the sequence number.
        number = expected + ((packet.sequence - expected + 0x8000) & 0xFFFF) - 0x8000
        if number == expected and not self._ahead:
            self._next = number + 1
            self._take(packet)
        elif number >= expected:
            self._add_out_of_order(number, packet, now)
        elif expected - number > MAX_BEHIND:
            self._start_anew(packet, now)

    def _start_anew(self, packet: Packet, now: float) -> None:
        """The sender counts from somewhere else: nothing that we hold fits what comes."""
        self._next = -1
        self._ahead.clear()
        self._parts.clear()
        self._parts_of = None
        self._on_broken()
        self.add(packet, now)

    def _add_out_of_order(self, number: int, packet: Packet, now: float) -> None:
        news = number not in self._ahead and number - 1 not in self._ahead
        if not self._ahead:
            self._missing_since = now
        self._ahead[number] = packet
        if number == self._next:
            self._take_what_is_in_order()
            self._missing_since = now
        if not self._ahead:
            return
        if now - self._missing_since > GIVE_UP_S or len(self._ahead) > MAX_AHEAD:
            self._give_up(now)
        elif news or now - self._asked_at > ASK_AGAIN_S:
            self._asked_at = now
            last = max(self._ahead)
            missing = [
                n & 0xFFFF
                for n in range(self._next, min(last, self._next + MAX_AHEAD))
                if n not in self._ahead
            ]
            self._on_missing(missing[:MAX_ASKED])

    def _give_up(self, now: float) -> None:
        """Goes on after the gap. What is left of the frames on both its sides is of no use."""
        self._next = min(self._ahead)
        self._parts.clear()
        self._parts_of = None
        self._skip_timestamp = self._ahead[self._next].timestamp
        self._on_broken()
        self._take_what_is_in_order()
        self._missing_since = now

    def _take_what_is_in_order(self) -> None:
        while (packet := self._ahead.pop(self._next, None)) is not None:
            self._next += 1
            self._take(packet)

    def _take(self, packet: Packet) -> None:
        if not packet.payload:
            return  # padding, to probe the bandwidth
        if self._skip_timestamp == packet.timestamp and not starts_keyframe(packet.codec, packet.payload):
            return
        self._skip_timestamp = None
        begun = self._parts_of
        if begun is not None and begun.timestamp != packet.timestamp:
            if self._holds_picture(begun.codec):
                self._finish(begun)  # its marker was not set, but nothing of it is missing
            begun = None
        if begun is None:
            self._parts_of = begun = packet
            self._check_marker(packet)
        self._parts.append(packet.payload)
        ended = packet.marker and self._marker_ends_frames and self._holds_picture(packet.codec)
        if ended or len(self._parts) >= MAX_FRAME_PACKETS:
            self._finish(begun)

    def _check_marker(self, packet: Packet) -> None:
        """A picture that goes on behind its marker shows that the marker says nothing."""
        if packet.timestamp != self._finished_timestamp or not self._marker_ends_frames:
            return
        if holds_picture(packet.codec, packet.payload):
            self._marker_ends_frames = False
            self._on_broken()

    def _holds_picture(self, codec: str) -> bool:
        return any(holds_picture(codec, part) for part in reversed(self._parts))

    def _finish(self, begun: Packet) -> None:
        if self._origin is None:
            self._origin = self._last_timestamp = begun.timestamp
        # As with sequence numbers: 32-bit time stamps, unrolled.
        step = ((begun.timestamp - self._last_timestamp + 0x80000000) & 0xFFFFFFFF) - 0x80000000
        self._last_timestamp += step
        self._finished_timestamp = begun.timestamp
        frame = EncodedFrame(begun.codec, tuple(self._parts), self._last_timestamp - self._origin)
        self._parts.clear()
        self._parts_of = None
        self._on_frame(frame)
