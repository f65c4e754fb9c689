"""H.264 parameter sets (SPS and PPS), without which no keyframe can be decoded.

Most senders put them before each keyframe, but some send them once, and some write them into the session
description only. Here they are remembered, and put before the keyframes that come without.
"""

import dataclasses
from collections.abc import Iterable

from bot.odyssey.video.frames import EncodedFrame
from bot.odyssey.video.payloads import IDR, PPS, SLICES, SPS

MAX_SET_BYTES = 4096
_LIMITS = {SPS: 32, PPS: 256}
_ID_AT = {SPS: 4, PPS: 1}
"""Behind the header, and for an SPS behind profile and level (ITU-T H.264, 7.3.2)."""


class ParameterSets:
    """The newest of each ID."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bytes] = {}

    def expect(self, sets: Iterable[bytes]) -> None:
        """Learns those of a session description."""
        for data in filter(None, sets):
            self._remember(data[0] & 0x1F, data)

    def completed(self, frame: EncodedFrame) -> EncodedFrame:
        """The frame; before a keyframe without parameter sets stand those that we know."""
        if frame.codec != "H264":
            return frame
        missing = {SPS, PPS}
        for unit in frame.units():
            if unit.kind in _LIMITS:
                missing.discard(unit.kind)
                self._remember(unit.kind, unit.data)
            elif unit.kind in SLICES:
                if unit.kind != IDR or not missing:
                    return frame
                break
        known = [data for (kind, _), data in sorted(self._known.items()) if kind in missing]
        return dataclasses.replace(frame, payloads=(*known, *frame.payloads)) if known else frame

    def _remember(self, kind: int, data: bytes | None) -> None:
        if kind not in _LIMITS or data is None or len(data) > MAX_SET_BYTES:
            return
        number = _exp_golomb(data[_ID_AT[kind] :])
        if number is not None and number < _LIMITS[kind]:
            self._known[kind, number] = data


def _exp_golomb(data: bytes) -> int | None:
    """The unsigned number (ITU-T H.264, 9.1) with which data begins; None if it is not within 4 bytes."""
    bits = int.from_bytes(data[:4].ljust(4, b"\0"), "big")
    zeros = 32 - bits.bit_length()
    return (bits >> (31 - 2 * zeros)) - 1 if zeros < 16 else None
