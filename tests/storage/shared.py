"""Processes that share a server's database, as far as a test needs them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NamedTuple

from bot.broadcast.clock import Clock
from bot.broadcast.owning.bell import Ring
from bot.storage.cluster.bell import ServerBell
from bot.storage.database import open_database
from bot.storage.postgresql.connections import ServerDatabase
from bot.storage.writer import Writer
from tests.broadcast.relay.service import TurnedClock


class Process(NamedTuple):
    """One of them, as far as it has a bell."""

    database: ServerDatabase
    writer: Writer
    bell: ServerBell
    heard: "asyncio.Queue[str]"

    async def hears(self, word: str) -> None:
        async with asyncio.timeout(20):
            while await self.heard.get() != word:
                pass

    def hears_no_more(self) -> None:
        """Forgets what was heard until now."""
        while not self.heard.empty():
            self.heard.get_nowait()


@asynccontextmanager
async def process(url: str, clock: Clock | None = None) -> AsyncIterator[Process]:
    """It hears by the time that its context begins. Unless it has another clock, it never looks by itself."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(url))
        assert isinstance(database, ServerDatabase)
        writer = await stack.enter_async_context(Writer(database))
        bell = ServerBell(database.server, writer, clock or TurnedClock())
        made = Process(database, writer, bell, asyncio.Queue())
        bell.rung.listen(made.heard.put_nowait)
        await stack.enter_async_context(bell)
        await made.hears(list(Ring)[-1])
        made.hears_no_more()
        yield made


async def until(holds: Callable[[], object]) -> None:
    """Returns when it does: by what other processes are told, in a moment."""
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)
