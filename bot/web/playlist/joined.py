"""The streams of a broadcast, one after the other in one playlist."""

from collections import deque
from dataclasses import replace

from bot.web.playlist.segments import Segment
from bot.web.playlist.stream import KEPT_S, MOST_KEPT, Moment, StreamPlaylist
from bot.web.playlist.writing import playlist_text

LEAST_WINDOW_TARGETS = 3
"""No live playlist is shorter than so many target durations (RFC 8216, 6.2.2)."""
BESIDE_S = 30.0
"""So long a stream goes on beside one that follows it, at most."""
SEAM_S = 12.0
"""So long after a seam what comes of the next stream may lie before it."""
MOST_REMEMBERED = 4


class JoinedPlaylist:
    """What viewers of one channel get: its broadcast's streams as they were on air, each from where the one
    before it ends.

    `now` is always a steady moment. `sequence` is the number of the first segment of all: whatever it is,
    numbers only ever grow, from one broadcast to the next too.
    """

    def __init__(self, sequence: int) -> None:
        self.streams: deque[StreamPlaylist] = deque()
        """The one whose turn it is, and those that follow it: they are to be read."""
        self.is_complete = False
        """Whether the broadcast is over, and all of it was listed."""
        self._sequence = sequence
        self._cuts_before = 0
        self._listed: deque[Segment] = deque()
        self._target_s = 1
        self._window_s = 0.0
        self._broadcast_id = ""
        self._number = 0
        self._left: deque[StreamPlaylist] = deque(maxlen=MOST_REMEMBERED)
        self._end: Moment | None = None
        """Of what was listed last."""
        self._is_cut = False
        """Whether what comes next does not continue it."""
        self._seam: tuple[Moment, float] | None = None
        """The end of the stream before, and until when the next one's segments may lie before that."""

    @property
    def is_empty(self) -> bool:
        return not self._listed

    def follow(self, broadcast_id: str, number: int, address: str | None, now: float) -> None:
        """A broadcast's stream of that number is on air; without an address it has no playlist (yet)."""
        if broadcast_id != self._broadcast_id:
            self._begin(broadcast_id)
        if number <= self._number or address is None:
            return
        self._number = number
        known = next((stream for stream in (*self._left, *self.streams) if stream.address == address), None)
        if known:
            known.reopened()
        if known not in self.streams:
            self.streams.append(known or StreamPlaylist(address, now))

    def advance(self, now: float, *, is_over: bool) -> None:
        """Lists what was read, as far as it is its turn. `is_over`: no stream will follow."""
        while self.streams and not self.is_complete:
            stream, *others = self.streams
            self._list(stream, now)
            waiting = [other for other in others if other.has_more]
            is_left = any(now - other.made_at > BESIDE_S for other in waiting)
            if not is_left and not stream.is_over(now, is_followed=is_over or bool(waiting)):
                return
            if not others:
                break
            self._left.append(self.streams.popleft())
            self._is_cut = True
            self._seam = (self._end, now + SEAM_S) if self._end else None
        self.is_complete = is_over

    def text(self) -> str:
        """The playlist as it stands."""
        return playlist_text(
            self._listed,
            target_s=self._target_s,
            sequence=self._sequence,
            cuts_before=self._cuts_before,
            is_over=self.is_complete,
        )

    def _begin(self, broadcast_id: str) -> None:
        """Nothing of the broadcast before is left, but its numbers."""
        self._broadcast_id, self._number = broadcast_id, 0
        self.streams.clear()
        self._left.clear()
        while self._listed:
            self._drop()
        self._is_cut, self._seam, self.is_complete = True, None, False

    def _list(self, stream: StreamPlaylist, now: float) -> None:
        self._target_s = max(self._target_s, stream.target_s)
        self._window_s = max(self._window_s, stream.window_s)
        while stream.has_more:
            segment, end = stream.take()
            if self._seam:
                seam, until = self._seam
                if now < until and end.since(seam) < segment.duration_s / 2:
                    continue  # most of it was seen in the stream before
                self._seam = None
            is_cut = self._end is not None and (self._is_cut or segment.is_cut)
            self._listed.append(replace(segment, is_cut=is_cut))
            self._end, self._is_cut = end, False
        window_s = min(KEPT_S, max(self._window_s, LEAST_WINDOW_TARGETS * self._target_s))
        length_s = sum(segment.duration_s for segment in self._listed)
        while self._listed and (
            len(self._listed) > MOST_KEPT or length_s - self._listed[0].duration_s >= window_s
        ):
            length_s -= self._listed[0].duration_s
            self._drop()

    def _drop(self) -> None:
        self._sequence += 1
        self._cuts_before += self._listed.popleft().is_cut
