"""A service's playlists as they stand at a moment, and what a player makes of ours."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.web.playlist.joined import JoinedPlaylist
from bot.web.playlist.reading import read_playlist
from bot.web.playlist.segments import MediaPlaylist

DAY = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass
class Stream:
    """One stream of the service: it runs from one second to another, and is seen `behind_s` later."""

    name: str
    began: float
    ended: float = math.inf
    segment_s: float = 2.0
    listed: int = 8
    behind_s: float = 0.0
    is_dated: bool = False
    first: int = 0

    @property
    def address(self) -> str:
        return f"https://cdn.example/{self.name}/index.m3u8?token={self.name}"

    def playlist(self, now: float) -> str | None:
        """What its playlist says; None before its first segment, as services that answer 404 until then."""
        seen_until = min(now - self.behind_s, self.ended)
        is_ended = now - self.behind_s >= self.ended
        count = math.floor((seen_until - self.began) / self.segment_s + 1e-9)
        durations = [self.segment_s] * max(0, count)
        rest = seen_until - self.began - count * self.segment_s
        if is_ended and rest > 1e-6:
            durations.append(rest)
        if not durations:
            return None
        start = max(0, len(durations) - self.listed)
        lines = ["#EXTM3U", f"#EXT-X-TARGETDURATION:{math.ceil(self.segment_s)}"]
        lines += [f"#EXT-X-MEDIA-SEQUENCE:{self.first + start}", '#EXT-X-MAP:URI="init.mp4"']
        if self.is_dated:
            began_on = DAY + timedelta(seconds=self.began + start * self.segment_s)
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{began_on.isoformat()}")
        for number, duration_s in enumerate(durations[start:], start):
            lines += [f"#EXTINF:{duration_s:.3f},", f"{self.began + number * self.segment_s:.3f}.m4s"]
        return "\n".join([*lines, "#EXT-X-ENDLIST"] if is_ended else lines)


def media(text: str, url: str = "https://cdn.example/a/index.m3u8") -> MediaPlaylist:
    """What a playlist of the service says, which is no choice of several."""
    playlist = read_playlist(text, url)
    assert isinstance(playlist, MediaPlaylist)
    return playlist


@dataclass
class Seen:
    """One segment as a player knows it."""

    uri: str
    duration_s: float
    cuts: int
    """Its discontinuity sequence number."""
    maps: str

    @property
    def stream(self) -> str:
        return self.uri.split("/")[-2]

    @property
    def began(self) -> float:
        """When it was live, which its name says."""
        return float(self.uri.rpartition("/")[2].removesuffix(".m4s"))

    @property
    def ended(self) -> float:
        return self.began + self.duration_s


@dataclass
class Player:
    """Reads our playlist again and again, and holds it to the rules of RFC 8216, 6.2.1 and 6.2.2."""

    segments: dict[int, Seen] = field(default_factory=dict)
    first: int = 0
    is_ended: bool = False
    text: str = ""

    def read(self, text: str) -> list[Seen]:
        """One reading; returns what is listed."""
        if self.is_ended:
            assert text == self.text, "nothing changes after the end"
        self.text = text
        lines = text.splitlines()
        assert lines[0] == "#EXTM3U"
        tags = dict(line.partition(":")[::2] for line in lines if line.startswith("#EXT-X-"))
        first, cuts = int(tags["#EXT-X-MEDIA-SEQUENCE"]), int(tags["#EXT-X-DISCONTINUITY-SEQUENCE"])
        target_s = int(tags["#EXT-X-TARGETDURATION"])
        assert first >= self.first, "numbers never go back"
        listed: list[Seen] = []
        duration_s, map_tag = 0.0, ""
        for line in lines:
            if line == "#EXT-X-DISCONTINUITY":
                cuts += 1
            elif line.startswith("#EXT-X-MAP:"):
                map_tag = line
            elif line.startswith("#EXTINF:"):
                duration_s = float(line[8:].rstrip(","))
                assert round(duration_s) <= target_s
            elif not line.startswith("#"):
                listed.append(Seen(line, duration_s, cuts, map_tag))
        if self.segments and listed:
            assert first <= max(self.segments) + 1 or first > self.first, "nothing was skipped unseen"
        for number, segment in enumerate(listed, first):
            assert self.segments.setdefault(number, segment) == segment, "a segment stays what it was"
        self.first, self.is_ended = first, "#EXT-X-ENDLIST" in tags
        return listed

    @property
    def played(self) -> list[Seen]:
        return [self.segments[number] for number in sorted(self.segments)]


def step(joined: JoinedPlaylist, streams: dict[str, Stream], now: float, *, is_over: bool = False) -> str:
    """Reads the playlists of the streams that are to be read, and gives ours."""
    for stream in list(joined.streams):
        text = streams[stream.address].playlist(now)
        if text is None:
            stream.refused()
        else:
            stream.read(media(text, stream.address), now)
    joined.advance(now, is_over=is_over)
    return joined.text()


def gone(text: str) -> str:
    """A playlist without its end."""
    return re.sub("\n#EXT-X-ENDLIST", "", text)
