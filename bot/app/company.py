"""Whom a process shares its database with: nobody, or the others of its cluster."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Protocol

from bot.app.taking_up import TakingUp
from bot.broadcast.limits.shared_slots import SharedSlots
from bot.broadcast.owning.bell import Bell
from bot.broadcast.owning.looking import LookAgain, What
from bot.broadcast.people import Keeper
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox
from bot.metrics.cluster import ClusterTellers
from bot.storage.changes import Changes
from bot.storage.connections import Database
from bot.storage.writer import Writer

Work = Callable[[], AbstractAsyncContextManager[object]]
"""Something that is done for as long as the context lasts; made anew each time."""


class Company(Protocol):
    """The database, and what of it is this process's."""

    keeps_house: asyncio.Event
    """Set while this process does what only one does."""

    @property
    def database(self) -> Database: ...

    @property
    def writer(self) -> Writer: ...

    @property
    def bell(self) -> Bell: ...

    @property
    def changes(self) -> Changes: ...

    @property
    def counted(self) -> ClusterTellers | None:
        """What is counted of it; None where there are no others."""

    @property
    def slots(self) -> SharedSlots | None:
        """The slots of the accounts, for all processes; None where nobody else has them."""

    def also_forgets(self) -> Sequence[Keeper]:
        """Whoever has to forget somebody before the tables do, beside this process."""
        ...

    def is_ours(self, guild_id: int) -> bool:
        """Whether a server is this process's."""
        ...

    @property
    def lease_of_guild(self) -> Callable[[int], str] | None:
        """Under which lease broadcasts begin in a server, by its ID; None where there are none."""

    def outbox(self) -> Outbox:
        """What is owed, as far as it is this process's."""
        ...

    def follow(self, stored: Listeners[object]) -> None:
        """From now on it hears what is stored here."""

    async def look_with(self, stack: AsyncExitStack, looks: Mapping[What, LookAgain]) -> None:
        """Has that looked at again which others change, for as long as the stack is open."""

    async def keep_house(self, stack: AsyncExitStack, *works: Work) -> None:
        """Has these done by one process alone, for as long as the stack is open."""

    async def take_up(self, left: TakingUp) -> None:
        """What was left goes on here: now, or as soon as it is this process's. Raises `StartError`."""

    async def begin(self, stack: AsyncExitStack) -> None:
        """All is there: from now on, for as long as the stack is open, others may count on this process."""

    async def end_streams(self, *, within_s: float) -> None:
        """Has all that runs stop in order, and takes no more."""
