"""Pools as a process has them alone, and as several share them: in memory, or in a real PostgreSQL."""

import asyncio
import copy
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from bot.broadcast.limits.pool import Pool, Slot, StreamPool
from bot.broadcast.limits.shared_claims import CLAIMED_S, SharedClaims, SlotBook
from bot.broadcast.limits.shared_slots import SharedSlots
from bot.broadcast.owning.bell import Bell, Ring
from bot.broadcast.telling.listeners import Listeners
from bot.storage.cluster.slots import DatabaseSlots
from tests.broadcast.relay.service import TurnedClock, settle
from tests.storage.shared import Process, process

Answer = TypeVar("Answer")
ACCOUNT = "an account"


@dataclass
class House:
    """Processes that stream with one account. One that has it alone is all of them."""

    clock: TurnedClock
    pools: list[Pool] = field(default_factory=list)
    slots: list[SharedSlots] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    books: list["Breaking"] = field(default_factory=list)
    rings: int = 0
    """How often a process was told to look at slots."""

    async def settle(self) -> None:
        """All has happened that can without time: whoever was to hear of something has."""
        await settle()
        if not self.processes:
            return
        heard = -1
        while heard != self.rings:  # who looked may have rung for others
            await self._at_rest()
            heard = self.rings
            for each in self.processes:
                each.hears_no_more()
            for each in self.processes:
                each.bell.ring("news")
            for each in self.processes:  # and what was rung before
                for _ in self.processes[1:]:
                    await each.hears("news")

    async def _at_rest(self) -> None:
        async with asyncio.timeout(60):
            both = zip(self.slots, self.books, strict=True)
            reaching = [slots for slots, book in both if not book.is_away]
            while not all(each.is_at_rest for each in reaching):
                await asyncio.sleep(0.002)

    def hear(self, what: str) -> None:
        self.rings += what == Ring.SLOTS

    async def look(self) -> None:
        """As each process does every two seconds, whether or not anybody rang."""
        for each in self.slots:
            each.look_again()
        await self.settle()

    async def until(self, holds: Callable[[], object]) -> None:
        """Lets time pass, and some real moments with it, until it does."""
        async with asyncio.timeout(60):
            while not holds():
                await self.clock.turn(0.2)
                await asyncio.sleep(0.01)

    async def turn(self, seconds: float) -> None:
        await self.clock.turn(seconds)
        await self.settle()


class Breaking:
    """A `SlotBook` that can be reached only while a test wants it."""

    def __init__(self, book: SlotBook) -> None:
        self._book = book
        self.is_away = False
        self.is_answered: Callable[[], bool] = lambda: True
        """Whether who changed something is told that it was stored."""

    async def change(self, account: str, change: Callable[[SharedClaims], Answer]) -> Answer:
        self._check()
        answer = await self._book.change(account, change)
        if not self.is_answered():
            raise OSError("nobody knows whether that was stored")
        return answer

    async def renew(self) -> None:
        self._check()
        await self._book.renew()

    def _check(self) -> None:
        if self.is_away:
            raise OSError("the claims cannot be reached")


class MemoryBook:
    """A `SlotBook` of one process, in memory; `claims` are those of all."""

    def __init__(
        self, claims: dict[str, SharedClaims], bell: "MemoryBell", owner: str, clock: TurnedClock
    ) -> None:
        self._claims = claims
        self._bell = bell
        self._owner = owner
        self._clock = clock

    async def change(self, account: str, change: Callable[[SharedClaims], Answer]) -> Answer:
        await asyncio.sleep(0)
        claims = copy.deepcopy(self._claims.get(account) or SharedClaims(0.0))
        claims.now = self._clock.steady()
        claims.put_in_order()
        before = _facts(claims)
        answer = change(claims)
        self._claims[account] = copy.deepcopy(claims)
        if _facts(claims) != before:
            self._bell.ring(Ring.SLOTS)
        return answer

    async def renew(self) -> None:
        for claims in self._claims.values():
            for each in claims:
                if each.owner == self._owner:
                    each.until = self._clock.steady() + CLAIMED_S


def _facts(claims: SharedClaims) -> object:
    """All that is stored of them."""
    trying = claims.trying.number if claims.trying else None
    each = [(one.number, one.owner, one.until, one.went_at, one in claims.held) for one in claims]
    return sorted(each), trying, claims.retry_at, claims.pause_s, list(claims.cut_off)


class MemoryBell:
    """Rings in all others of a list."""

    def __init__(self, all_of_them: "list[MemoryBell]") -> None:
        self.rung = Listeners[str]()
        self._all = all_of_them

    def ring(self, what: str) -> None:
        for other in self._all:
            if other is not self:
                asyncio.get_running_loop().call_soon(other.rung.tell, what)


def heard(bell: Bell, slots: SharedSlots) -> SharedSlots:
    """They look when it rings for them."""
    bell.rung.listen(lambda what: slots.look_again() if what == Ring.SLOTS else None)
    return slots


@asynccontextmanager
async def alone(size: int, kept_for_seams: int, count: int) -> AsyncIterator[House]:
    clock = TurnedClock()
    pool = StreamPool(size, clock, kept_for_seams=kept_for_seams)
    yield House(clock, [pool] * count)


@asynccontextmanager
async def in_memory(size: int, kept_for_seams: int, count: int) -> AsyncIterator[House]:
    house, claims, bells = House(TurnedClock()), dict[str, SharedClaims](), list[MemoryBell]()
    async with AsyncExitStack() as stack:
        for number in range(count):
            bells.append(MemoryBell(bells))
            book = Breaking(MemoryBook(claims, bells[-1], f"process {number}", house.clock))
            house.books.append(book)
            slots = heard(bells[-1], SharedSlots(book, f"process {number}", house.clock))
            house.slots.append(await stack.enter_async_context(slots))
            house.pools.append(slots.pool(ACCOUNT, size, kept_for_seams=kept_for_seams))
        yield house


@asynccontextmanager
async def in_database(url: str, size: int, kept_for_seams: int, count: int) -> AsyncIterator[House]:
    """Time is the test's, for the database too."""
    house = House(TurnedClock())
    async with AsyncExitStack() as stack:
        for number in range(count):
            shared = await stack.enter_async_context(process(url))
            owner = f"process {number}"
            stored = DatabaseSlots(shared.database, shared.bell, owner, lambda _: house.clock.steady())
            book = Breaking(stored)
            house.books.append(book)
            slots = heard(shared.bell, SharedSlots(book, owner, house.clock))
            shared.bell.rung.listen(house.hear)
            house.processes.append(shared)
            house.slots.append(await stack.enter_async_context(slots))
            house.pools.append(slots.pool(ACCOUNT, size, kept_for_seams=kept_for_seams))
        yield house


class Asked:
    """A broadcast that asks for a slot, and how it fares. Its task is to be ended."""

    def __init__(self, pool: Pool, name: str = "", *, is_taken_up: bool = False) -> None:
        self.pool = pool
        self.places: list[int | None] = []
        self.slot: Slot = pool.claim(self._moved_up, of=name, is_taken_up=is_taken_up)
        self.task = asyncio.create_task(pool.turn(self.slot), name=f"a turn of {name}")

    def went(self) -> bool:
        return self.task.done()

    def again(self) -> None:
        """The service has turned it away."""
        self.pool.turned_away(self.slot)
        self.task = asyncio.create_task(self.pool.turn(self.slot), name="a turn again")

    async def give_up(self) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])
        self.pool.give_up(self.slot)

    def _moved_up(self) -> None:
        self.places.append(self.slot.place)


def who_went(asked: Sequence[Asked]) -> list[int]:
    return [number for number, each in enumerate(asked) if each.went()]


async def asking(house: House, count: int) -> list[Asked]:
    """So many broadcasts, of one process after the other, in that order."""
    asked = []
    for number in range(count):
        asked.append(Asked(house.pools[number % 3], f"broadcast {number}"))
        await house.settle()
    return asked


async def ended(*asked: Asked) -> None:
    for each in asked:
        await each.give_up()


class Open(Protocol):
    """Opens a house of three processes."""

    async def __call__(self, size: int, *, kept: int = 0) -> House: ...
