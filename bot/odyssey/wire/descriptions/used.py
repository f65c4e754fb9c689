"""A section that we use, written anew for aiortc."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.odyssey.wire.descriptions.formats import Format, usable_formats
from bot.odyssey.wire.descriptions.sections import Description, Section, Transport

UNLIMITED_BYTES = 2**31
SCTP_PORT = "5000"
OLD_DATA = "DTLS/SCTP"
DATA = (OLD_DATA, "UDP/DTLS/SCTP", "TCP/DTLS/SCTP")
MAX_SOURCES = 16
_EXTENSION = re.compile(r"([0-9]{1,3})(?:/[a-z]+)? ([\x21-\x7e]+)(?: .*)?")


@dataclass(frozen=True, eq=False)
class Used:
    """`mid` is the section's own, or another one if it has none that is unique."""

    section: Section
    mid: str
    direction: str
    transport: Transport
    formats: list[Format]

    @property
    def max_message_bytes(self) -> int | None:
        """The longest message that the other side takes on its data channels, if it says so."""
        said = self.section.attributes.token("max-message-size") or ""
        return (int(said) or UNLIMITED_BYTES) if re.fullmatch(r"[0-9]{1,15}", said) else None

    @property
    def parameter_sets(self) -> list[bytes]:
        """H.264 parameter sets that stand in the description."""
        return [found for format_ in self.formats for found in format_.parameter_sets]

    def lines(self, setups: Sequence[str]) -> Iterator[str]:
        """As aiortc takes it."""
        yield from self._data() if self.section.kind == "application" else self._media()
        yield f"a=mid:{self.mid}"
        yield from self.transport.lines(setups)

    def _media(self) -> Iterator[str]:
        numbers = " ".join(format_.number for format_ in self.formats)
        yield f"m={self.section.kind} 9 UDP/TLS/RTP/SAVPF {numbers}"
        yield f"a={self.direction}"
        yield "a=rtcp-mux"  # others may say it for a bundle only once, and aiortc can do nothing else
        for value in self.section.attributes.all("extmap"):
            if extension := _EXTENSION.fullmatch(value):
                yield f"a=extmap:{extension[1]} {extension[2]}"
        sources = (value.partition(" ")[0] for value in self.section.attributes.all("ssrc"))
        for source in list(dict.fromkeys(sources))[:MAX_SOURCES]:
            if re.fullmatch(r"[0-9]{1,10}", source) and int(source) < 2**32:
                yield f"a=ssrc:{source} cname:-"
        for format_ in self.formats:
            yield from format_.lines()

    def _data(self) -> Iterator[str]:
        port = _sctp_port(self.section)
        if self.section.protocol == OLD_DATA:
            yield f"m=application 9 {OLD_DATA} {port}"
            yield f"a=sctpmap:{port} webrtc-datachannel 65535"
        else:
            yield "m=application 9 UDP/DTLS/SCTP webrtc-datachannel"
            yield f"a=sctp-port:{port}"
        if self.max_message_bytes is not None:
            yield f"a=max-message-size:{self.max_message_bytes}"


def use(description: Description, section: Section, mid: str, *, only_loopback: bool) -> Used | None:
    """The section as we use it, or None for one that is refused, incomplete, or of a kind we do not know."""
    transport = description.transport(section, only_loopback=only_loopback)
    if section.is_refused or transport is None:
        return None
    formats: list[Format] = []
    if section.kind in ("audio", "video"):
        formats = usable_formats(section)
        if not formats or "RTP/" not in section.protocol:
            return None
    elif section.kind != "application" or section.protocol not in DATA or not _sctp_port(section):
        return None
    return Used(section, mid, description.direction(section), transport, formats)


def _sctp_port(section: Section) -> str:
    """The port inside the transport, where it stands in the older or the newer form; empty for other data."""
    if section.formats[0] == "webrtc-datachannel":
        port = section.attributes.token("sctp-port") or SCTP_PORT
    else:
        port = section.formats[0] if section.protocol == OLD_DATA else ""
    return port if re.fullmatch(r"[0-9]{1,5}", port) and 0 < int(port) < 2**16 else ""
