"""One stream's own playlist, as it is read time and again."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bot.web.playlist.segments import MediaPlaylist, Segment

KEPT_S, MOST_KEPT = 60.0, 200
"""So much of a stream is kept at most: no player is further behind."""
PATIENCE_TARGETS, LEAST_PATIENCE_S = 1.5, 4.0
"""A playlist that has not grown for so many target durations has nothing more to say (RFC 8216, 6.2.1)."""
REFUSALS, OLD_READINGS = 2, 3
"""So many in a row are believed: one refusal is a mishap, and an old playlist comes out of a cache."""
MOST_APART_S = 6.0


@dataclass(frozen=True, slots=True)
class Moment:
    """When a segment ends: the steady moment, as far as readings tell, and by the service's clock."""

    at: float
    on: datetime | None

    def since(self, other: Moment) -> float:
        """The seconds from the other moment to this one: by the service's clock, if it has told both and is
        not far from what the readings tell."""
        by_readings_s = self.at - other.at
        if self.on and other.on:
            by_clock_s = (self.on - other.on).total_seconds()
            if abs(by_clock_s - by_readings_s) < MOST_APART_S:
                return by_clock_s
        return by_readings_s


class StreamPlaylist:
    """What has been read of one stream: the segments that nobody took yet, and whether more will come.

    `address` is that of its playlist, a secret.
    """

    def __init__(self, address: str, now: float) -> None:
        self.address = address
        self.made_at = self.grew_at = now
        self.target_s = 1
        self.window_s = 0.0
        """The longest that its playlist was."""
        self._fresh: deque[tuple[Segment, float]] = deque()
        """Each with its end in the stream's own time, which begins with the first segment that was read."""
        self._time_s = 0.0
        self._began_at = math.inf
        """When its own time was zero: the earliest that a reading tells, since none is early."""
        self._last: MediaPlaylist | None = None
        self._may_begin_anew = False
        self._refusals = self._old_readings = 0

    @property
    def has_more(self) -> bool:
        """Whether there is something to take."""
        return bool(self._fresh)

    def take(self) -> tuple[Segment, Moment]:
        """The next segment, and when it ends."""
        segment, end_s = self._fresh.popleft()
        began_on = segment.began_on
        ends_on = began_on + timedelta(seconds=segment.duration_s) if began_on else None
        return segment, Moment(self._began_at + end_s, ends_on)

    def is_over(self, now: float, *, is_followed: bool) -> bool:
        """Whether nothing is to be expected of it; one that is followed is not waited for for ever."""
        if self._fresh:
            return False
        # What another one shows is not missed, should a single refusal have been a mishap.
        if self._last and (self._last.is_ended or self._refusals >= (1 if is_followed else REFUSALS)):
            return True
        patience_s = max(LEAST_PATIENCE_S, PATIENCE_TARGETS * self.target_s)
        return is_followed and now - self.grew_at > patience_s

    def reopened(self) -> None:
        """Another stream has the same address."""
        self._may_begin_anew = True

    def refused(self) -> None:
        """The service says that there is no such playlist."""
        self._refusals += 1

    def read(self, playlist: MediaPlaylist, now: float) -> None:
        """Takes over what is new in a reading."""
        self._refusals = 0
        last = self._last
        if last is None:
            new, is_broken = playlist.segments, False
        elif self._begins_anew(playlist, last):
            new, is_broken = playlist.segments, True
            self._may_begin_anew = False
        elif (playlist.after, playlist.is_ended) < (last.after, last.is_ended):
            return
        else:
            new = playlist.segments[max(0, last.after - playlist.first) :]
            is_broken = playlist.first > last.after or last.is_ended
        self._last, self._old_readings = playlist, 0
        self.target_s = max(self.target_s, playlist.target_s)
        self.window_s = max(self.window_s, playlist.duration_s)
        if segments := [segment for segment in new if segment]:
            self._add(segments, now, is_broken=is_broken)

    def _begins_anew(self, playlist: MediaPlaylist, last: MediaPlaylist) -> bool:
        """Whether its numbers count other segments than before. An older playlist is only a cache's."""
        common = range(max(playlist.first, last.first), min(playlist.after, last.after))
        are_others = all(
            _name(playlist.segments[number - playlist.first]) != _name(last.segments[number - last.first])
            for number in common
        )
        if playlist.after >= last.after:
            # Addresses that are signed anew for each reading differ too.
            return bool(common) and are_others and (self._may_begin_anew or last.is_ended)
        self._old_readings += 1
        return are_others or self._old_readings >= OLD_READINGS

    def _add(self, segments: list[Segment], now: float, *, is_broken: bool) -> None:
        if is_broken:  # what was missed took its time
            segments[0] = replace(segments[0], is_cut=True)
            missed_until_s = now - self._began_at - sum(segment.duration_s for segment in segments)
            self._time_s = max(self._time_s, missed_until_s)
        for segment in segments:
            self._time_s += segment.duration_s
            self._fresh.append((segment, self._time_s))
        self._began_at = min(self._began_at, now - self._time_s)
        self.grew_at = now
        while len(self._fresh) > MOST_KEPT or self._time_s - self._fresh[0][1] > KEPT_S:
            self._fresh.popleft()
            segment, end_s = self._fresh[0]
            self._fresh[0] = replace(segment, is_cut=True), end_s


def _name(segment: Segment | None) -> object:
    """What a segment is known by from one reading to the next: the query may be signed anew."""
    return segment and (urlsplit(segment.uri).path, segment.duration_s, segment.began_on, segment.byterange)
