"""The playlist as text (RFC 8216)."""

from collections.abc import Iterable

from bot.web.playlist.segments import Segment

_VERSION = 7
_VERSION_OF_GAPS = 8


def playlist_text(
    segments: Iterable[Segment], *, target_s: int, sequence: int, cuts_before: int, is_over: bool
) -> str:
    """The media playlist. `sequence` is the first segment's number; so many discontinuities were before."""
    segments = tuple(segments)
    has_gaps = any(segment.is_gap for segment in segments)
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{_VERSION_OF_GAPS if has_gaps else _VERSION}",
        f"#EXT-X-TARGETDURATION:{target_s}",
        f"#EXT-X-MEDIA-SEQUENCE:{sequence}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{cuts_before}",
    ]
    before: Segment | None = None
    for segment in segments:
        lines += _tags(segment, before)
        lines += [f"#EXTINF:{segment.duration_s:.3f},", segment.uri]
        before = segment
    if is_over:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


def _tags(segment: Segment, before: Segment | None) -> Iterable[str]:
    if segment.is_cut:
        yield "#EXT-X-DISCONTINUITY"
    if segment.key_tag != (before and before.key_tag):
        yield segment.key_tag or "#EXT-X-KEY:METHOD=NONE"
    # Told again after a cut: what stands at the address may be another stream's by then.
    if segment.map_tag and (segment.is_cut or segment.map_tag != (before and before.map_tag)):
        yield segment.map_tag
    if segment.began_on:
        yield f"#EXT-X-PROGRAM-DATE-TIME:{segment.began_on.isoformat(timespec='milliseconds')}"
    if segment.byterange:
        yield f"#EXT-X-BYTERANGE:{segment.byterange}"
    if segment.is_gap:
        yield "#EXT-X-GAP"
