"""A server's minutes of a day (UTC): kept for each of its broadcasts, a part at a time, before it uses them.

What is kept is not given away twice: two that start at once cannot both have the last minute, and nobody's
broadcast is cut short by somebody else's start. Which day it is, the wall says; how long a broadcast has
lasted, the steady clock.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.broadcast.clock import Clock
from bot.broadcast.errors import BroadcastError, BroadcastTooLong, DayIsUsedUp
from bot.broadcast.interrupted import Interrupted
from bot.broadcast.limits.budget import LAST_CALL_S, STREAM_LIMIT_S, Budget
from bot.broadcast.model import Broadcast, TimeOnAir
from bot.broadcast.ports import History
from bot.broadcast.states import Reason

DAY = timedelta(days=1)


class Share:
    """How long one broadcast may be live: by its length, its server's longest, and what it has of the day."""

    def __init__(self, days: Days, guild_id: int, broadcast_id: str, length: timedelta) -> None:
        self.guild_id = guild_id
        self.broadcast_id = broadcast_id
        self.live_since: float | None = None
        """The steady moment in which the broadcast came on air."""
        self.used_before_s = 0.0
        """How long it was live in an earlier run of the bot, that was cut off."""
        self.was_live_before = False
        self.kept_s: float | None = None
        """How much of its server's days it may use in all; None without a limit."""
        self.due_at: float | None = None
        """When `renew` is due, which is asked before each suggestion: at once if the rules have changed."""
        self.is_last_call = False
        """Whether only the last `LAST_CALL_S` seconds are left, and nothing more is to be had."""
        self._days = days
        self._length_s = length.total_seconds()

    @property
    def limit_s(self) -> float:
        """How long it may be live, whatever is left of the day."""
        return min(self._length_s, self._longest_s)

    @property
    def ends_at(self) -> float | None:
        """The steady moment in which it is used up; None before the broadcast is live."""
        if self.live_since is None:
            return None
        return self.live_since + (self.limit_s if self.kept_s is None else min(self.kept_s, self.limit_s))

    def begin(self, now: float) -> None:
        """The broadcast comes on air at the steady moment `now`."""
        self.live_since = now - self.used_before_s
        self._reckon()

    def reconsider(self) -> None:
        self.due_at = -math.inf

    def used_s(self, now: float) -> float:
        """How long the broadcast has been live at the steady moment `now`."""
        return self.used_before_s if self.live_since is None else now - self.live_since

    def dated(self, broadcast: Broadcast) -> Broadcast:
        """Live since it came on air; of one that did in an earlier run, what it was not on air is off air."""
        clock = self._days.clock
        now = clock.steady()
        if self.was_live_before and broadcast.live_at:
            on_air = timedelta(seconds=self.used_s(now))
            return replace(broadcast, off_air=clock.date_of(now) - broadcast.live_at - on_air)
        live_since = self.live_since
        return broadcast if live_since is None else replace(broadcast, live_at=clock.date_of(live_since))

    def unused_s(self, now: float) -> float:
        """What is kept and not used yet."""
        return 0.0 if self.kept_s is None else max(0.0, self.kept_s - self.used_s(now))

    async def renew(self) -> Reason | None:
        """Keeps more, of what there is today and by the rules as they are; else says why it is the end."""
        self.due_at = self._next_due  # by the rules as they are now
        # The very sum by which it became due: a difference is rounded otherwise, and would be asked again.
        if self.live_since is not None and self._days.clock.steady() >= self.live_since + self.limit_s:
            return Reason.LENGTH_REACHED if self._length_s < self._longest_s else Reason.BROADCAST_LIMIT
        if not await self._days.keep_more(self):
            return Reason.DAY_LIMIT
        self.is_last_call = self._next_due == self.ends_at
        return None

    def keep(self, kept_s: float | None) -> None:
        """So much of its server's days is its own, in all."""
        self.kept_s = kept_s
        self._reckon()

    @property
    def _longest_s(self) -> float:
        return self._days.budget_of(self.guild_id).longest.total_seconds()

    def _reckon(self) -> None:
        if self.due_at != -math.inf:
            self.due_at = self._next_due

    @property
    def _next_due(self) -> float | None:
        """Its end; before, when that is to be called out, unless there is more until then."""
        ends_at = self.ends_at
        if ends_at is None or self._days.clock.steady() >= ends_at - LAST_CALL_S:
            return ends_at
        return ends_at - LAST_CALL_S


class Days:
    """Reckons up what each server has used of its day, and what is kept for the broadcasts that run."""

    def __init__(self, history: History, budget_of: Callable[[int], Budget], clock: Clock) -> None:
        self.budget_of = budget_of
        self.clock = clock
        self._history = history
        self._shares: dict[str, Share] = {}

    async def claim(self, guild_id: int, broadcast_id: str, length: timedelta) -> Share:
        """A share for a broadcast that is about to start. Raises DayIsUsedUp when nothing is left."""
        share = Share(self, guild_id, broadcast_id, length)
        if not await self.keep_more(share):
            limit = self.budget_of(guild_id).per_day or timedelta()
            until = _midnight(self.clock.now()) + DAY
            raise BroadcastError(DayIsUsedUp(round(limit.total_seconds() / 60), until=until))
        self._shares[broadcast_id] = share
        return share

    async def take_up(self, left: Interrupted) -> Share:
        """The share of a broadcast that goes on; with nothing left of the day, it has what it has used."""
        broadcast, guild_id = left.broadcast, left.broadcast.channel.guild_id
        share = Share(self, guild_id, broadcast.id, broadcast.length or self.budget_of(guild_id).longest)
        share.used_before_s, share.was_live_before = left.on_air_s, broadcast.live_at is not None
        self._shares[broadcast.id] = share
        if not await self.keep_more(share):
            share.keep(left.on_air_s)
        return share

    def give_back(self, share: Share) -> None:
        """The broadcast is over, or did not start: from now on what is stored of it counts."""
        self._shares.pop(share.broadcast_id, None)

    async def keep_more(self, share: Share) -> bool:
        """Keeps another part of the day for a share; False if there is nothing left."""
        stored: Iterable[TimeOnAir] = ()
        if self.budget_of(share.guild_id).per_day:
            since = _midnight(self.clock.now())
            stored = await self._history.times_on_air(share.guild_id, since=since)
        # From here on nothing is awaited: of two that ask at once, the second sees what the first one got.
        budget, now = self.budget_of(share.guild_id), self.clock.steady()
        if budget.per_day is None:
            share.keep(None)
            return True
        left_s = budget.per_day.total_seconds() - self._taken_s(share, stored)
        if left_s <= 0:
            return False
        used_s = share.used_s(now)
        share.keep(used_s + min(left_s, STREAM_LIMIT_S, max(0.0, share.limit_s - used_s)))
        return True

    def _taken_s(self, asking: Share, stored: Iterable[TimeOnAir]) -> float:
        """What of a server's day is used, or kept for others than the one that asks."""
        now, date = self.clock.steady(), self.clock.now()
        midnight = _midnight(date)
        today_s, to_come_s = (date - midnight).total_seconds(), (midnight + DAY - date).total_seconds()
        others = [
            share
            for share in self._shares.values()
            if share.guild_id == asking.guild_id and share is not asking
        ]
        running = {share.broadcast_id for share in (*others, asking)}
        over = (time for time in stored if time.broadcast_id not in running)
        return (
            sum(_overlap_s(time, midnight, date) for time in over)
            + sum(min(share.used_s(now), today_s) for share in (*others, asking))
            + sum(min(share.unused_s(now), to_come_s) for share in others)
        )


def length_of(budget: Budget, named: timedelta | None) -> timedelta:
    """How long a broadcast is to be. Raises BroadcastTooLong."""
    if named and named > budget.longest:
        raise BroadcastError(BroadcastTooLong(round(budget.longest.total_seconds() / 60)))
    return named or min(budget.usual, budget.longest)


def _overlap_s(time: TimeOnAir, since: datetime, until: datetime) -> float:
    """How much of a time is in another one."""
    return max(0.0, (min(time.ended_at, until) - max(time.began_at, since)).total_seconds())


def _midnight(date: datetime) -> datetime:
    return date.replace(hour=0, minute=0, second=0, microsecond=0)
