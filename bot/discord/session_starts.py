"""How many sessions Discord lets the application begin, and when.

https://discord.com/developers/docs/events/gateway#session-start-limit-object. Who begins more in a day loses
all sessions, and the token.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import discord

from bot.broadcast.clock import Clock
from bot.discord import identifying
from bot.discord.identifying import Identifying

log = logging.getLogger(__name__)

MOST_SHARDS = 16_384
"""What Discord recommends beyond this is none of Discord's numbers."""
LEFT_ALONE = 10
"""Of a day's sessions, and one more of each further bucket: several count on the same ones. Of a short day it
is a tenth."""
SCARCE = 100
"""So few are counted anew before each."""
TRUE_FOR_S = 60.0
LOOK_AGAIN_S = (5.0, 600.0)
"""At the soonest and at the latest: Discord may have raised the limit."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What Discord allowed at the steady moment `asked_at`; `url` and `shards` are what it recommends."""

    url: str
    shards: int
    total: int
    remaining: int
    resets_at: float
    max_concurrency: int
    asked_at: float

    @property
    def has_some(self) -> bool:
        """Whether a session may be begun without using the day's up."""
        return self.remaining > min(LEFT_ALONE + self.max_concurrency - 1, self.total // 10)


async def ask(http: discord.http.HTTPClient, now: float) -> Allowance:
    """Raises what discord.py raises, and others for an answer that makes no sense."""
    shards, url, limit = await http.get_bot_gateway()
    allowance = Allowance(
        url=url,
        shards=int(shards),
        total=int(limit["total"]),
        remaining=int(limit["remaining"]),
        resets_at=now + max(0.0, int(limit["reset_after"]) / 1000),
        max_concurrency=int(limit["max_concurrency"]),
        asked_at=now,
    )
    if not (1 <= allowance.shards <= MOST_SHARDS and allowance.max_concurrency >= 1):
        raise ValueError("shards or max_concurrency of GET /gateway/bot")
    return allowance


class SessionStarts:
    """Has each shard wait for its turn, and all of them for the next day when this one's are used up."""

    def __init__(self, http: discord.http.HTTPClient, turns: Identifying, clock: Clock) -> None:
        self.allowance: Allowance | None = None
        """What is known of it."""
        self._http = http
        self._turns = turns
        self._clock = clock
        self._counting = asyncio.Lock()
        self._buckets: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def ask(self) -> Allowance:
        """Raises as the function of that name does."""
        self.allowance = await ask(self._http, self._clock.steady())
        return self.allowance

    @asynccontextmanager
    async def begin(self, shard_id: int) -> AsyncIterator[None]:
        """While a shard opens a connection to identify on: one of its bucket after the other.

        Raises as `ask`, when nothing is known yet.
        """
        known = self.allowance or await self.ask()
        async with self._buckets[shard_id % known.max_concurrency]:
            await self._wait_for_day()
            yield

    async def wait_for_turn(self, shard_id: int) -> None:
        """Returns when the shard may identify, inside `begin`; it counts as done."""
        assert self.allowance  # noqa: S101 - `begin` knows it
        bucket = shard_id % self.allowance.max_concurrency
        wait_s = await self._turns.turn(bucket, identifying.IDENTIFY_EVERY_S)
        await self._clock.sleep(wait_s)
        self.allowance = replace(self.allowance, remaining=self.allowance.remaining - 1)

    async def _wait_for_day(self) -> None:
        async with self._counting:
            while not (allowance := await self._known()).has_some:
                wait_s = max(
                    LOOK_AGAIN_S[0], min(allowance.resets_at - self._clock.steady(), LOOK_AGAIN_S[1])
                )
                log.warning(
                    "Discord allows %d more sessions until %s, which are left alone: who uses them up loses "
                    "the token. Shards that have none wait until then. See in the log what made so many.",
                    allowance.remaining,
                    self._clock.date_of(allowance.resets_at).strftime("%H:%M UTC"),
                )
                await self._clock.sleep(wait_s)

    async def _known(self) -> Allowance:
        allowance = self.allowance
        is_plenty = allowance is not None and allowance.remaining >= SCARCE
        if allowance and is_plenty and self._clock.steady() - allowance.asked_at < TRUE_FOR_S:
            return allowance
        try:
            return await self.ask()
        except Exception as error:  # the boundary of one question: what was told before is true for a while
            if allowance is None:
                raise
            log.info("how many sessions may be begun is not told: %s", type(error).__name__)
            return allowance
