"""What viewers write into their session descriptions, as far as it can be used.

Any viewer who can show our video is to be served. But aiortc raises at lines that it does not expect, at
sections that were refused and at codecs that it does not know; so it gets the lines that it understands, of
the sections that it can answer, and the answer is put into the viewer's words afterwards.
"""

import re
from collections.abc import Iterable, Sequence

from bot.local.odyssey.rtc.sections import Part, bundle_of, parts_of, section_for_aiortc

_REPEATED = ("level-asymmetry-allowed", "packetization-mode", "profile-level-id")


class UnusableError(Exception):
    """Nothing can be made of a description."""


class Offer:
    """A viewer's offer. `sdp` is what aiortc gets of it: one section of each kind, among them a video.

    Raises UnusableError if there is no video that we can send.
    """

    def __init__(self, sdp: str, *, loopback: bool) -> None:
        self._session, *self._sections = parts_of(sdp)
        self._taken: dict[str, Part] = {}
        lines: list[str] = []
        for part in self._sections:
            if any(part.kind == taken.kind for taken in self._taken.values()):
                continue
            found = section_for_aiortc(
                part, self._session, self._sections, setup="actpass", loopback=loopback
            )
            if found and (part.kind != "video" or part.receives(self._session)):
                name = part.mid or f"unnamed-{len(self._taken)}"
                while name in self._taken:
                    name += "-again"
                self._taken[name] = part
                lines += [*found, f"a=mid:{name}"]
        if not any(part.kind == "video" for part in self._taken.values()):
            raise UnusableError("no video")
        self._bundle = [name for name in dict.fromkeys(bundle_of(self._session)) if name in self._taken]
        self.sdp = _joined([*_opening(self._session, self._bundle), *lines])

    def answer(self, sdp: str) -> str:
        """aiortc's answer in the viewer's words, with each section that it did not get refused."""
        opening, *made = re.split(r"(?m)^(?=m=)", sdp)
        answers = dict(zip(self._taken.values(), made, strict=True))
        group = _joined([f"a=group:BUNDLE {' '.join(self._bundle)}"]) if self._bundle else ""
        sections = (
            _in_words_of(part, answers[part].splitlines()) if part in answers else _refusal(part)
            for part in self._sections
        )
        return re.sub(r"a=group:BUNDLE.*\r\n", lambda _: group, opening) + "".join(sections)


def cleaned_answer(sdp: str, *, offer: str, loopback: bool) -> str:
    """A viewer's answer to our offer as aiortc takes it. Raises UnusableError if it refuses a section."""
    session, *sections = parts_of(sdp)
    _, *offered = parts_of(offer)
    if [part.kind for part in sections] != [part.kind for part in offered]:
        raise UnusableError("other sections than in the offer")
    names = {part.mid: ours.mid for part, ours in zip(sections, offered, strict=True)}
    lines: list[str] = []
    for part, ours in zip(sections, offered, strict=True):
        found = section_for_aiortc(part, session, sections, setup="active", loopback=loopback)
        if not found:
            raise UnusableError(f"no {part.kind}")
        lines += [*found, f"a=mid:{ours.mid}"]
    return _joined([*_opening(session, [names[mid] for mid in bundle_of(session) if mid in names]), *lines])


def _opening(session: Part, bundle: Sequence[str]) -> list[str]:
    lite = ["a=ice-lite"] if session.has("ice-lite") else []
    return ["v=0", *lite, *([f"a=group:BUNDLE {' '.join(bundle)}"] if bundle else [])]


def _in_words_of(part: Part, made: Sequence[str]) -> str:
    """A section of the answer with the offer's protocol, name and parameters (RFC 6184, 8.2.2)."""
    kind, port, _, *formats = made[0].split(" ")
    lines = [" ".join([kind, port, part.protocol, *formats])]
    for line in made[1:]:
        if line.startswith("a=mid:"):
            lines += [f"a=mid:{part.mid}"] if part.mid else []
        elif (fmtp := re.match(r"a=fmtp:(\d+) (?!apt)", line)) is not None:
            said = part.parameters(fmtp[1])
            kept = [
                f"{key}={said[key]}" for key in _REPEATED if re.fullmatch(r"[0-9a-fA-F]+", said.get(key, ""))
            ]
            lines += [f"a=fmtp:{fmtp[1]} {';'.join(kept)}"] if kept else []
        else:
            lines.append(line)
    return _joined(lines)


def _refusal(part: Part) -> str:
    name = [f"a=mid:{part.mid}"] if part.mid else []
    media = f"m={part.kind} 0 {part.protocol} {' '.join(part.formats)}"
    return _joined([media, "c=IN IP4 0.0.0.0", "a=inactive", *name])


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)
