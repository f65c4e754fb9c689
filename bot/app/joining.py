"""A process has its database alone, or joins the others of its cluster."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack

from bot.app.company import Company, Work
from bot.app.taking_up import TakingUp
from bot.broadcast.clock import Clock
from bot.broadcast.owning.bell import Bell, NoBell
from bot.broadcast.owning.looking import LookAgain, What
from bot.broadcast.people import Keeper
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox
from bot.discord.connection import Connection
from bot.process.settings import Settings
from bot.storage.changes import NOBODY_ELSE
from bot.storage.connections import Database
from bot.storage.database import errors_explained, open_database
from bot.storage.outbox import DatabaseOutbox
from bot.storage.writer import Writer


async def open_company(
    settings: Settings, stack: AsyncExitStack, connection: Connection, clock: Clock
) -> Company:
    """The database is open for as long as the stack. Raises `StartError`."""
    if settings.cluster:
        from bot.app.cluster.cluster import open_cluster

        return await open_cluster(settings, stack, connection, clock)
    opened = open_database(settings.database_url, alone=True, backup_dir=settings.backup_path)
    database = await stack.enter_async_context(opened)
    writer = await stack.enter_async_context(Writer(database, patience_s=settings.database_patience_s))
    return _Lone(settings, database, writer, clock)


class _Lone:
    """The company of a process that has its database alone."""

    def __init__(self, settings: Settings, database: Database, writer: Writer, clock: Clock) -> None:
        self.database = database
        self.writer = writer
        self.bell: Bell = NoBell()
        self.changes = NOBODY_ELSE
        self.keeps_house = asyncio.Event()
        self._url = settings.database_url
        self._clock = clock
        self._left: TakingUp | None = None

    @property
    def slots(self) -> None:
        return None

    def also_forgets(self) -> Sequence[Keeper]:
        return ()

    def is_ours(self, guild_id: int) -> bool:
        return True

    @property
    def counted(self) -> None:
        return None

    @property
    def lease_of_guild(self) -> None:
        return None

    def outbox(self) -> Outbox:
        return Outbox(DatabaseOutbox(self.database, self.writer), self._clock)

    def follow(self, stored: Listeners[object]) -> None:
        """Nothing depends on it."""

    async def look_with(self, stack: AsyncExitStack, looks: Mapping[What, LookAgain]) -> None:
        """Nobody else changes anything."""

    async def keep_house(self, stack: AsyncExitStack, *works: Work) -> None:
        self.keeps_house.set()
        for work in works:
            await stack.enter_async_context(work())

    async def take_up(self, left: TakingUp) -> None:
        self._left = left
        with errors_explained(self._url):
            await left.take_up_all()

    async def begin(self, stack: AsyncExitStack) -> None:
        """There are no others."""

    async def end_streams(self, *, within_s: float) -> None:
        if self._left:
            await self._left.broadcasts.close(within_s=within_s)
