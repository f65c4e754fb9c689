"""The sections of a viewer's session description, and what aiortc understands of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.local.odyssey.rtc import seams

OWN_H264 = "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
"""What aiortc can be told of any H.264: decoders of every profile understand our constrained baseline."""
RECEIVING = ("recvonly", "sendrecv")
_DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
_AUDIO = re.compile(r"(opus/48000|PCMU/8000|PCMA/8000|G722/8000)(/[12])?", re.IGNORECASE)
_STATIC_AUDIO = {"0": "PCMU/8000", "8": "PCMA/8000", "9": "G722/8000"}
_UNDERSTOOD = {
    "extmap": re.compile(r"[0-9]{1,3}(/[a-z]+)? \S+"),
    "max-message-size": re.compile(r"[0-9]{1,15}"),
    "rtcp-fb": re.compile(r"([0-9]{1,3}|\*) \S+( \S+)?"),
}
"""What passes as it is, if it has this form."""
_TRANSPORT = {
    "fingerprint": re.compile(r"sha-(256|384|512) [0-9a-f:]+", re.IGNORECASE),
    "ice-pwd": re.compile(r"\S+"),
    "ice-ufrag": re.compile(r"\S+"),
    "setup": re.compile(r"actpass|active|passive"),
}
"""The same, and it may also be told once for several sections."""
_CANDIDATE = re.compile(
    r"(?:a=)?(?:candidate:)?(\S+ 1 udp [0-9]{1,10} (\S+) ([0-9]{1,5}) typ (?:host|srflx|prflx|relay))( .*)?",
    re.IGNORECASE,
)


@dataclass(eq=False)
class Part:
    """A section, or what stands before the first (then without a kind). Attributes are names and values."""

    kind: str = ""
    port: str = ""
    protocol: str = ""
    formats: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str]] = field(default_factory=list)

    def values(self, name: str) -> list[str]:
        """The values of one name."""
        return [value for known, value in self.attributes if known == name]

    def has(self, name: str) -> bool:
        """Whether there is such an attribute."""
        return any(known == name for known, _ in self.attributes)

    @property
    def mid(self) -> str:
        """Its name, if it has one."""
        return next((value for value in self.values("mid") if re.fullmatch(r"\S+", value)), "")

    @property
    def is_refused(self) -> bool:
        """Port 0 refuses a section (RFC 3264, 6), if it does not wait for another's port (RFC 9143, 6)."""
        return self.port.strip("0") == "" and not self.has("bundle-only")

    def direction(self, session: Part) -> str:
        """Which way media goes, for the viewer."""
        names = [name for part in (self, session) for name, _ in part.attributes]
        return next((name for name in names if name in _DIRECTIONS), "sendrecv")

    def receives(self, session: Part) -> bool:
        """Whether the viewer takes media."""
        return self.direction(session) in RECEIVING

    def said(self, name: str, number: str) -> str:
        """What a line like `a=rtpmap` or `a=fmtp` says of a payload type."""
        words = (value.split(None, 1) for value in self.values(name))
        return next((rest[0].strip() for first, *rest in filter(None, words) if first == number and rest), "")

    def parameters(self, number: str) -> dict[str, str]:
        """A payload type's parameters, however they are spaced and spelt."""
        pairs = (pair.partition("=") for pair in self.said("fmtp", number).split(";"))
        return {key.strip().lower(): value.strip() for key, _, value in pairs}


def parts_of(sdp: str) -> list[Part]:
    """What stands before the first section, and the sections."""
    parts = [Part()]
    for line in map(str.strip, re.split(r"[\r\n]+", sdp)):
        if line.startswith("m="):
            words = line[2:].split()
            kind, port, protocol, *formats = words + ["0"] * (4 - len(words))
            parts.append(Part(kind, port, protocol, formats))
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            parts[-1].attributes.append((name, value.strip()))
    return parts


def bundle_of(session: Part) -> list[str]:
    """The names of the sections that share one transport, which the first of them describes."""
    groups = (value.split() for value in session.values("group"))
    return next((words[1:] for words in groups if words[:1] == ["BUNDLE"]), [])


def usable_candidate(candidate: str, *, loopback: bool) -> str | None:
    """A candidate's plain form, if it may be tried."""
    found = _CANDIDATE.fullmatch(candidate.strip())
    if found is None or not 0 < int(found[3]) < 2**16:
        return None
    return found[1] if seams.is_reachable(found[2], loopback=loopback) else None


def section_for_aiortc(
    part: Part, session: Part, sections: Sequence[Part], *, setup: str, loopback: bool
) -> list[str]:
    """The lines that aiortc gets, but for the name; none if it cannot use the section.

    `setup` is the DTLS role of a viewer who tells none.
    """
    media = [] if part.is_refused else list(_media(part))
    bundle = bundle_of(session)
    tagged = [other for other in sections if bundle and other.mid == bundle[0] and not other.is_refused]
    sources = [part, session, *(tagged[:1] if part.mid in bundle else [])]
    transport = {name: _first_understood(name, sources) for name in _TRANSPORT}
    if not media or not all(transport[name] for name in ("fingerprint", "ice-pwd", "ice-ufrag")):
        return []
    transport["setup"] = transport["setup"] or [setup]
    given = next((values for source in sources if (values := source.values("candidate"))), [])
    # No `end-of-candidates`: ICE must wait for checks from those whose every candidate was left out.
    candidates = [usable for value in given if (usable := usable_candidate(value, loopback=loopback))]
    own = {
        name: [one for one in part.values(name) if form.fullmatch(one)] for name, form in _UNDERSTOOD.items()
    }
    told = {**own, **transport, "candidate": candidates}
    return [
        *media,
        f"a={part.direction(session)}",
        "a=rtcp-mux",
        *(f"a={name}:{value}" for name, values in told.items() for value in values),
    ]


def _first_understood(name: str, sources: Sequence[Part]) -> list[str]:
    understood = (
        [one for one in source.values(name) if _TRANSPORT[name].fullmatch(one)] for source in sources
    )
    return next(filter(None, understood), [])


def _media(part: Part) -> Iterator[str]:
    """The `m=` line and the payload types that can be used; nothing if there are none."""
    if part.kind == "application":
        if part.formats[0] == "webrtc-datachannel" and "DTLS/SCTP" in part.protocol:
            port = next((one for one in part.values("sctp-port") if re.fullmatch(r"[0-9]{1,5}", one)), "5000")
            yield "m=application 9 UDP/DTLS/SCTP webrtc-datachannel"
            yield f"a=sctp-port:{port}"
        return
    maps = _audio(part) if part.kind == "audio" else _video(part) if part.kind == "video" else {}
    if maps and "RTP/" in part.protocol:
        yield f"m={part.kind} 9 UDP/TLS/RTP/SAVPF {' '.join(maps)}"
        for number, (name, parameters) in maps.items():
            yield f"a=rtpmap:{number} {name}"
            if parameters:
                yield f"a=fmtp:{number} {parameters}"


def _audio(part: Part) -> dict[str, tuple[str, str]]:
    names = {number: part.said("rtpmap", number) or _STATIC_AUDIO.get(number, "") for number in part.formats}
    return {
        number: (name, "")
        for number, name in names.items()
        if _AUDIO.fullmatch(name) and (_is_dynamic(number) or number in _STATIC_AUDIO)
    }


def _video(part: Part) -> dict[str, tuple[str, str]]:
    """H.264 and VP8, with their retransmissions.

    H.264 in mode 0, which knows no fragments, is taken if there is nothing else: we send fragments, and
    those who can take any H.264 put them together all the same.
    """
    numbers = [number for number in dict.fromkeys(part.formats) if _is_dynamic(number)]
    names = {number: part.said("rtpmap", number).upper() for number in numbers}
    modes = {number: part.parameters(number).get("packetization-mode") or "0" for number in numbers}
    usual = [
        number
        for number in numbers
        if names[number] == "VP8/90000" or (names[number] == "H264/90000" and modes[number] == "1")
    ]
    plain = [number for number in numbers if names[number] == "H264/90000" and modes[number] == "0"]
    taken = {
        number: (names[number], OWN_H264 if names[number].startswith("H264") else "")
        for number in usual or plain
    }
    resent = {
        number: part.parameters(number).get("apt", "") for number in numbers if names[number] == "RTX/90000"
    }
    return taken | {number: ("rtx/90000", f"apt={of}") for number, of in resent.items() if of in taken}


def _is_dynamic(number: str) -> bool:
    return re.fullmatch("9[6-9]|1[01][0-9]|12[0-7]", number) is not None
