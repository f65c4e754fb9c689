"""The payload types of a section that can be decoded, whatever the words in which they are offered."""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.odyssey.wire.descriptions.sections import Attributes, Section

VIDEO_CLOCK = "90000"
AUDIO = {
    "opus/48000": "opus/48000/2",
    "g722/8000": "G722/8000",
    "pcmu/8000": "PCMU/8000",
    "pcma/8000": "PCMA/8000",
}
STATIC = {"0": "PCMU/8000", "8": "PCMA/8000", "9": "G722/8000"}
"""What a payload type means without an rtpmap (RFC 3551, 6)."""
FEEDBACK = ("nack", "nack pli", "goog-remb")
MAX_PARAMETER_SETS = 32
MODES = ("0", "1")
"""Packetization modes of H.264 without interleaving (RFC 6184, 6.2): both are received in the same way."""
AIORTC_H264 = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
"""One that aiortc knows. It compares the words only: the decoder takes any profile."""
_ECHOED = {
    "level-asymmetry-allowed": re.compile(r"[01]"),
    "packetization-mode": re.compile(r"[01]"),
    "profile-level-id": re.compile(r"[0-9a-fA-F]{6}"),
}


@dataclass(frozen=True)
class Format:
    number: str
    name: str
    """As in an rtpmap."""
    feedback: tuple[str, ...] = ()
    parameters: str = ""
    """For aiortc."""
    offered: str | None = None
    """The parameters that an answer must repeat (RFC 6184, 8.2.2); None if it is for aiortc to say."""
    parameter_sets: tuple[bytes, ...] = ()
    """The decoder's parameter sets (SPS and PPS), if they are told here (RFC 6184, 8.1)."""

    def lines(self) -> Iterator[str]:
        """As aiortc takes it."""
        yield f"a=rtpmap:{self.number} {self.name}"
        yield from (f"a=rtcp-fb:{self.number} {feedback}" for feedback in self.feedback)
        if self.parameters:
            yield f"a=fmtp:{self.number} {self.parameters}"


def usable_formats(section: Section) -> list[Format]:
    """The payload types of an audio or video section that can be received, as ordered by the offerer."""
    numbers = list(dict.fromkeys(section.formats))
    names = {
        number: "/".join(values[0].split("/")[:2])
        for number, values in _by_number(section.attributes, "rtpmap").items()
    }
    if section.kind == "audio":
        made = {number: _audio(number, names.get(number, "")) for number in numbers}
    else:
        made = _videos(section.attributes, list(filter(_is_dynamic, numbers)), names)
    return [format_ for number in numbers if (format_ := made.get(number))]


def _audio(number: str, name: str) -> Format | None:
    if number in STATIC:
        return Format(number, STATIC[number])
    known = AUDIO.get(name.lower())
    return Format(number, known) if known and _is_dynamic(number) else None


def _videos(attributes: Attributes, numbers: list[str], names: dict[str, str]) -> dict[str, Format | None]:
    said = {number: _parameters(";".join(lines)) for number, lines in _by_number(attributes, "fmtp").items()}
    feedback = _by_number(attributes, "rtcp-fb")
    made: dict[str, Format | None] = {}
    for number in numbers:
        wanted = [*feedback.get(number, []), *feedback.get("*", [])]
        made[number] = _video(number, names.get(number, ""), said.get(number, {}), wanted)
    for number in numbers:
        original = said.get(number, {}).get("apt", "")
        if made.get(original) and names.get(number, "").lower() == f"rtx/{VIDEO_CLOCK}":
            made[number] = Format(number, f"rtx/{VIDEO_CLOCK}", parameters=f"apt={original}")
    return made


def _video(number: str, name: str, said: dict[str, str], wanted: list[str]) -> Format | None:
    feedback = tuple(kind for kind in FEEDBACK if kind in wanted)
    if name.upper() == f"VP8/{VIDEO_CLOCK}":
        return Format(number, f"VP8/{VIDEO_CLOCK}", feedback)
    if name.upper() != f"H264/{VIDEO_CLOCK}" or (said.get("packetization-mode") or "0") not in MODES:
        return None
    offered = [f"{key}={said[key]}" for key, form in _ECHOED.items() if form.fullmatch(said.get(key, ""))]
    return Format(
        number,
        f"H264/{VIDEO_CLOCK}",
        feedback,
        AIORTC_H264,
        offered=";".join(offered),
        parameter_sets=tuple(_parameter_sets(said.get("sprop-parameter-sets", ""))),
    )


def _is_dynamic(number: str) -> bool:
    """aiortc goes by another number than the offered one for all others."""
    return number.isascii() and number.isdecimal() and len(number) <= 3 and 96 <= int(number) <= 127


def _by_number(attributes: Attributes, name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for value in attributes.all(name):
        number, _, rest = value.partition(" ")
        found.setdefault(number, []).append(" ".join(rest.split()))
    return found


def _parameters(line: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in line.split(";"))
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _parameter_sets(value: str) -> Iterator[bytes]:
    for word in value.split(",")[:MAX_PARAMETER_SETS]:
        try:
            yield base64.b64decode(word, validate=True)
        except (binascii.Error, ValueError):
            continue
