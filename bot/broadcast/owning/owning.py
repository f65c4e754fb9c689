"""The directory of a process of a cluster: all is held by leases, for as long as they can be renewed."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

from bot.broadcast.background import Background
from bot.broadcast.clock import Clock
from bot.broadcast.errors import NotStoredError
from bot.broadcast.owning.directory import LeaseBook, Member
from bot.broadcast.owning.lease import GONE_AFTER_S, OWN_FOR_S, RENEWED_EVERY_S
from bot.broadcast.telling.listeners import Listeners

log = logging.getLogger(__name__)

AGAIN_S = 0.5
"""Between two tries to renew while the database is away."""


class Renewal(NamedTuple):
    """One try to renew all that is held: how many seconds it took, and why it failed, if it did."""

    took_s: float
    error: NotStoredError | None = None


class Owning(Background):
    """A `Directory`. An async context manager: who enters is a member, and who leaves gives all back.

    All that is held is renewed every few seconds. How long it is ours goes by our own steady clock, from the
    start of the last renewal that went well: who was stopped meanwhile knows that when they wake. After
    `OWN_FOR_S` nothing is held; after `GONE_AFTER_S` all of it is lost, before anybody else can have it.
    """

    def __init__(
        self,
        book: LeaseBook,
        clock: Clock,
        member: Callable[[], Member],
        sizes: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        """`member` is this process as it stands, `sizes` how many servers its shards have, by lease."""
        super().__init__(name="leases")
        self.lost = Listeners[str]()
        self.taken = Listeners[str]()
        """Told the name of each lease that somebody may have had before."""
        self.renewals = Listeners[Renewal]()
        self._book = book
        self._clock = clock
        self._member = member
        self._sizes = sizes
        self._held: dict[str, int] = {}
        """Each lease with its fence."""
        self._unsettled: dict[str, int] = {}
        """Those that are about to be stored, or to be over: how many transactions say so. None is missed."""
        self._renewed_at = clock.steady()
        self._renewed = asyncio.Event()
        self._is_wanted = asyncio.Event()
        """Set when a renewal is to be tried now."""

    async def __aenter__(self) -> "Owning":
        await self._renew()
        return await super().__aenter__()

    async def __aexit__(self, *about: object) -> None:
        try:
            await super().__aexit__(*about)
        finally:
            self._held.clear()
            try:
                await self._book.leave()
            except NotStoredError as error:
                log.warning("leases run out by themselves: they could not be given back (%s)", error)

    def holds(self, name: str) -> bool:
        return name in self._held and self._age_s < OWN_FOR_S

    @property
    def held(self) -> Collection[str]:
        """All that is ours, renewed lately or not."""
        return self._held.keys()

    async def take(self, names: Collection[str]) -> set[str]:
        """As `Directory.take`. Raises `NotStoredError`."""
        if self._age_s >= OWN_FOR_S:
            await self._renew()
        wanted = [name for name in names if name not in self._held]
        if wanted:
            began_at = self._clock.steady()
            taken = await self._book.take(wanted)
            if self._clock.steady() - began_at < OWN_FOR_S:
                self._renewed_at = min(self._renewed_at, began_at)
                self._held.update(taken)
                for name in taken:
                    self.taken.tell(name)
                self._renewed.set()  # from now on there is something to watch
        return {name for name in names if name in self._held}

    async def tell(self) -> None:
        """Has the others know at once how this process stands. Raises `NotStoredError`."""
        await self._renew()

    async def give_back(self, names: Collection[str]) -> None:
        """As `Directory.give_back`; what cannot be given back now runs out."""
        ours = [name for name in names if self._held.pop(name, None) is not None]
        if ours:
            try:
                await self._book.give_back(ours)
            except NotStoredError as error:
                log.warning("%d leases run out: they could not be given back (%s)", len(ours), error)

    def fence_of(self, name: str) -> int | None:
        """What a write under this lease carries; None if it is not ours."""
        return self._held.get(name)

    def begins(self, name: str, fence: int) -> None:
        """It is about to be stored as ours, beside what it is about."""
        self._held[name] = fence
        self._unsettled[name] = self._unsettled.get(name, 0) + 1

    def ends(self, name: str) -> None:
        """It is about to be deleted, with what it is about."""
        self._unsettled[name] = self._unsettled.get(name, 0) + 1

    def settled(self, name: str, *, is_held: bool) -> None:
        """What `begins` or `ends` said is stored, or is not: so it is ours, or is no more."""
        self._unsettled[name] -= 1
        if not self._unsettled[name]:
            del self._unsettled[name]
        if not is_held:
            self._held.pop(name, None)

    def is_taken(self, name: str, fence: int) -> None:
        """A write was refused: somebody else has it."""
        if self._held.get(name) == fence:
            self._lose([name])

    @property
    def _age_s(self) -> float:
        return self._clock.steady() - self._renewed_at

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_renewing(), name="renewing leases")
            tasks.create_task(self._watch(), name="leases that run out")

    async def _keep_renewing(self) -> None:
        pause_s = RENEWED_EVERY_S
        while True:
            await self._clock.wait(self._is_wanted, self._clock.steady() + pause_s)
            self._is_wanted.clear()
            began_at = self._clock.steady()
            try:
                await self._renew()
            except NotStoredError as error:
                log.warning("leases could not be renewed: %s", error.__cause__)
                pause_s = AGAIN_S
            else:
                pause_s = max(0.0, began_at + RENEWED_EVERY_S - self._clock.steady())

    async def _watch(self) -> None:
        while True:
            self._renewed.clear()
            self._drop_what_is_old()
            await self._clock.wait(self._renewed, self._renewed_at + GONE_AFTER_S if self._held else None)

    async def _renew(self) -> None:
        """Raises `NotStoredError`."""
        self._drop_what_is_old()
        began_at = self._clock.steady()
        asked = {name: fence for name, fence in self._held.items() if name not in self._unsettled}
        try:
            taken = await self._book.renew(self._member(), self._sizes(), asked)
        except NotStoredError as error:
            self.renewals.tell(Renewal(self._clock.steady() - began_at, error))
            raise
        self.renewals.tell(Renewal(self._clock.steady() - began_at))
        self._renewed_at = max(self._renewed_at, began_at)
        self._drop_what_is_old()
        self._lose(
            [name for name in taken if self._held.get(name) == asked[name] and name not in self._unsettled]
        )
        self._renewed.set()

    def _drop_what_is_old(self) -> None:
        if self._held and self._age_s >= GONE_AFTER_S:
            log.error("leases could not be renewed for %.1f s: nothing is ours any more", self._age_s)
            self._lose(list(self._held))

    def _lose(self, names: Collection[str]) -> None:
        for name in names:
            self._held.pop(name, None)
        for name in names:
            self.lost.tell(name)
