"""From the number of shards on, a process takes its share, and sees to what others leave it to tell."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.app.cluster.hands import BotsHands
from bot.broadcast.background import Background
from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotStoredError
from bot.broadcast.owning.bell import Bell, Ring
from bot.broadcast.owning.directory import Directory, LeaseBook
from bot.broadcast.owning.taking import Taking

log = logging.getLogger(__name__)

AGAIN_S = 1.0


class Sharing(Background):
    """An async context manager."""

    def __init__(
        self,
        book: LeaseBook,
        directory: Directory,
        bell: Bell,
        hands: BotsHands,
        clock: Clock,
        member_id: str,
        count: Callable[[], Awaitable[int]],
    ) -> None:
        """`count` says into how many shards servers are divided, once that is known.

        Raises `NotStoredError`.
        """
        super().__init__(name="share of the servers")
        self._book = book
        self._directory = directory
        self._bell = bell
        self._hands = hands
        self._clock = clock
        self._member_id = member_id
        self._count = count
        self._taking: Taking | None = None
        self._has_errands = asyncio.Event()

    def look_for_errands(self) -> None:
        """Others may have left some that are ours."""
        self._has_errands.set()

    async def drain(self, *, within_s: float) -> None:
        """Takes no more, and hands over what it has."""
        if self._taking:
            await self._taking.drain(within_s=within_s)

    async def _run(self) -> None:
        self._bell.rung.listen(self._hear)
        try:
            taking = Taking(
                self._book.standing,
                self._directory,
                self._bell,
                self._hands,
                self._clock,
                member_id=self._member_id,
                shards=await self._counted(),
            )
            async with taking:
                self._taking = taking
                self._bell.ring(Ring.SHARDS)
                await self._keep_looking_for_errands()
        finally:
            self._bell.rung.leave(self._hear)

    async def _counted(self) -> int:
        while True:
            try:
                return await self._count()
            except NotStoredError:
                await self._clock.sleep(AGAIN_S)

    async def _keep_looking_for_errands(self) -> None:
        while True:
            await self._has_errands.wait()
            self._has_errands.clear()
            try:
                await self._hands.look_for_errands()
            except Exception as error:  # noqa: BLE001 - the boundary of one look: the next one is two seconds away
                log.debug("what others left to be told is not known yet: %s", type(error).__name__)

    def _hear(self, what: str) -> None:
        if what == Ring.ERRANDS:
            self._has_errands.set()
