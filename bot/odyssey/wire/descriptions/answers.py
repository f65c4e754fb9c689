"""An answer of the service to our offer."""

from collections.abc import Iterator

from bot.odyssey.wire.descriptions.sections import Description, unusable
from bot.odyssey.wire.descriptions.used import Used, use

SETUPS = ("active", "passive")


class ReceivedAnswer:
    """An answer to `offer`. `sdp` is what aiortc gets of it.

    Only its video is used. aiortc wants every section of its offer answered, so each other becomes one
    without media on the video's transport, whether the service accepted it, refused it or left it out.
    Raises `OdysseyConnectionError` (`bad_description`) when there is no video that can be received.
    """

    def __init__(self, sdp: str, *, offer: str, only_loopback: bool) -> None:
        self._offered = Description(offer)
        self._answered = Description(sdp)
        self._video = self._choose(only_loopback)
        self.sdp = "\r\n".join(self._lines()) + "\r\n"

    @property
    def parameter_sets(self) -> list[bytes]:
        return self._video.parameter_sets

    def _choose(self, only_loopback: bool) -> Used:
        mid = next(one.attributes.token("mid") for one in self._offered.sections if one.kind == "video") or ""
        for section in self._answered.sections:
            if section.kind == "video":
                used = use(self._answered, section, mid, only_loopback=only_loopback)
                if used is not None:
                    return used
        raise unusable("there is no video that can be received")

    def _lines(self) -> Iterator[str]:
        mids = [section.attributes.token("mid") for section in self._offered.sections]
        others = [mid for mid in mids if mid != self._video.mid]
        yield from self._answered.opening([self._video.mid, *filter(None, others)])
        for section, mid in zip(self._offered.sections, mids, strict=True):
            if mid == self._video.mid:
                yield from self._video.lines(SETUPS)
                continue
            yield from (f"m={section.kind} 9 UDP/TLS/RTP/SAVPF 0", "a=rtpmap:0 PCMU/8000")
            yield from ("a=inactive", "a=rtcp-mux", f"a=mid:{mid}")
            yield from self._video.transport.lines(SETUPS)
