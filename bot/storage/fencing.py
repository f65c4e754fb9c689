"""Writes under leases: each carries its fence, and is done only while that is the newest there is."""

from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, Executable, text

from bot.broadcast.errors import DeposedError
from bot.broadcast.owning.lease import FIRST_FENCE, LEASE_S

_OVER_KEPT = 10_000

# What is written under is not taken until that is done; it may be renewed meanwhile.
_OURS = text("SELECT name, fence FROM leases WHERE name = ANY(:names) AND owner = :owner FOR KEY SHARE")
_ARE_THERE = text("SELECT name FROM leases WHERE name = ANY(:names)")
_BEGIN = text(
    "INSERT INTO leases (name, owner, fence, until) VALUES (:name, :owner, :fence, "
    "(clock_timestamp() AT TIME ZONE 'UTC') + make_interval(secs => :lease_s)) ON CONFLICT DO NOTHING"
)
_END = text("DELETE FROM leases WHERE name = :name AND owner = :owner AND fence = :fence")


_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('leases of ' || :owner, 0))")


def one_by_one(connection: Connection, owner: str) -> None:
    """Of an owner's transactions that change several leases, in any order, only one is under way.

    Else two of them could wait for each other. Who takes leases waits for nobody.
    """
    connection.execute(_ALONE, {"owner": owner})


class Fence(NamedTuple):
    """What a write carries: its lease, and the number that this had when the write was asked for."""

    name: str
    number: int


class Leases(Protocol):
    """What this process holds: `bot/broadcast/owning/owning.py`."""

    def fence_of(self, name: str) -> int | None: ...

    def begins(self, name: str, fence: int) -> None: ...

    def ends(self, name: str) -> None: ...

    def settled(self, name: str, *, is_held: bool) -> None: ...

    def is_taken(self, name: str, fence: int) -> None: ...


class Hold:
    """What one write has to do with leases."""

    def __init__(self, fencing: "Fencing", fence: Fence | None, begins: str | None, *, ends: bool) -> None:
        self.fence = fence
        self.begins = begins
        self.ends = ends and fence is not None
        self.is_ours = True
        """Whether the write may be done, as was seen in the last transaction that it was in."""
        self.was_over = False
        """Whether the end that it stores was stored by an earlier try that nobody heard of."""
        self._fencing = fencing

    @property
    def before(self) -> tuple[Executable, ...]:
        """What is executed before it."""
        return (self._fencing.begin(self.begins),) if self.begins else ()

    @property
    def after(self) -> tuple[Executable, ...]:
        """What is executed after it."""
        return (self._fencing.end(self.fence),) if self.ends and self.fence else ()

    def settle(self, error: Exception | None) -> Exception | None:
        """It is done, or is not, for this. Returns what is to be raised at whoever asked."""
        leases, fence = self._fencing.leases, self.fence
        if error is None and fence and not (self.is_ours or self.was_over):
            leases.is_taken(*fence)
            error = DeposedError(fence.name)
        if self.begins:
            leases.settled(self.begins, is_held=error is None)
        if self.ends and fence:
            if error is None:
                self._fencing.is_over(fence.name)
            leases.settled(fence.name, is_held=error is not None)
        return error


class Fencing:
    """The leases of one owner, for its writer.

    Whether one has run out is not asked: as long as nobody else took it, what is written under it is true.
    """

    def __init__(self, owner: str, leases: Leases) -> None:
        self.leases = leases
        self._owner = owner
        self._over: dict[str, None] = {}
        """What was ours until it was over: what is still to be written of it, nobody else writes."""

    def hold(self, under: str | None, begins: str | None, *, ends: bool) -> Hold:
        """For a write as `Writer.execute` is asked for it. Raises `DeposedError`."""
        number = None if under is None else self.leases.fence_of(under)
        if under is not None and number is None and under not in self._over:
            raise DeposedError(under)
        fence = None if under is None or number is None else Fence(under, number)
        hold = Hold(self, fence, begins, ends=ends)
        if begins:
            self.leases.begins(begins, FIRST_FENCE)
        if hold.ends and fence:
            self.leases.ends(fence.name)
        return hold

    def begin(self, name: str) -> Executable:
        """Stores a lease that is new with what it is about."""
        return _BEGIN.bindparams(name=name, owner=self._owner, fence=FIRST_FENCE, lease_s=LEASE_S)

    def end(self, fence: Fence) -> Executable:
        """Deletes the lease of what is over."""
        return _END.bindparams(name=fence.name, owner=self._owner, fence=fence.number)

    def is_over(self, name: str) -> None:
        """The end of what was ours is stored."""
        self._over[name] = None
        if len(self._over) > _OVER_KEPT:
            del self._over[next(iter(self._over))]

    def looked_at(self, holds: Collection[Hold]) -> Callable[[Connection], None]:
        """Looks, in a transaction, which of these writes may be done in it: until its end that stays so."""
        begun = {hold.begins for hold in holds}
        fences = {hold.fence for hold in holds if hold.fence and hold.fence.name not in self._over}
        asked = {fence for fence in fences if fence.name not in begun}

        has_ends = any(hold.ends for hold in holds)

        def look(connection: Connection) -> None:
            if has_ends:
                one_by_one(connection, self._owner)
            taken = asked - self._ours(connection, asked)
            for hold in holds:
                hold.is_ours, hold.was_over = hold.fence not in taken, False
            for hold in holds:  # what was to begin under what is not ours
                if hold.begins and not hold.is_ours:
                    taken |= {fence for fence in fences if fence.name == hold.begins}
            late = {hold.fence for hold in holds if hold.ends and hold.fence in taken}
            there = self._there(connection, {fence for fence in late if fence})
            for hold in holds:
                hold.is_ours = hold.fence not in taken
                hold.was_over = hold.ends and not hold.is_ours and hold.fence not in there

        return look

    def _ours(self, connection: Connection, asked: Collection[Fence]) -> set[Fence]:
        if not asked:
            return set()
        names = sorted({fence.name for fence in asked})
        return {Fence(*row) for row in connection.execute(_OURS, {"names": names, "owner": self._owner})}

    def _there(self, connection: Connection, asked: Collection[Fence]) -> set[Fence | None]:
        """Those of which there is a lease still, whoever has it."""
        if not asked:
            return set()
        names = [fence.name for fence in asked]
        there = {name for (name,) in connection.execute(_ARE_THERE, {"names": names})}
        return {fence for fence in asked if fence.name in there}
