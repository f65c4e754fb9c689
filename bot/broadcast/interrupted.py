"""A broadcast that an earlier run of the bot was cut off from: all that it takes to go on with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import NamedTuple

from bot.broadcast.arbitration.line import LineLeft
from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.last_moment import LastMoment
from bot.broadcast.model import Broadcast, Outcome, Refusal, Stream, Suggestion, Viewer
from bot.broadcast.picture import Picture
from bot.broadcast.states import Reason

_LEFT = (Reason.INTERRUPTED, Reason.SHUTDOWN)
"""Why streams end that the next run of the bot goes on with."""
PICTURE_AGE = timedelta(seconds=10)
"""A picture may be so much older than the moment it was stored with: none of before a panic is shown."""


class Left(NamedTuple):
    """A suggestion as it was left: since when it is approved, whether it was a panic's, its place."""

    suggestion: Suggestion
    approved_at: datetime | None = None
    is_urgent: bool = False
    ballot_place: int | None = None


class MotionLeft(NamedTuple):
    """A vote on the mode as it was left: who asks for it, until when by the wall, by IDs who is for it."""

    mode: Mode
    by: Viewer
    closes_at: datetime
    votes: Mapping[int, bool]


@dataclass(frozen=True)
class Interrupted:
    """What is stored of it; dates are the wall's.

    `seen_at` is its last sign of life. `streams` are all of its streams by number, `suggestions` all of its
    suggestions in the order in which they came; `votes` has by viewers' IDs what each is for. A ballot that
    was open closes at `ballot_closes_at`. `moment` is how it was stored last, at `moment_at`: of that only
    the picture counts, all else is newer elsewhere. `handed_in` is the picture that it was to begin with,
    until there was one of its own.
    """

    broadcast: Broadcast
    seen_at: datetime
    mode: Mode | None = None
    is_paused: bool = False
    streams: tuple[Stream, ...] = ()
    suggestions: tuple[Left, ...] = ()
    votes: Mapping[int, str] = field(default_factory=dict)
    ballot_closes_at: datetime | None = None
    motion: MotionLeft | None = None
    handed_in: Picture | None = None
    moment: LastMoment | None = None
    moment_at: datetime | None = None

    @property
    def on_air_s(self) -> float:
        """How long it has been on air: while nothing of it was to be seen, it was not."""
        broadcast = self.broadcast
        if broadcast.live_at is None:
            return 0.0
        begun = [stream for stream in self.streams if stream.has_begun]
        until = max((stream.ended_at or self.seen_at for stream in begun), default=broadcast.live_at)
        off_air = max(broadcast.off_air, self._without_a_bot)
        return max(0.0, (until - broadcast.live_at - off_air).total_seconds())

    @property
    def cut_off(self) -> list[Stream]:
        """Its streams that were open, as they are stored from now on: over since its last sign of life."""
        return [
            replace(stream, ended_at=max(self.seen_at, stream.started_at), end_reason=Reason.INTERRUPTED)
            for stream in self.streams
            if stream.ended_at is None
        ]

    @property
    def begun(self) -> int:
        """How many of its streams have begun, for all that is known."""
        return sum(stream.has_begun for stream in self.streams)

    @property
    def last_number(self) -> int:
        """Of its newest stream, which may have begun though its ID never came; 0 without any."""
        return max((stream.number for stream in self.streams), default=0)

    def doubtful(self, now: datetime) -> list[Suggestion]:
        """What was sent and not answered, settled: nobody knows whether it was seen.

        What was urgent may have been sent before that was stored; the next stream begins with it: `world`.
        """
        return [
            left.suggestion.refused(Refusal.NOT_KNOWN, now)
            for left in self.suggestions
            if left.suggestion.settled_at is None and not _waits(left)
        ]

    @property
    def waiting(self) -> list[Suggestion]:
        """What waits in line, in the order in which it came."""
        return [left.suggestion for left in self.suggestions if _waits(left)]

    @property
    def approved(self) -> list[str]:
        """The IDs of what moderators have let pass, in the order of that."""
        passing = [(left.approved_at, left.suggestion.id) for left in self.suggestions if left.approved_at]
        return [suggestion_id for _, suggestion_id in sorted(passing, key=lambda each: each[0])]

    @property
    def turns(self) -> list[int]:
        """The IDs of all who wait, the next one first: who came, or was served, last stands at the back."""
        stands_since: dict[int, datetime] = {}
        leaves_at: dict[int, datetime | None] = {}
        for suggestion, _, is_urgent, _ in self.suggestions:
            viewer_id, came_at = suggestion.viewer.id, suggestion.suggested_at
            if is_urgent:
                continue
            gone_at = leaves_at.get(viewer_id, came_at)
            if gone_at is not None and gone_at <= came_at:  # nothing of theirs waited any more
                stands_since[viewer_id] = came_at
            left_at = suggestion.sent_at or suggestion.settled_at
            leaves_at[viewer_id] = None if left_at is None or gone_at is None else max(left_at, gone_at)
        for suggestion, *_ in self.suggestions:
            since = stands_since.get(suggestion.viewer.id)
            if since and suggestion.sent_at and suggestion.sent_at > since:
                stands_since[suggestion.viewer.id] = suggestion.sent_at
        waiting = {suggestion.viewer.id for suggestion in self.waiting}
        return sorted(waiting, key=lambda viewer_id: stands_since[viewer_id])

    def line(self, now: float) -> LineLeft:
        """The line at a steady moment: downtime makes nothing stale."""
        waited_s = [max(0.0, (self.seen_at - each.suggested_at).total_seconds()) for each in self.waiting]
        waiting = [(each, now - waited) for each, waited in zip(self.waiting, waited_s, strict=True)]
        places = {left.suggestion.id: left.ballot_place for left in self.suggestions if left.ballot_place}
        closes_at = self.steady(self.ballot_closes_at, now) if self.ballot_closes_at else None
        return LineLeft(waiting, self.turns, self.votes, self.approved, places, closes_at)

    def steady(self, moment: datetime, now: float) -> float:
        """The steady moment that is as far from `now` as a date to come was when it was cut off."""
        return now + max(0.0, (moment - self.seen_at).total_seconds())

    @property
    def applied(self) -> list[list[Suggestion]]:
        """What came true, in its order: what was sent as one together."""
        taken = [
            left.suggestion for left in self.suggestions if left.suggestion.outcome is Outcome.ACKNOWLEDGED
        ]
        taken.sort(key=_sent_at)
        return [list(together) for _, together in groupby(taken, key=_sent_at)]

    @property
    def world(self) -> LastMoment:
        """How it stands in its world: after a panic as if nothing had been before."""
        panic = next((left.suggestion for left in self.suggestions[::-1] if left.is_urgent), None)
        opening, since = self.broadcast.prompt, self.broadcast.requested_at
        if panic:
            opening, since = panic.applied or panic.prompt, panic.suggested_at
        words = tuple(
            first.applied or first.prompt
            for first, *_ in self.applied
            if first != panic and _sent_at(first) >= since
        )
        return LastMoment(opening, words, self.mode, self._picture(panic))

    @property
    def opening_picture(self) -> Picture | None:
        """What it is still to begin with."""
        is_stopped = any(left.is_urgent for left in self.suggestions)
        return None if is_stopped or self.world.picture else self.handed_in

    @property
    def _without_a_bot(self) -> timedelta:
        """For how long no bot was there, by its streams: of the last time, that may not be stored yet."""
        begun = [stream for stream in self.streams if stream.has_begun]
        away = timedelta()
        for left, next_one in pairwise(begun):
            if left.ended_at and left.end_reason in _LEFT:
                away += max(timedelta(), next_one.started_at - left.ended_at)
        return away

    def _picture(self, panic: Suggestion | None) -> Picture | None:
        if self.moment is None or self.moment_at is None:
            return None
        if panic and (panic.settled_at is None or self.moment_at - PICTURE_AGE < panic.settled_at):
            return None
        return self.moment.picture


def _waits(left: Left) -> bool:
    suggestion = left.suggestion
    return suggestion.outcome is Outcome.QUEUED and suggestion.settled_at is None and not left.is_urgent


def _sent_at(suggestion: Suggestion) -> datetime:
    return suggestion.sent_at or suggestion.suggested_at
