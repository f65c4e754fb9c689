"""Frames from packets that are lost, doubled, late, or count from somewhere else."""

import random

import pytest

from bot.odyssey.video.assembler import Assembler, Packet
from bot.odyssey.video.frames import EncodedFrame
from bot.odyssey.video.payloads import starts_keyframe

KEY, DELTA = b"\x65", b"\x41"


class Sent:
    """An assembler and what it gave; `packets` makes the packets of frames 0, 1, 2, ..., a keyframe each
    tenth.
    """

    def __init__(self, first_sequence: int = 65_500, first_timestamp: int = 2**32 - 9000) -> None:
        self.frames: list[EncodedFrame] = []
        self.asked: list[list[int]] = []
        self.broken = 0
        self.now = 0.0
        self.assembler = Assembler(self.frames.append, self.asked.append, self._break)
        self._sequence = first_sequence
        self._timestamp = first_timestamp

    def packets(self, frames: int, parts: int = 3) -> list[Packet]:
        made = []
        for index in range(frames):
            for part in range(parts):
                kind = KEY if index % 10 == 0 else DELTA
                payload = kind + bytes([part]) + index.to_bytes(2, "big")
                number = self._sequence & 0xFFFF
                made.append(Packet("H264", number, self._timestamp & 0xFFFFFFFF, part == parts - 1, payload))
                self._sequence += 1
            self._timestamp += 4500
        return made

    def add(self, *packets: Packet) -> None:
        for packet in packets:
            self.assembler.add(packet, self.now)

    def _break(self) -> None:
        self.broken += 1


def test_in_order() -> None:
    """Each frame comes as soon as its last packet does, across the wrap of both counters."""
    sent = Sent()
    for count, packet in enumerate(sent.packets(30), 1):
        sent.add(packet)
        assert len(sent.frames) == count // 3
    assert [frame.timestamp for frame in sent.frames] == [4500 * n for n in range(30)]
    assert [frame.is_keyframe for frame in sent.frames] == [n % 10 == 0 for n in range(30)]
    assert sent.asked == []


def test_out_of_order_and_doubled() -> None:
    """Packets that overtake each other, or come twice, change nothing."""
    sent = Sent()
    packets = sent.packets(40)
    shuffled = packets[:1]
    rest = packets[1:] + packets[5:60:3]
    rest.sort(key=lambda p: ((p.sequence - 65_500) & 0xFFFF) + random.Random(p.sequence).uniform(0, 6))
    sent.add(*shuffled, *rest)
    assert [frame.timestamp for frame in sent.frames] == [4500 * n for n in range(40)]
    assert sent.broken == 0


def test_a_lost_packet_is_asked_for_again() -> None:
    """What is missing is asked for at once, then again and again; when it comes, no frame is lost."""
    sent = Sent()
    packets = sent.packets(10)
    lost = packets.pop(7)
    sent.add(*packets[:10])
    assert sent.asked[0] == [lost.sequence]
    sent.now += 0.1
    sent.add(packets[10])
    assert sent.asked[-1] == [lost.sequence]
    sent.add(lost, *packets[11:])
    assert len(sent.frames) == 10
    assert sent.broken == 0


def test_a_packet_that_never_comes() -> None:
    """It is given up after half a second: its frame is left out, and that is told."""
    sent = Sent()
    packets = sent.packets(40)
    del packets[7]  # of frame 2
    for packet in packets:
        sent.now += 0.02
        sent.add(packet)
    assert sent.broken == 1
    assert len(sent.frames) == 39
    assert [frame.timestamp // 4500 for frame in sent.frames] == [0, 1, *range(3, 40)]


def test_a_keyframe_behind_a_gap_is_not_lost() -> None:
    """When what is missing ended before a keyframe, that keyframe is kept whole."""
    sent = Sent()
    packets = sent.packets(20)
    del packets[29]  # the last packet of frame 9; frame 10 is a keyframe
    for packet in packets:
        sent.now += 0.04
        sent.add(packet)
    assert [frame.timestamp // 4500 for frame in sent.frames if frame.is_keyframe] == [0, 10]


def test_a_sender_that_counts_anew() -> None:
    """A jump far back starts anew instead of dropping everything as late."""
    sent = Sent(first_sequence=30_000)
    sent.add(*sent.packets(5))
    sent._sequence = 10_000
    sent.add(*sent.packets(5))
    assert len(sent.frames) == 10
    assert sent.broken == 1


@pytest.mark.parametrize("seed", range(3))
def test_memory_is_bounded(seed: int) -> None:
    """Whatever numbers come, little is held."""
    dice = random.Random(seed)
    sent = Sent()
    for _ in range(4000):
        sent.now += 0.001
        sent.add(Packet("H264", dice.randrange(65_536), dice.randrange(2**32), dice.random() < 0.1, b"\x41"))
    assert len(sent.assembler._ahead) <= 1025


@pytest.mark.parametrize(
    ("codec", "payload", "expected"),
    [
        ("H264", b"\x65\x88", True),
        ("H264", b"\x67\x42", True),
        ("H264", b"\x41\x9a", False),
        ("H264", b"\x7c\x85\x88", True),  # FU-A, the beginning of an IDR
        ("H264", b"\x7c\x05\x88", False),  # FU-A, its middle
        ("H264", b"\x7c\x81\x88", False),  # FU-A, the beginning of another slice
        ("H264", b"\x78\x00\x02\x67\x42\x00\x02\x68\xce\x00\x01\x65", True),  # STAP-A: SPS, PPS, IDR
        ("H264", b"\x78\x00\x01\x41", False),
        ("H264", b"\x78\xff\xff", False),
        ("VP8", b"\x10\x00", True),
        ("VP8", b"\x10\x01", False),
        ("VP8", b"\x00\x00", False),
        ("VP8", b"\x90\xe0\x80\x01\x02\x03\x10", True),  # with picture ID, TL0PICIDX and TID
        ("VP8", b"\x90", False),
    ],
)
def test_how_a_keyframe_begins(codec: str, payload: bytes, expected: bool) -> None:
    """RFC 6184 and RFC 7741, and truncated payloads."""
    assert starts_keyframe(codec, payload) is expected
