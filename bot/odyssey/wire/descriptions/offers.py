"""An offer of the service, and our answer to it."""

import re
from collections.abc import Iterator

from bot.odyssey.wire.descriptions.sections import Description, Section, unusable
from bot.odyssey.wire.descriptions.used import Used, use

UNKNOWN_MAX_MESSAGE_BYTES = 16 * 1024
SETUPS = ("actpass", "active", "passive")
SENDING = ("sendrecv", "sendonly")


class ReceivedOffer:
    """An offer. `sdp` is what aiortc gets of it.

    Of each kind (video, audio, data) the first section is used that can be; every other is refused in our
    answer (RFC 3264, 6). Nobody listens to the audio: it is only taken where it shares the others' transport,
    since that may be its own (RFC 9143, 7.3). Raises `OdysseyConnectionError` (`bad_description`) when that
    leaves nothing, or when there is video and none of it can be received.
    """

    def __init__(self, sdp: str, *, only_loopback: bool) -> None:
        self._offered = Description(sdp)
        self._used = self._choose(only_loopback)
        has_video = any(one.kind == "video" and not one.is_refused for one in self._offered.sections)
        if has_video and not any(used.section.kind == "video" for used in self._used):
            raise unusable("none of its video can be received")
        if not self._used:
            raise unusable("none of its sections can be used")
        mids = {used.mid for used in self._used}
        self._bundle = [mid for mid in dict.fromkeys(self._offered.bundle) if mid in mids]
        lines = (line for used in self._used for line in used.lines(SETUPS))
        self.sdp = "\r\n".join([*self._offered.opening(self._bundle), *lines, ""])

    @property
    def max_message_bytes(self) -> int:
        """The longest message that may be sent on a data channel."""
        said = (used.max_message_bytes for used in self._used)
        return next((size for size in said if size is not None), UNKNOWN_MAX_MESSAGE_BYTES)

    @property
    def parameter_sets(self) -> list[bytes]:
        return [found for used in self._used for found in used.parameter_sets]

    def mid_for(self, mid: str | None, index: int | None) -> str:
        """The section for which a trickled candidate is.

        One that names no section, or one that we refused, is for the transport that the others share: some
        peers always name the first.
        """
        for used in self._used:
            if mid is not None and used.section.attributes.token("mid") == mid:
                return used.mid
        for used in self._used:
            if used.section.index == index:
                return used.mid
        return self._bundle[0] if self._bundle else self._used[0].mid

    def answer(self, sdp: str) -> str:
        """Our answer, from aiortc's: each section as it was offered, and those refused that it never saw."""
        session, *made = re.split(r"(?m)^(?=m=)", sdp)
        ours = {used.section: (used, text) for used, text in zip(self._used, made, strict=True)}
        group = f"a=group:BUNDLE {' '.join(self._bundle)}\r\n" if self._bundle else ""
        sections = (
            _as_offered(*ours[section]) if section in ours else _refused(section)
            for section in self._offered.sections
        )
        return re.sub(r"a=group:BUNDLE.*\n", lambda _: group, session) + "".join(sections)

    def _choose(self, only_loopback: bool) -> list[Used]:
        chosen: dict[str, Used] = {}
        for section, mid in self._sections_with_mids():
            used = use(self._offered, section, mid, only_loopback=only_loopback)
            if used is None or (section.kind == "audio" and mid not in self._offered.bundle):
                continue
            before = chosen.get(section.kind)
            if before is None or (before.direction not in SENDING and used.direction in SENDING):
                chosen[section.kind] = used
        return sorted(chosen.values(), key=lambda used: used.section.index)

    def _sections_with_mids(self) -> Iterator[tuple[Section, str]]:
        """Each section with a mid that is unique, its own if possible."""
        taken = {section.attributes.token("mid") for section in self._offered.sections}
        seen: set[str] = set()
        for section in self._offered.sections:
            mid = section.attributes.token("mid")
            if mid is None or mid in seen:
                mid = f"section-{section.index}"
                while mid in taken:
                    mid += "-"
            seen.add(mid)
            yield section, mid


def _as_offered(used: Used, text: str) -> str:
    """A section of our answer, in the words of the offer."""
    first, *lines = text.splitlines()
    kind, port, _, *formats = first.split(" ")
    answer = [" ".join([kind, port, used.section.protocol, *formats])]
    mid = used.section.attributes.token("mid")
    replaced = {"a=mid": "" if mid is None else f"a=mid:{mid}"}
    for format_ in used.formats:
        if format_.offered is not None:
            number = format_.number
            replaced[f"a=fmtp:{number}"] = f"a=fmtp:{number} {format_.offered}" if format_.offered else ""
    for line in lines:
        name = re.match(r"a=fmtp:\d+|a=mid", line)
        answer.append(replaced.get(name[0], line) if name else line)
    return "\r\n".join(filter(None, answer)) + "\r\n"


def _refused(section: Section) -> str:
    lines = [
        f"m={section.kind} 0 {section.protocol} {' '.join(section.formats)}",
        "c=IN IP4 0.0.0.0",
        "a=inactive",
    ]
    if (mid := section.attributes.token("mid")) is not None:
        lines.append(f"a=mid:{mid}")
    return "\r\n".join(lines) + "\r\n"
