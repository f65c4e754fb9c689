"""The database of a night: leases, broadcasts and suggestions, and who wrote what with which fence.

A transaction takes place in one moment, once it has arrived; what was sent arrives, whatever becomes of its
sender.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import TextClause

from bot.broadcast.errors import NotStoredError
from bot.broadcast.owning.directory import Member, Standing
from bot.broadcast.owning.lease import LEASE_S, of_broadcast
from bot.storage import fencing
from tests.simulate.loop import VirtualLoop
from tests.support.leases import MemoryLeases, Row

Answer = TypeVar("Answer")

UNHEARD = 0.01
"""Of so many transactions that are done nobody hears: the connection breaks in that moment."""


class Outcome(StrEnum):
    """Of a suggestion."""

    WAITS = "waits"
    SENT = "sent"
    TAKEN = "taken"
    NOT_KNOWN = "not known"
    OVER = "over"


@dataclass
class Broadcast:
    """A row; `fence` is the highest that something of it was written with."""

    id: str
    shard: int
    is_over: bool = False
    fence: int = 0
    suggestions: dict[str, Outcome] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """What a process writes of a broadcast, and who it takes itself for."""

    owner: str
    fence: int | None
    broadcast_id: str
    shard: int
    suggestion_id: str | None = None
    outcome: Outcome | None = None
    """None with a suggestion means nothing; without one the broadcast begins, or is over."""
    is_over: bool = False


class Rows:
    """One database for all."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.leases = MemoryLeases(loop.time)
        self.broadcasts: dict[str, Broadcast] = {}
        self.faults: list[str] = []

    def execute(self, statement: Any, values: Mapping[str, Any] | None = None) -> Any:
        """As a connection does, in a transaction."""
        if isinstance(statement, Change):
            return self._change(statement)
        assert isinstance(statement, TextClause)
        if statement is fencing._OURS and values:
            return [
                (name, row.fence)
                for name in values["names"]
                if (row := self.leases.rows.get(name)) and row.owner == values["owner"]
            ]
        if statement is fencing._ALONE:
            return None
        if statement is fencing._ARE_THERE and values:
            return [(name,) for name in values["names"] if name in self.leases.rows]
        if "leases" not in statement.text:  # whether it can be written at all
            return None
        said: dict[str, Any] = {name: each.value for name, each in statement._bindparams.items()}
        if statement.text.startswith("INSERT"):
            row = Row(said["owner"], said["fence"], self.leases.now() + LEASE_S)
            self.leases.rows.setdefault(said["name"], row)
        elif self.leases.is_ours(said["name"], said["owner"], said["fence"]):
            self.leases.forget(said["name"])
        return None

    def _change(self, change: Change) -> None:
        if change.fence is None:
            self.broadcasts.setdefault(change.broadcast_id, Broadcast(change.broadcast_id, change.shard))
            return
        row = self.broadcasts[change.broadcast_id]
        who = f"{change.owner} with fence {change.fence}"
        if not self.leases.is_ours(of_broadcast(row.id), change.owner, change.fence):
            self.faults.append(f"{row.id} was written by {who}, who does not have it")
        if change.fence < row.fence:
            self.faults.append(f"{row.id} was written by {who} after fence {row.fence}")
        row.fence = max(row.fence, change.fence)
        if change.is_over:
            row.is_over = True
            for each, outcome in row.suggestions.items():
                if outcome in (Outcome.WAITS, Outcome.SENT):
                    row.suggestions[each] = Outcome.OVER
        elif change.suggestion_id and change.outcome:
            self._settle(row, change.suggestion_id, change.outcome)

    def _settle(self, row: Broadcast, suggestion_id: str, outcome: Outcome) -> None:
        before = row.suggestions.get(suggestion_id)
        settled = (Outcome.TAKEN, Outcome.NOT_KNOWN, Outcome.OVER)
        if before in settled and before is not outcome and outcome in settled:
            self.faults.append(f"{suggestion_id} was {before}, and then {outcome}")
        if before not in settled:  # else it is a transaction that was done, and is done again
            row.suggestions[suggestion_id] = outcome


class Link:
    """A process's way to the database: a writer's connection, and a `LeaseBook`'s."""

    dialect = "postgresql"

    def __init__(self, loop: VirtualLoop, rows: Rows, owner: str, luck: random.Random) -> None:
        self.is_cut = False
        self._loop = loop
        self._rows = rows
        self._owner = owner
        self._luck = luck

    async def ask(self, question: Callable[[], Answer]) -> Answer:
        """What it does in the database. Raises `OSError`, done or not."""
        answered: asyncio.Future[Answer] = self._loop.create_future()
        self._loop.outside(self._delay_s(), self._arrive, question, answered)
        return await answered

    def _arrive(self, question: Callable[[], Answer], answered: asyncio.Future[Answer]) -> None:
        if self.is_cut or self._rows.leases.is_away:
            self._loop.outside(1.0, self._answer, answered, OSError("nobody answers"), None)
            return
        answer = question()
        error = OSError("the connection broke") if self._luck.random() < UNHEARD else None
        self._loop.outside(self._delay_s(), self._answer, answered, error, answer)

    def _answer(self, answered: asyncio.Future[Any], error: Exception | None, answer: object) -> None:
        if answered.done():
            return
        if error:
            answered.set_exception(error)
            answered.exception()  # who asked may be dead
        else:
            answered.set_result(answer)

    def _delay_s(self) -> float:
        luck = self._luck.random()
        return luck / 100 if luck < 0.98 else 3 * self._luck.random()

    async def transact(self, work: Callable[[Any], None]) -> None:
        await self.ask(lambda: work(self._rows))

    async def close(self) -> None:
        """There is nothing to close."""

    async def take(self, names: Collection[str]) -> Mapping[str, int]:
        return await self._lease(lambda: self._rows.leases.take(self._owner, names))

    async def renew(
        self, member: Member, sizes: Mapping[str, int], held: Mapping[str, int]
    ) -> Collection[str]:
        return await self._lease(lambda: self._rows.leases.renew(self._owner, member, sizes, held))

    async def give_back(self, names: Collection[str]) -> None:
        await self._lease(lambda: self._rows.leases.give_back(self._owner, names))

    async def leave(self) -> None:
        await self._lease(lambda: self._rows.leases.leave(self._owner))

    async def standing(self) -> Standing:
        return await self._lease(self._rows.leases.standing)

    async def _lease(self, question: Callable[[], Answer]) -> Answer:
        try:
            return await self.ask(question)
        except OSError as error:
            raise NotStoredError(error) from error
