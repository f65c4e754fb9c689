"""What has to be told outside, kept until it is: stored with what caused it, told by whoever is there to."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Protocol, Self

from bot.broadcast.clock import Clock
from bot.broadcast.errors import DeposedError
from bot.broadcast.sharding import Shard
from bot.broadcast.telling.chores import TRY_TIMEOUT_S, Chores
from bot.broadcast.telling.errand import Errand, Kind
from bot.broadcast.telling.listeners import Listeners

log = logging.getLogger(__name__)

TOLD_TOGETHER_S = 1.0
"""So much later what was told is forgotten, all of it at once: told again after a crash it does no harm."""
STORED_PAUSE_S = 60.0
"""A pause that is shorter is not worth a write: after a restart all is tried at once."""

Deliver = Callable[[Errand], Awaitable[float | None]]
"""One try. Gives the seconds until it is due again, None when it is told for good; raises when it failed."""


class OutboxStore(Protocol):
    """Where the outbox outlasts a crash. Calls take effect in their order, as the journal's do."""

    async def errands(self, of: Shard | None = None) -> Iterable[Errand]:
        """All that are stored, of the kinds that are known; or those that a shard's servers have."""
        ...

    def add(self, errand: Errand) -> asyncio.Future[None]:
        """Stores one, unless one with its key is stored already."""

    def change(self, errand: Errand) -> asyncio.Future[None]:
        """Stores how one stands, if it is still stored."""

    def drop(self, keys: Iterable[str]) -> asyncio.Future[None]:
        """Forgets them."""


class Outbox:
    """Keeps errands, and has each kind delivered by whoever has opened it, with pauses that grow.

    Who writes down what causes an errand stores it in the same transaction, and calls `owe` in that moment:
    it is due with the commit. So it is told at least once. What may be told once only is begun before
    (`begin`), and told again only by who finds out that it was not. An async context manager.

    One that is not ours (`is_ours`) is stored, and left to whoever has its server.
    """

    def __init__(
        self, store: OutboxStore, clock: Clock, *, is_ours: Callable[[Errand], bool] = lambda _: True
    ) -> None:
        self.left_to_others = Listeners[Errand]()
        """Told of each that was stored, and is not ours as far as is known."""
        self._store = store
        self._clock = clock
        self._is_ours = is_ours
        self._kept: dict[str, Errand] = {}
        self._being_stored: dict[str, int] = {}
        """By key: how many transactions that it is in are under way."""
        self._told: set[str] = set()
        """The keys of those that are not to be stored any longer."""
        self._told_meanwhile: set[str] | None = None
        """Of those that the look at what is stored may still see that is under way."""
        self._loading = asyncio.Lock()
        self._soon: asyncio.TimerHandle | None = None
        """When they are dropped."""
        self._lanes: dict[Kind, tuple[Chores, Deliver]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for kind in list(self._lanes):
            await self.close(kind)
        if self._soon:
            self._soon.cancel()
            await asyncio.wait({self._drop_told()})

    async def load(self, of: Shard | None = None) -> None:
        """Takes up what is owed by an earlier run, or to the servers of a shard, and not known here yet.

        All of it is tried at once, whenever it was due.
        """
        async with self._loading:
            self._told_meanwhile = set(self._told)
            for errand in await self._store.errands(of):
                is_known = errand.key in self._kept or errand.key in self._told_meanwhile
                if not is_known and self._is_ours(errand):  # it may have been let go meanwhile
                    self._keep(replace(errand, due_at=None))
                    self._put(errand.key)
            self._told_meanwhile = None

    async def let_go(self, is_meant: Callable[[Errand], bool], *, within_s: float = 0.0) -> None:
        """Others see to these from now on. What is being tried has so long to come to its end."""
        meant = {key for key, errand in self._kept.items() if is_meant(errand)}
        for key in meant:
            del self._kept[key]
        lanes = [chores for chores, _ in self._lanes.values()]
        await asyncio.gather(*(chores.cut_off(meant, within_s=within_s) for chores in lanes))
        if self._soon:  # what was told is not to be told again
            self._soon.cancel()
            await asyncio.wait({self._drop_told()})

    @property
    def waiting(self) -> list[Errand]:
        """All that is still owed."""
        return list(self._kept.values())

    def get(self, kind: Kind, subject_id: object) -> Errand | None:
        """What is still owed of that kind to this subject."""
        return self._kept.get(f"{kind.value}:{subject_id}")

    def owe(self, stored: asyncio.Future[None], *errands: Errand) -> None:
        """From now on these are owed, and due when they are stored, or cannot be.

        One that is owed already is tried once more, if it is just being tried: that may have begun before.
        """
        for errand in errands:
            if not self._is_ours(errand):
                stored.add_done_callback(partial(self._leave_to_others, errand))
                continue
            self._keep(errand)
            self._being_stored[errand.key] = self._being_stored.get(errand.key, 0) + 1
            stored.add_done_callback(partial(self._stored, errand))

    def add(self, *errands: Errand) -> list[asyncio.Future[None]]:
        """Owes what nothing else is stored with. Done when they are stored."""
        storing = [self._store.add(errand) for errand in errands]
        for stored, errand in zip(storing, errands, strict=True):
            self.owe(stored, errand)
        return storing

    async def begin(self, errand: Errand) -> None:
        """Notes that what may happen once only is begun. Raises what the store raises: then it is not."""
        await self._change(replace(errand, begun_at=self._clock.now()))

    async def not_begun(self, errand: Errand) -> None:
        """Notes that it has certainly not happened."""
        await self._change(replace(errand, begun_at=None))

    def forget(self, kind: Kind, subject_id: object) -> None:
        """It is not owed any more."""
        if errand := self.get(kind, subject_id):
            if kind in self._lanes:
                self._lanes[kind][0].forget(errand.key)
            self._drop(errand.key)

    async def open(
        self,
        kind: Kind,
        deliver: Deliver,
        *,
        at_once: int,
        longest_pause_s: float,
        longest_try_s: float = TRY_TIMEOUT_S,
        foreseen: tuple[type[Exception], ...] = (),
    ) -> None:
        """From now on what is owed of a kind is delivered so, a few at once, until the kind is closed."""
        chores = Chores(
            self._clock,
            kind.value,
            at_once=at_once,
            longest_pause_s=longest_pause_s,
            longest_try_s=longest_try_s,
            foreseen=foreseen,
            done=self._done,
            put_off=self._put_off,
        )
        self._lanes[kind] = await chores.__aenter__(), deliver
        for errand in self.waiting:
            if errand.kind is kind and errand.key not in self._being_stored:
                self._put(errand.key)

    async def close(self, kind: Kind, *, within_s: float = 0.0) -> None:
        """Delivers no more of a kind, once all that is due was tried, or after that time."""
        chores, _ = self._lanes[kind]
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await chores.all_tried()
        del self._lanes[kind]
        await chores.__aexit__()

    def hurry(self) -> None:
        """What has failed may go well now: it is tried at once."""
        for chores, _ in self._lanes.values():
            chores.hurry()

    def _keep(self, errand: Errand) -> None:
        before = self._kept.get(errand.key)
        self._kept[errand.key] = replace(before, about=errand.about) if before else errand
        self._told.discard(errand.key)

    def _stored(self, errand: Errand, stored: asyncio.Future[None]) -> None:
        if stored.cancelled():  # by who waited for it: what is stored behind it comes later
            self._store.add(errand).add_done_callback(partial(self._stored, errand))
            return
        error = stored.exception()  # whoever stored it has it raised
        self._being_stored[errand.key] -= 1
        if not self._being_stored[errand.key]:
            del self._being_stored[errand.key]
        if errand.key in self._kept and isinstance(error, DeposedError):
            del self._kept[errand.key]  # another process tells what became of it
            if errand.kind in self._lanes:
                self._lanes[errand.kind][0].forget(errand.key)
        elif errand.key in self._kept:
            self._put(errand.key)

    def _leave_to_others(self, errand: Errand, stored: asyncio.Future[None]) -> None:
        if stored.cancelled():  # by who waited for it: what is stored behind it comes later
            self._store.add(errand).add_done_callback(partial(self._leave_to_others, errand))
        elif stored.exception() is None:
            self.left_to_others.tell(errand)

    def _put(self, key: str) -> None:
        errand = self._kept[key]
        if errand.kind in self._lanes:
            chores, _ = self._lanes[errand.kind]
            pause = errand.due_at - self._clock.now() if errand.due_at else timedelta()
            chores.repeat(key, partial(self._try, key), in_s=max(0.0, pause.total_seconds()))

    async def _try(self, key: str) -> float | None:
        errand = self._kept[key]
        _, deliver = self._lanes[errand.kind]
        return await deliver(errand)

    def _put_off(self, key: str, pause_s: float, has_failed: bool) -> None:
        due_at = self._clock.now() + timedelta(seconds=pause_s)
        if (errand := self._kept.get(key)) is None:
            return  # it was let go meanwhile
        self._kept[key] = errand = replace(errand, due_at=due_at, tries=errand.tries + has_failed)
        if pause_s >= STORED_PAUSE_S:
            self._store.change(errand).add_done_callback(_noted)

    def _done(self, key: str) -> None:
        if key not in self._being_stored:  # else it is owed anew
            self._drop(key)

    def _drop(self, key: str) -> None:
        self._kept.pop(key, None)  # what is let go comes to its end, too
        self._told.add(key)
        if self._told_meanwhile is not None:
            self._told_meanwhile.add(key)
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_later(TOLD_TOGETHER_S, self._drop_told)

    def _drop_told(self) -> asyncio.Future[None]:
        self._soon, keys = None, self._told
        self._told = set()
        dropping = self._store.drop(keys)
        dropping.add_done_callback(_noted)
        return dropping

    async def _change(self, errand: Errand) -> None:
        await self._store.change(errand)
        if errand.key in self._kept:
            self._kept[errand.key] = errand


def _noted(stored: asyncio.Future[None]) -> None:
    if not stored.cancelled() and (error := stored.exception()):
        log.warning("the outbox could not be stored as it stands: %s", type(error).__name__)
