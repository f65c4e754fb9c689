"""The writer's own connection, for tests that have its database behave."""

import sqlite3
from collections.abc import Callable

from sqlalchemy import Connection

from bot.storage.own_connection import OwnConnection
from bot.storage.writer import Writer


async def on_own_connection(writer: Writer, work: Callable[[sqlite3.Connection], object]) -> None:
    """Does something with the connection of a writer that has committed before, between two transactions."""
    own = writer._connection
    assert isinstance(own, OwnConnection)

    def worked(connection: Connection) -> None:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        work(raw)

    await own.ask(worked)
