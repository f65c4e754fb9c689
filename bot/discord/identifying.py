"""In whose turn a session is begun: Discord lets one in each bucket of shards identify every five seconds."""

from typing import Protocol

from bot.broadcast.clock import Clock

IDENTIFY_EVERY_S = 5.5
"""Discord's five seconds, and what a message's way may differ from another's."""


class Identifying(Protocol):
    """The turns of all processes that share the account."""

    async def turn(self, bucket: int, every_s: float) -> float:
        """Takes the next turn of a bucket, which has one every so often: in how many seconds it is."""
        ...


class OwnTurns:
    """The turns of a process that has the account to itself."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next_at: dict[int, float] = {}

    async def turn(self, bucket: int, every_s: float) -> float:
        now = self._clock.steady()
        at = max(now, self._next_at.get(bucket, now))
        self._next_at[bucket] = at + every_s
        return at - now
