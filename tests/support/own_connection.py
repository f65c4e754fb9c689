"""The writer's own connection, for tests that have its database behave."""

import asyncio
import sqlite3
from collections.abc import Callable

from bot.storage.own_connection import OwnConnection
from bot.storage.writer import Writer


async def on_own_connection(writer: Writer, work: Callable[[sqlite3.Connection], object]) -> None:
    """Does something with the connection of a writer that has committed before, between two transactions."""
    own = writer._connection
    assert isinstance(own, OwnConnection)

    def worked() -> None:
        assert own._connection
        raw = own._connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        work(raw)

    await asyncio.get_running_loop().run_in_executor(own._thread, worked)
