"""All pools of a process that shares accounts with others: when they look, and what they renew."""

import asyncio
import logging

from bot.broadcast.background import Background
from bot.broadcast.clock import Clock
from bot.broadcast.limits.shared_claims import RENEWED_EVERY_S, SlotBook
from bot.broadcast.limits.shared_pool import SharedPool

log = logging.getLogger(__name__)

PAUSE_S = 1.0
"""Between two tries while the claims cannot be reached."""
LAST_LOOK_S = 2.0
"""So long an orderly stop waits for what was given up to be known; else it is found out later."""


class SharedSlots(Background):
    """Has pools look when something was done here, or `look_again` says so. An async context manager.

    Who waits for nothing looks for nothing: then all that is done is to renew what is claimed.
    """

    def __init__(self, book: SlotBook, owner: str, clock: Clock) -> None:
        """`owner` is the process, by a name that no other has or had."""
        super().__init__(name="slots of the accounts")
        self._book = book
        self._owner = owner
        self._clock = clock
        self._used: set[SharedPool] = set()
        self._due: set[SharedPool] = set()
        self._woken = asyncio.Event()
        self._renewal_at = 0.0
        self._retry_at: float | None = None
        self._is_busy = False

    def pool(self, account: str, size: int, *, kept_for_seams: int = 0) -> SharedPool:
        """The pool of an account, by a name that is the same in all processes."""
        return SharedPool(
            account,
            size,
            self._book,
            self._owner,
            self._clock,
            kept_for_seams=kept_for_seams,
            asks=self._ask,
        )

    @property
    def is_at_rest(self) -> bool:
        """Whether all that was done here is known elsewhere, and what was changed there is known here."""
        next_at = self._next_at()
        is_late = next_at is not None and next_at <= self._clock.steady()
        return not (self._due or self._is_busy or is_late)

    async def __aexit__(self, *_: object) -> None:
        await super().__aexit__(*_)
        try:
            async with asyncio.timeout(LAST_LOOK_S):
                for pool in tuple(self._used):
                    if pool.has_steps:
                        await pool.look()
        except Exception as error:  # noqa: BLE001 - it stops all the same: what it claims runs out
            log.warning("slots could not be given back: %s", type(error).__name__)
        self._due.clear()

    def look_again(self) -> None:
        """Another process may have changed something."""
        for pool in self._used:
            if pool.is_waited_for:
                self._ask(pool)

    def _ask(self, pool: SharedPool) -> None:
        self._used.add(pool)
        self._due.add(pool)
        self._woken.set()

    async def _run(self) -> None:
        while True:
            await self._clock.wait(self._woken, until=self._next_at())
            self._woken.clear()
            self._is_busy = True
            await self._round()
            self._is_busy = False

    def _next_at(self) -> float | None:
        moments = [pool.look_at for pool in self._used if pool.look_at is not None]
        if self._used:
            moments.append(self._renewal_at)
        if self._retry_at is not None:
            moments.append(self._retry_at)
        return min(moments, default=None)

    async def _round(self) -> None:
        now = self._clock.steady()
        self._due |= {pool for pool in self._used if pool.look_at is not None and pool.look_at <= now}
        try:
            if self._used and now >= self._renewal_at:
                await self._book.renew()
                self._renewal_at = now + RENEWED_EVERY_S
            for pool in tuple(self._due):
                await self._look(pool)
        except Exception as error:  # noqa: BLE001 - the boundary of one look: it is repeated
            if self._retry_at is None:
                log.warning("the slots of the accounts cannot be reached: %s", type(error).__name__)
            self._retry_at = self._clock.steady() + PAUSE_S
        else:
            self._retry_at = None

    async def _look(self, pool: SharedPool) -> None:
        self._due.discard(pool)  # first: it may be asked again meanwhile
        try:
            await pool.look()
        except BaseException:
            self._due.add(pool)
            raise
        if not pool.is_used:
            self._used.discard(pool)
