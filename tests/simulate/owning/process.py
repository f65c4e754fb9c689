"""A process of a night: it takes its share of the shards, and goes on with the broadcasts there."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from bot.broadcast.errors import NotStoredError
from bot.broadcast.owning.balance import shares
from bot.broadcast.owning.lease import of_broadcast, of_shard
from bot.broadcast.owning.owning import Owning
from bot.storage.fencing import Fencing
from bot.storage.writer import Writer
from tests.simulate.loop import VirtualLoop
from tests.simulate.owning.rows import Broadcast, Change, Link, Outcome, Rows
from tests.support.leases import member

SHARDS = 4
LOOKS_EVERY_S = 2.0


class SkewedClock:
    """The wall is hours off, the steady clock counts from anywhere, and is a little too fast or too slow."""

    def __init__(self, loop: VirtualLoop, luck: random.Random) -> None:
        self._loop = loop
        self._from = luck.uniform(0, 1e6)
        self._rate = 1 + luck.uniform(-2e-4, 2e-4)
        self._wall = datetime(2026, 8, 1, tzinfo=UTC) + timedelta(hours=luck.uniform(-9, 9))

    def now(self) -> datetime:
        return self._wall + timedelta(seconds=self._loop.time())

    def steady(self) -> float:
        return self._from + self._loop.time() * self._rate

    def date_of(self, steady: float) -> datetime:
        return self._wall + timedelta(seconds=(steady - self._from) / self._rate)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._rate)

    async def wait(self, event: asyncio.Event, until: float | None) -> None:
        if until is None:
            await event.wait()
            return
        with suppress(TimeoutError):
            async with asyncio.timeout((until - self.steady()) / self._rate + 1e-6):  # never a hair too early
                await event.wait()


class Session:
    """A broadcast as one process runs it."""

    def __init__(self, row: Broadcast, process: Process) -> None:
        self.id, self._shard, self._process = row.id, row.shard, process
        self._line = deque(each for each, outcome in row.suggestions.items() if outcome is Outcome.WAITS)
        self._doubtful = [each for each, outcome in row.suggestions.items() if outcome is Outcome.SENT]
        self._came = asyncio.Event()
        self.is_over = False
        self.ends_at = process.luck.uniform(10, 120) + asyncio.get_running_loop().time()
        self.task = asyncio.get_running_loop().create_task(self._run(), name=self.id)

    async def say(self, suggestion_id: str) -> None:
        """Raises `NotStoredError`: then it was not said."""
        if self.is_over:
            raise NotStoredError(OSError("it is over"))
        await self._write(suggestion_id, Outcome.WAITS, is_fact=False)
        self._line.append(suggestion_id)
        self._came.set()

    async def _run(self) -> None:
        with suppress(NotStoredError):
            for each in self._doubtful:
                await self._write(each, Outcome.NOT_KNOWN)
            while asyncio.get_running_loop().time() < self.ends_at:
                if not self._line:
                    self._came.clear()
                    with suppress(TimeoutError):
                        async with asyncio.timeout(1.0):
                            await self._came.wait()
                    continue
                sent = self._line.popleft()
                await self._write(sent, Outcome.SENT)
                self._process.send(sent)
                await asyncio.sleep(self._process.luck.uniform(0, 0.5))
                await self._write(sent, Outcome.TAKEN)
            self.is_over = True
            await self._write(None, None, ends=True)
        self._process.left(self)

    def _write(
        self, suggestion_id: str | None, outcome: Outcome | None, *, is_fact: bool = True, ends: bool = False
    ) -> asyncio.Future[None]:
        process, under = self._process, of_broadcast(self.id)
        # As it takes itself for: what the writer finds out is what is tested.
        fence = process.owning.fence_of(under) or 0
        change = Change(process.name, fence, self.id, self._shard, suggestion_id, outcome, ends)
        return process.writer.execute(change, is_fact=is_fact, under=under, ends=ends)  # type: ignore[arg-type]


class Process:
    """`send` is told of each suggestion that goes into its world."""

    def __init__(
        self, name: str, loop: VirtualLoop, rows: Rows, luck: random.Random, send: Callable[[str], None]
    ) -> None:
        self.name, self.luck, self.send = name, luck, send
        self.link = Link(loop, rows, name, luck)
        self.sessions: dict[str, Session] = {}
        self.goes = asyncio.Event()
        self._rows = rows
        self._clock = SkewedClock(loop, luck)
        self._begun = 0
        self._beginning: set[str] = set()
        self.owning = Owning(self.link, self._clock, lambda: member(name))
        self.writer = Writer(self.link, connect=lambda _: self.link, fencing=Fencing(name, self.owning))  # type: ignore[arg-type]

    async def live(self) -> None:
        """Until it is to go: then it hands over what it has."""
        self.owning.lost.listen(self._lost)
        while not self.goes.is_set():
            with suppress(NotStoredError):  # the database is away at its start: it is started again
                async with self.owning, self.writer:
                    while not self.goes.is_set():
                        with suppress(NotStoredError, OSError):
                            await self._look()
                        await self._clock.wait(self.goes, self._clock.steady() + LOOKS_EVERY_S)
                    await self._hand_over(set(range(SHARDS)))
                return
            await asyncio.sleep(1.0)

    async def begin(self, shard: int) -> None:
        """A broadcast on a shard, if that is ours."""
        self._begun += 1
        row = Broadcast(f"{self.name}-{self._begun}", shard)
        change = Change(self.name, None, row.id, shard)
        self._beginning.add(row.id)
        with suppress(NotStoredError):
            await self.writer.execute(change, under=of_shard(shard), begins=of_broadcast(row.id))  # type: ignore[arg-type]
            if not self.owning.holds(of_shard(shard)):  # it was handed over meanwhile
                await self.owning.give_back([of_broadcast(row.id)])
            elif of_broadcast(row.id) in self.owning.held:
                self.sessions[row.id] = Session(row, self)
        self._beginning.discard(row.id)

    def left(self, session: Session) -> None:
        if self.sessions.get(session.id) is session:
            del self.sessions[session.id]

    def _lost(self, name: str) -> None:
        for session in list(self.sessions.values()):
            if of_broadcast(session.id) == name:
                session.task.cancel()
                del self.sessions[session.id]

    async def _look(self) -> None:
        standing = await self.link.standing()
        shared = shares(standing, SHARDS)
        mine = shared.get(self.name, frozenset())
        others = {shard for name, theirs in shared.items() if name != self.name for shard in theirs}
        await self._hand_over({shard for shard in others if of_shard(shard) in self.owning.held})
        await self.owning.take([of_shard(shard) for shard in sorted(mine)])
        ours = {shard for shard in mine if self.owning.holds(of_shard(shard))}
        found = await self.link.ask(
            lambda: [
                row.id for row in self._rows.broadcasts.values() if row.shard in ours and not row.is_over
            ]
        )
        wanted = [each for each in found if each not in self.sessions and each not in self._beginning]
        taken = await self.owning.take([of_broadcast(each) for each in wanted])
        for each in wanted:
            if of_broadcast(each) in taken:
                await self._go_on(each)

    async def _go_on(self, broadcast_id: str) -> None:
        def read() -> Broadcast:
            row = self._rows.broadcasts[broadcast_id]
            return Broadcast(row.id, row.shard, row.is_over, row.fence, dict(row.suggestions))

        row = await self.link.ask(read)
        if of_broadcast(broadcast_id) in self.owning.held and not row.is_over:
            self.sessions[broadcast_id] = Session(row, self)

    async def _hand_over(self, shards: set[int]) -> None:
        await self.owning.give_back([of_shard(shard) for shard in shards])
        for session in [each for each in self.sessions.values() if each._shard in shards]:
            session.task.cancel()
            self.left(session)
        # Also what was taken and never ran: nobody else could take it up.
        theirs = [row.id for row in self._rows.broadcasts.values() if row.shard in shards]
        await self.owning.give_back([of_broadcast(each) for each in theirs])
