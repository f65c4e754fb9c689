"""What the payloads of RTP packets hold, without decoding: RFC 6184 (H.264) and RFC 7741 (VP8)."""

from collections.abc import Iterator
from typing import NamedTuple

SLICES = range(1, 6)
IDR = 5
SPS = 7
PPS = 8
_WITHOUT_PICTURE = range(6, 16)
_STAP_A = 24
_FU_A = 28


class Unit(NamedTuple):
    """A NAL unit of H.264; `data` is None for one that only begins here."""

    kind: int
    data: bytes | None


def h264_units(payload: bytes) -> Iterator[Unit]:
    """The NAL units that begin in a payload (RFC 6184, 5.2)."""
    kind = payload[0] & 0x1F
    if kind == _FU_A:
        if len(payload) > 1 and payload[1] & 0x80:
            yield Unit(payload[1] & 0x1F, None)
    elif kind == _STAP_A:
        at = 1
        while at + 2 < len(payload):
            end = at + 2 + int.from_bytes(payload[at : at + 2], "big")
            yield Unit(payload[at + 2] & 0x1F, payload[at + 2 : end])
            at = end
    else:
        yield Unit(kind, payload)


def starts_keyframe(codec: str, payload: bytes) -> bool:
    """Whether a packet's payload is the beginning of a keyframe."""
    if codec == "VP8":
        return _vp8_starts_keyframe(payload)
    return any(unit.kind in (IDR, SPS) for unit in h264_units(payload))


def holds_picture(codec: str, payload: bytes) -> bool:
    """Whether a payload holds a part of a picture, not only what describes pictures."""
    if codec == "VP8":
        return True
    if payload[0] & 0x1F == _FU_A:
        return len(payload) > 1 and payload[1] & 0x1F not in _WITHOUT_PICTURE
    return any(unit.kind not in _WITHOUT_PICTURE for unit in h264_units(payload))


def _vp8_starts_keyframe(payload: bytes) -> bool:
    """Whether a payload begins the first partition of a keyframe (RFC 7741, 4.2 and 4.3)."""
    if payload[0] & 0x17 != 0x10:  # S, and partition 0
        return False
    at = 1
    if payload[0] & 0x80:
        if len(payload) < 2:
            return False
        extensions = payload[1]
        at = 2
        if extensions & 0x80:
            at += 2 if len(payload) > 2 and payload[2] & 0x80 else 1
        at += bool(extensions & 0x40) + bool(extensions & 0x30)
    return at < len(payload) and not payload[at] & 1
