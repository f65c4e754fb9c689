"""The leases of several processes, in memory, by a clock that is none of theirs."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from bot.broadcast.errors import NotStoredError
from bot.broadcast.owning.directory import ALL, Held, Member, Standing
from bot.broadcast.owning.lease import LEASE_S, shard_in

Answer = TypeVar("Answer")


def member(name: str) -> Member:
    return Member(name, name, ALL, "1", "0025", 16, "", datetime(2026, 8, 1, tzinfo=UTC))


@dataclass
class Row:
    owner: str = ""
    fence: int = 0
    until: float = 0.0
    size: int = 0


class MemoryLeases:
    """What the database has. `is_away` makes it raise; until `answers` is set it does not answer."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.rows: dict[str, Row] = {}
        self.members: dict[str, tuple[Member, float]] = {}
        self.is_away = False
        self.answers: asyncio.Event | None = None

    def book(self, owner: str) -> "MemoryLeaseBook":
        return MemoryLeaseBook(self, owner)

    def owner(self, name: str) -> str | None:
        """Who has it, if it has not run out."""
        row = self.rows.get(name)
        return row.owner or None if row and row.until > self.now() else None

    def is_ours(self, name: str, owner: str, fence: int) -> bool:
        """Whether a write with that fence may be done now."""
        row = self.rows.get(name)
        return row is not None and (row.owner, row.fence) == (owner, fence)

    def give(self, name: str, owner: str) -> int:
        """Somebody has it now, whoever had it; returns its fence."""
        row = self.rows.setdefault(name, Row())
        row.owner, row.fence, row.until = owner, row.fence + 1, self.now() + LEASE_S
        return row.fence

    def forget(self, name: str) -> None:
        del self.rows[name]

    def take(self, owner: str, names: Collection[str]) -> dict[str, int]:
        """What a `LeaseBook` does, in one moment; so do the others here."""
        return {name: self.give(name, owner) for name in names if self.owner(name) in (None, owner)}

    def renew(
        self, owner: str, member: Member, sizes: Mapping[str, int], held: Mapping[str, int]
    ) -> list[str]:
        until = self.now() + LEASE_S
        self.members[owner] = member, until
        ours = [name for name, fence in held.items() if self.is_ours(name, owner, fence)]
        for name in ours:
            row = self.rows[name]
            row.until, row.size = until, sizes.get(name, row.size)
        return [name for name in held if name not in ours]

    def give_back(self, owner: str, names: Collection[str]) -> None:
        for name in names:
            row = self.rows.get(name)
            if row and row.owner == owner:
                row.owner, row.until = "", self.now()

    def leave(self, owner: str) -> None:
        self.members.pop(owner, None)
        self.give_back(owner, list(self.rows))

    def standing(self) -> Standing:
        now = self.now()
        return Standing(
            tuple(member for member, until in self.members.values() if until > now),
            {
                shard: Held(self.owner(name), row.size)
                for name, row in self.rows.items()
                if (shard := shard_in(name)) is not None
            },
        )


class MemoryLeaseBook:
    """A `LeaseBook`."""

    def __init__(self, leases: MemoryLeases, owner: str) -> None:
        self._leases = leases
        self._owner = owner

    async def take(self, names: Collection[str]) -> Mapping[str, int]:
        return await self._do(lambda: self._leases.take(self._owner, names))

    async def renew(
        self, member: Member, sizes: Mapping[str, int], held: Mapping[str, int]
    ) -> Collection[str]:
        return await self._do(lambda: self._leases.renew(self._owner, member, sizes, held))

    async def give_back(self, names: Collection[str]) -> None:
        await self._do(lambda: self._leases.give_back(self._owner, names))

    async def leave(self) -> None:
        await self._do(lambda: self._leases.leave(self._owner))

    async def standing(self) -> Standing:
        return await self._do(self._leases.standing)

    async def _do(self, work: Callable[[], Answer]) -> Answer:
        if self._leases.is_away:
            raise NotStoredError(OSError("the database is away"))
        answer = work()
        await asyncio.sleep(0)
        if self._leases.answers:
            await self._leases.answers.wait()
        return answer
