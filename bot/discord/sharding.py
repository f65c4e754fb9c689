"""Which of how many shards the bot is to be on: by SHARDS, and by whoever tells it while it runs."""

import asyncio
from collections.abc import Collection

from bot.discord.identifying import Identifying


class Sharding:
    """Outlives a bot that has to come anew."""

    def __init__(
        self, shards: int | None = None, *, holds_all: bool = True, identifying: Identifying | None = None
    ) -> None:
        """`shards` is how many there are, None for as many as Discord recommends.

        `holds_all`: the bot is on all of them; else on none, until it is told. `identifying` has the turns of
        all processes; None for a process that has the account to itself.
        """
        self.count = shards or 1
        """How many there are in all. Not known before a bot has logged in, unless it is set."""
        self.identifying = identifying
        self._shards = shards
        self._is_agreed = False
        self._is_known = asyncio.Event()
        self._held: frozenset[int] | None = None if holds_all else frozenset()
        if shards:
            self._is_known.set()

    @property
    def held(self) -> frozenset[int]:
        """Those that the bot is to be on."""
        return frozenset(range(self.count)) if self._held is None else self._held

    async def known(self) -> int:
        """How many there are; waits until a bot has logged in, where that is Discord's to say."""
        await self._is_known.wait()
        return self.count

    def recommended(self, shards: int) -> None:
        """Discord has said how many there should be."""
        if self._shards is None and not self._is_agreed:
            self.count = shards
        self._is_known.set()

    def hold(self, shards: Collection[int], *, of: int) -> None:
        """From now on these, of so many: that is settled by the first who says it. Raises `ValueError`."""
        if self._is_agreed and of != self.count:
            raise ValueError(f"there are {self.count} shards, not {of}")
        if not all(0 <= shard < of for shard in shards):
            raise ValueError(f"not all of {sorted(shards)} are among {of} shards")
        self.count, self._is_agreed = of, True
        self._held = frozenset(shards)
        self._is_known.set()
