"""A process of a cluster takes its share of the shards, and gives back what is more than that."""

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from functools import partial
from typing import Protocol

from bot.broadcast.background import Background
from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotStoredError
from bot.broadcast.owning.balance import shares
from bot.broadcast.owning.bell import Bell, Ring
from bot.broadcast.owning.directory import Directory, Standing
from bot.broadcast.owning.lease import RENEWED_EVERY_S, broadcast_in, of_shard, shard_in
from bot.broadcast.sharding import Shard

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""Between two looks at who is there, if nobody rings."""
SETTLED_S = RENEWED_EVERY_S + 1.0
"""So long something has to be more than this process's share before it is given back: how many servers each
shard has is told with renewals, and whoever comes may go again. What has no owner is taken at once."""
AGAIN_S = 1.0
"""After which taking up a shard that failed is tried again."""
MOVE_S = 20.0
"""How long what runs in a shard may take to stop in order, while the process goes on."""


class Hands(Protocol):
    """What a process does with the servers of a shard. Each of these may be cancelled."""

    async def take_up(self, shard: Shard) -> None:
        """They are this process's from now on: all that was left there goes on here. May be repeated."""

    async def hand_over(self, shard: Shard, *, within_s: float) -> Collection[str]:
        """All that runs there leaves off in order, for another process to go on with.

        Returns the leases that it was under, beside the shard's own.
        """
        ...

    async def drop(self, shard: Shard) -> None:
        """They may be another process's already: what runs there stops, and nothing of it is stored."""

    async def drop_broadcast(self, broadcast_id: str) -> None:
        """The same of one broadcast."""


class Taking(Background):
    """Looks when something rings and every two seconds. An async context manager.

    What was lost is let go at once. Of one shard only one thing is done at a time.
    """

    def __init__(
        self,
        standing: Callable[[], Coroutine[None, None, Standing]],
        directory: Directory,
        bell: Bell,
        hands: Hands,
        clock: Clock,
        *,
        member_id: str,
        shards: int,
    ) -> None:
        """`standing` is the leases' own; `shards` says into how many servers are divided."""
        super().__init__(name="shards of this process")
        self.held = set[int]()
        """What this process has, from the moment in which it was taken."""
        self._standing = standing
        self._directory = directory
        self._bell = bell
        self._hands = hands
        self._clock = clock
        self._member_id = member_id
        self._count = shards
        self._busy: dict[int, asyncio.Task[None]] = {}
        self._too_much_since: dict[int, float] = {}
        """Since which steady moments."""
        self._rung = asyncio.Event()
        self._is_draining = False
        self._work = asyncio.TaskGroup()

    async def _run(self) -> None:
        async with self._work:
            self._directory.lost.listen(self._lost)
            self._bell.rung.listen(self._hear)
            try:
                while True:
                    self._rung.clear()
                    await self._look_safely()
                    await self._clock.wait(self._rung, self._clock.steady() + LOOK_S)
            finally:
                self._bell.rung.leave(self._hear)
                self._directory.lost.leave(self._lost)

    async def drain(self, *, within_s: float) -> None:
        """Takes no more, and hands all over: each shard is free as soon as all of it has left off."""
        self._is_draining = True
        taking_up = [self._busy.pop(shard) for shard in self.held & self._busy.keys()]
        for task in taking_up:
            task.cancel()
        await asyncio.gather(*taking_up, return_exceptions=True)
        for shard in sorted(self.held):
            self._begin(shard, partial(self._give_back, shard, within_s=within_s))
        if handing_over := set(self._busy.values()):
            await asyncio.wait(handing_over, timeout=within_s)

    def _hear(self, what: str) -> None:
        if what == Ring.SHARDS:
            self._rung.set()

    async def _look_safely(self) -> None:
        try:
            await self._look()
        except NotStoredError:
            pass  # the database is away, which others tell
        except Exception:  # the boundary of one look: the next one is due in a moment
            log.exception("who has which shard is not known")

    async def _look(self) -> None:
        if self._is_draining:
            return
        standing = await self._standing()
        share = shares(standing, self._count).get(self._member_id)
        if share is None:  # not a member: it was not heard of for too long
            return
        for shard in sorted(self._too_much(share)):
            self._begin(shard, partial(self._give_back, shard, within_s=MOVE_S))
        wanted = {of_shard(shard) for shard in share - self.held - self._busy.keys()}
        taken = await self._directory.take(wanted) if wanted else ()
        for each in map(shard_in, taken):
            if each is not None and each not in self.held:
                self.held.add(each)
                self._begin(each, partial(self._take_up, each))

    def _too_much(self, share: Collection[int]) -> Collection[int]:
        """What has been too much for some time."""
        now = self._clock.steady()
        self._too_much_since = {
            shard: self._too_much_since.get(shard, now) for shard in self.held.difference(share)
        }
        return [shard for shard, since in self._too_much_since.items() if now - since >= SETTLED_S]

    def _begin(self, shard: int, work: Callable[[], Coroutine[None, None, None]]) -> None:
        if shard not in self._busy:
            task = self._work.create_task(work(), name=f"shard {shard}")
            self._busy[shard] = task
            task.add_done_callback(partial(self._ended, shard))

    def _ended(self, shard: int, task: asyncio.Task[None]) -> None:
        if self._busy.get(shard) is task:
            del self._busy[shard]

    async def _take_up(self, shard: int) -> None:
        log.info("shard %d is ours", shard)
        while shard in self.held:
            try:
                await self._hands.take_up(self._of(shard))
            except NotStoredError as error:
                log.warning("shard %d cannot be taken up yet: %s", shard, error)
            except Exception:  # the boundary of one shard: it is ours, so it is tried again
                log.exception("shard %d could not be taken up", shard)
            else:
                return
            await self._clock.sleep(AGAIN_S)

    async def _give_back(self, shard: int, *, within_s: float) -> None:
        self.held.discard(shard)
        log.info("shard %d is handed over", shard)
        leases: Collection[str] = ()
        try:
            leases = await self._hands.hand_over(self._of(shard), within_s=within_s)
        except Exception:  # the boundary of one shard: whoever takes it goes on as after a crash
            log.exception("shard %d was not handed over in order", shard)
        await self._directory.give_back([*leases, of_shard(shard)])
        self._bell.ring(Ring.SHARDS)

    def _lost(self, name: str) -> None:
        """A lease is not ours any more."""
        if (broadcast_id := broadcast_in(name)) is not None:
            self._work.create_task(self._hands.drop_broadcast(broadcast_id), name=f"lost {broadcast_id}")
        shard = shard_in(name)
        if shard is None or shard not in self.held:
            return
        log.error("shard %d is lost", shard)
        self.held.discard(shard)
        before = self._busy.pop(shard, None)
        if before:
            before.cancel()
        self._begin(shard, partial(self._drop, shard, before))

    async def _drop(self, shard: int, before: asyncio.Task[None] | None) -> None:
        if before:
            await asyncio.wait({before})
        try:
            await self._hands.drop(self._of(shard))
        except Exception:  # the boundary of one shard: no write of it is taken any more
            log.exception("shard %d was not dropped in order", shard)

    def _of(self, shard: int) -> Shard:
        return Shard(shard, self._count)
