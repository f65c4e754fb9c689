"""Shards: what of all that happens a connection is told, and how many sessions may be begun.

https://discord.com/developers/docs/events/gateway#sharding, and "Session Start Limit" there. A guild is told
of on the shard `(guild_id >> 22) % num_shards`, direct messages on shard 0. `num_shards` only routes: the
same shard may be had twice, or in another number. Of the shards with the same `shard_id % max_concurrency`
one may identify every 5 seconds. Who identifies more often than the day allows loses all sessions and the
token.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.local.discord.state import Json

IDENTIFY_EVERY_S = 5.0
DAY_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of all guilds, as a client names it in IDENTIFY; one that names none has them all."""

    id: int = 0
    count: int = 1

    @property
    def is_valid(self) -> bool:
        return 0 <= self.id < self.count

    def has(self, guild_id: int | None) -> bool:
        """Whether it hears of that guild; without one, of what happens outside guilds."""
        return self.id == (0 if guild_id is None else (guild_id >> 22) % self.count)


def shard_named(given: object) -> Shard | None:
    """The `shard` of an IDENTIFY; None if that names no shard."""
    if not (isinstance(given, list) and len(given) == 2 and all(type(each) is int for each in given)):
        return None
    shard = Shard(*given)
    return shard if shard.is_valid else None


class UsedUpError(Exception):
    """More sessions were begun than a day has."""


@dataclass
class SessionStarts:
    """What the application may begin. All of it may be set at any time; `now` steps in seconds.

    `shards` is the number that is recommended. Without `identify_every_s` nobody has to wait.
    """

    shards: int = 1
    max_concurrency: int = 1
    total: int = 1000
    identify_every_s: float = 0.0
    guilds_per_shard: int = 2500
    """More on one shard are refused."""
    now: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.remaining = self.total
        """Of the day; the next begins a day after the first of this one."""
        self._day_ends_at = 0.0
        self._next_at: dict[int, float] = {}
        """By bucket."""

    @property
    def begun(self) -> int:
        """How many of the day's are used."""
        return self.total - self.remaining

    def told(self) -> Json:
        """`session_start_limit` of GET /gateway/bot; `reset_after` in milliseconds."""
        self._begin_day()
        return {
            "total": self.total,
            "remaining": self.remaining,
            "reset_after": max(0, round((self._day_ends_at - self.now()) * 1000)),
            "max_concurrency": self.max_concurrency,
        }

    def begin(self, shard: Shard) -> bool:
        """Counts an IDENTIFY; False if its bucket has to wait. Raises `UsedUpError`."""
        self._begin_day()
        if self.remaining < 1:
            raise UsedUpError
        now = self.now()
        if not self._day_ends_at:
            self._day_ends_at = now + DAY_S
        self.remaining -= 1
        bucket = shard.id % self.max_concurrency
        if now < self._next_at.get(bucket, now):
            return False
        self._next_at[bucket] = now + self.identify_every_s
        return True

    def _begin_day(self) -> None:
        """A day lasts from its first session on."""
        if self._day_ends_at and self.now() >= self._day_ends_at:
            self.remaining, self._day_ends_at = self.total, 0.0
