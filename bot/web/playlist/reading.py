"""A playlist of the service, read with distrust: what is of no use is left out, or the whole refused."""

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.web.playlist.addresses import absolute
from bot.web.playlist.segments import MasterPlaylist, MediaPlaylist, Segment

MOST_LINES, MOST_CHARS_A_LINE = 4000, 8192
MOST_SEGMENTS = 200
"""The last of a playlist; those before them nobody would be shown."""
LONGEST_SEGMENT_S = 60
LARGEST_NUMBER = 2**53

_OF_ONE = ("#EXTINF", "#EXT-X-BYTERANGE", "#EXT-X-DISCONTINUITY", "#EXT-X-GAP", "#EXT-X-PROGRAM-DATE-TIME")
_OF_ALL_THAT_FOLLOW = ("#EXT-X-KEY", "#EXT-X-MAP")
_VARIANT = "#EXT-X-STREAM-INF"

_ATTRIBUTE = re.compile(r'(?<![A-Z0-9-])([A-Z0-9-]+)=(?:"([^"]*)"|([^",]*))')
_RANGE = re.compile(r"(\d{1,15})(?:@(\d{1,15}))?", re.ASCII)
_METHOD = re.compile(r"[A-Z0-9-]{1,40}")
_IV = re.compile(r"0[xX][0-9a-fA-F]{1,32}")


class MalformedPlaylistError(ValueError):
    """It is no playlist that anybody could play."""


@dataclass(frozen=True, slots=True, repr=False)
class _Item:
    """A segment as it is listed: its address, and the tags that are said of it."""

    uri: str
    tags: Mapping[str, str]
    number: int
    began_on: datetime | None


def read_playlist(text: str, url: str) -> MediaPlaylist | MasterPlaylist:
    """What a playlist says that was read at this address. Raises `MalformedPlaylistError`."""
    lines = [stripped for line in text.removeprefix("\ufeff").split("\n") if (stripped := line.strip())]
    if not lines or not lines[0].startswith("#EXTM3U") or len(lines) > MOST_LINES:
        raise MalformedPlaylistError
    lines = [line for line in lines if len(line) <= MOST_CHARS_A_LINE]
    try:
        is_choice = any(line.startswith(_VARIANT) for line in lines)
        return _master(lines, url) if is_choice else _media(lines, url)
    except (ValueError, OverflowError):
        raise MalformedPlaylistError from None


def _master(lines: list[str], url: str) -> MasterPlaylist:
    """Of several the best picture, but what every browser plays (H.264) before all that says to be else."""
    best: tuple[bool, int] | None = None
    variant = ""
    for line, uri in itertools.pairwise(lines):
        if not line.startswith(_VARIANT) or (address := absolute(uri, url)) is None:
            continue
        said = _attributes(line)
        worth = "avc" in said.get("CODECS", "avc"), int(said.get("BANDWIDTH", "0"))
        if best is None or worth > best:
            best, variant = worth, address
    if best is None:
        raise MalformedPlaylistError
    return MasterPlaylist(variant)


def _media(lines: list[str], url: str) -> MediaPlaylist:
    said = dict(line.partition(":")[::2] for line in lines if line.startswith("#EXT-X-"))
    first = int(said.get("#EXT-X-MEDIA-SEQUENCE", "0"))
    if not 0 <= first <= LARGEST_NUMBER:
        raise MalformedPlaylistError
    items = list(_items(lines, first))
    segments = tuple(_segments(items[-MOST_SEGMENTS:], url))
    longest_s = max((segment.duration_s for segment in segments if segment), default=1)
    target_s = max(float(said.get("#EXT-X-TARGETDURATION", "1")), round(longest_s), 1)
    return MediaPlaylist(
        first=first + len(items) - len(segments),
        segments=segments,
        target_s=math.ceil(min(target_s, LONGEST_SEGMENT_S)),
        is_ended="#EXT-X-ENDLIST" in said,
    )


def _items(lines: list[str], number: int) -> Iterator[_Item]:
    """What is listed, each with all tags that hold for it."""
    lasting: dict[str, str] = {}
    own: dict[str, str] = {}
    at: datetime | None = None
    for line in lines:
        name, _, value = line.partition(":")
        if name in _OF_ONE:
            own[name] = value
        elif name in _OF_ALL_THAT_FOLLOW:
            lasting[name] = value
        elif not line.startswith("#") and "#EXTINF" in own:
            at = _date(own["#EXT-X-PROGRAM-DATE-TIME"]) if "#EXT-X-PROGRAM-DATE-TIME" in own else at
            yield _Item(line, {**lasting, **own}, number, at)
            number += 1
            at = at and at + timedelta(seconds=_duration_s(own["#EXTINF"]) or 0)
            own = {}


def _segments(items: list[_Item], url: str) -> Iterator[Segment | None]:
    ends: dict[str, int] = {}
    was_lost = False
    for item in items:
        try:
            segment = _segment(item, url, ends, was_lost=was_lost)
        except (ValueError, KeyError):
            segment = None
        was_lost = segment is None
        yield segment


def _segment(item: _Item, url: str, ends: dict[str, int], *, was_lost: bool) -> Segment:
    tags = item.tags
    duration_s = _duration_s(tags["#EXTINF"])
    if duration_s is None:
        raise ValueError("a duration that cannot be")
    uri = _address(item.uri, url)
    return Segment(
        uri,
        duration_s,
        byterange=_range(tags["#EXT-X-BYTERANGE"], uri, ends) if "#EXT-X-BYTERANGE" in tags else None,
        map_tag=_map_tag(tags["#EXT-X-MAP"], url) if "#EXT-X-MAP" in tags else None,
        key_tag=_key_tag(tags["#EXT-X-KEY"], item.number, url) if "#EXT-X-KEY" in tags else None,
        is_gap="#EXT-X-GAP" in tags,
        is_cut="#EXT-X-DISCONTINUITY" in tags or was_lost,
        began_on=item.began_on,
    )


def _duration_s(value: str) -> float | None:
    try:
        duration_s = float(value.partition(",")[0])
    except ValueError:
        return None
    return duration_s if 0 <= duration_s <= LONGEST_SEGMENT_S else None


def _date(value: str) -> datetime | None:
    try:
        date = datetime.fromisoformat(value)
    except ValueError:
        return None
    return date if date.tzinfo else None


def _attributes(line: str) -> dict[str, str]:
    return {name: quoted or bare for name, quoted, bare in _ATTRIBUTE.findall(line)}


def _address(reference: str, url: str) -> str:
    if found := absolute(reference, url):
        return found
    raise ValueError("an address that nobody is sent to")


def _range(text: str, uri: str, ends: dict[str, int]) -> str:
    """With its offset: where that is left out it is the end of the range before, which may not be listed."""
    found = _RANGE.fullmatch(text)
    if not found or (found[2] is None and uri not in ends):
        raise ValueError("a range that cannot be")
    offset = ends[uri] if found[2] is None else int(found[2])
    ends[uri] = offset + int(found[1])
    return f"{found[1]}@{offset}"


def _map_tag(value: str, url: str) -> str:
    said = _attributes(value)
    uri = _address(said["URI"], url)
    byterange = f',BYTERANGE="{_range(said["BYTERANGE"], uri, {uri: 0})}"' if "BYTERANGE" in said else ""
    return f'#EXT-X-MAP:URI="{uri}"{byterange}'


def _key_tag(value: str, number: int, url: str) -> str | None:
    """With its initialisation vector: left out, it is the segment's number, and here that is another."""
    said = _attributes(value)
    method = said["METHOD"]
    if method == "NONE":
        return None
    iv = said.get("IV", f"0x{number:032x}")
    is_usual = said.get("KEYFORMAT", "identity") == "identity"
    if not _METHOD.fullmatch(method) or not _IV.fullmatch(iv) or not is_usual:
        raise ValueError("a key that no page can use")
    return f'#EXT-X-KEY:METHOD={method},URI="{_address(said["URI"], url)}",IV={iv}'
