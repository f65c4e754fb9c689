"""Reading a session description leniently, and writing its sections anew."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from bot.odyssey.base.errors import OdysseyConnectionError
from bot.odyssey.wire.descriptions.candidates import usable_candidate

MAX_CHARACTERS = 1_000_000
MAX_CANDIDATES = 100
DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")
DIGESTS = ("sha-256", "sha-384", "sha-512")
_TOKEN = re.compile(r"[\x21-\x7e]{1,256}")


@dataclass(frozen=True)
class Attributes:
    """The `a=` lines of a section, or of the session."""

    lines: list[tuple[str, str]] = field(default_factory=list)

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.lines if known == name]

    def token(self, name: str) -> str | None:
        """The first value that is one word."""
        return next((value for value in self.all(name) if _TOKEN.fullmatch(value)), None)

    def has(self, name: str) -> bool:
        return any(known == name for known, _ in self.lines)


@dataclass(frozen=True, eq=False)
class Section:
    """An `m=` line and what belongs to it."""

    index: int
    kind: str
    port: str
    protocol: str
    formats: list[str]
    attributes: Attributes

    @property
    def is_refused(self) -> bool:
        """Port 0 refuses a section (RFC 3264, 6), unless it is to share another's port (RFC 9143, 6)."""
        return self.port.split("/")[0].strip("0") == "" and not self.attributes.has("bundle-only")


@dataclass(frozen=True)
class Transport:
    """How a section's other end is reached: ICE and DTLS."""

    user: str
    password: str
    fingerprints: list[str]
    setup: str
    candidates: list[str]
    is_complete: bool

    def lines(self, setups: Sequence[str]) -> Iterator[str]:
        """The transport's lines. `setups` are those that may be said; the first counts if none is."""
        yield f"a=ice-ufrag:{self.user}"
        yield f"a=ice-pwd:{self.password}"
        yield from (f"a=fingerprint:{fingerprint}" for fingerprint in self.fingerprints)
        yield f"a=setup:{self.setup if self.setup in setups else setups[0]}"
        yield from (f"a=candidate:{candidate}" for candidate in self.candidates)
        if self.is_complete:
            yield "a=end-of-candidates"


class Description:
    """A description as it was read: no line of it is trusted yet."""

    def __init__(self, sdp: str) -> None:
        if len(sdp) > MAX_CHARACTERS:
            raise unusable("it is too long")
        self.session = Attributes()
        self.sections: list[Section] = []
        current = self.session
        for line in map(str.strip, re.split(r"[\r\n]+", sdp)):
            if line.startswith("m="):
                words = line[2:].split()
                kind, port, protocol, *formats = words + ["0"] * (4 - len(words))
                current = Attributes()
                self.sections.append(Section(len(self.sections), kind, port, protocol, formats, current))
            elif line.startswith("a="):
                name, _, value = line[2:].partition(":")
                current.lines.append((name.strip(), value.strip()))
        if not self.sections:
            raise unusable("it has no sections")
        self.bundle = next(
            (words[1:] for value in self.session.all("group") if (words := value.split())[:1] == ["BUNDLE"]),
            [],
        )

    def opening(self, bundle: Sequence[str]) -> Iterator[str]:
        """The session's lines for aiortc; `bundle` are the sections with one transport, the first its own."""
        yield from ("v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=-", "t=0 0")
        if any(part.has("ice-lite") for part in (self.session, *(one.attributes for one in self.sections))):
            yield "a=ice-lite"
        if bundle:
            yield f"a=group:BUNDLE {' '.join(bundle)}"

    def direction(self, section: Section) -> str:
        """Whether media is sent, received, both or neither."""
        said = (name for part in (section.attributes, self.session) for name, _ in part.lines)
        return next((name for name in said if name in DIRECTIONS), "sendrecv")

    def transport(self, section: Section, *, only_loopback: bool) -> Transport | None:
        """A section's transport, or None when something is missing.

        What a section does not say the session says for it (RFC 8839), or the section whose transport it
        shares (RFC 9143, 9.2).
        """
        sources = [section.attributes, self.session]
        if (shared := self._shared(section)) is not None:
            sources.append(shared.attributes)

        def word(name: str) -> str | None:
            return next((found for source in sources if (found := source.token(name))), None)

        user, password = word("ice-ufrag"), word("ice-pwd")
        fingerprints = next((found for source in sources if (found := _fingerprints(source))), [])
        if user is None or password is None or not fingerprints:
            return None
        given = next((found for source in sources if (found := source.all("candidate"))), [])
        usable = [
            made
            for value in given[:MAX_CANDIDATES]
            if (made := usable_candidate(value, only_loopback=only_loopback))
        ]
        return Transport(
            user,
            password,
            fingerprints,
            (word("setup") or "").lower(),
            usable,
            # When some were left out, ICE must go on waiting for the other side's checks.
            is_complete=0 < len(usable) == len(given)
            and any(source.has("end-of-candidates") for source in sources),
        )

    def _shared(self, section: Section) -> Section | None:
        mids = {other.attributes.token("mid"): other for other in reversed(self.sections)}
        tagged = mids.get(self.bundle[0]) if self.bundle else None
        shares = section.attributes.token("mid") in self.bundle
        return tagged if shares and tagged is not None and not tagged.is_refused else None


def unusable(why: str) -> OdysseyConnectionError:
    """The error for a description with which no connection can be made."""
    return OdysseyConnectionError(
        f"The service's session description could not be used ({why}).",
        code="bad_description",
        retryable=False,
    )


def _fingerprints(attributes: Attributes) -> list[str]:
    found = []
    for value in attributes.all("fingerprint"):
        algorithm, _, digest = value.partition(" ")
        algorithm, digest = algorithm.lower(), digest.strip().upper()
        if algorithm in DIGESTS and re.fullmatch(r"[0-9A-F]{2}(:[0-9A-F]{2}){31,63}", digest):
            found.append(f"{algorithm} {digest}")
    return found
