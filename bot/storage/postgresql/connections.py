"""Connections to a server's database, in threads of their own."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import create_engine

from bot.storage.address import Server
from bot.storage.connections import CONNECTIONS, Database
from bot.storage.lock import Use
from bot.storage.postgresql import statements as _statements  # noqa: F401 - they are written for servers, too
from bot.storage.postgresql.connecting import Raw, closed_if_it_fails, connected, hang_up
from bot.storage.postgresql.sole_use import hold_writing

READ_S = 30.0
WRITE_S = 5.0
"""So long a server may take to answer, before it is taken for away."""

Answer = TypeVar("Answer")


class ServerDatabase(Database):
    """A server's database that is open. Whoever has a `use` of it holds its lock: see `sole_use.py`.

    A server that does not answer in time is hung up on: a thread that waits for it would wait for ever.
    """

    def __init__(
        self, server: Server, *, use: Use, answers_in_s: float = READ_S, connections: int = CONNECTIONS
    ) -> None:
        self.server = server
        self.use = use
        self._answers_in_s = answers_in_s
        self._opened: list[Raw] = []
        engine = create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            pool_size=connections,
            max_overflow=0,
            pool_pre_ping=True,  # a server that was restarted has closed them
            hide_parameters=True,  # errors are logged, what people write is not
        )
        super().__init__(engine, connections)

    def _connect(self) -> Raw:
        connection = connected(self.server, statement_s=self._answers_in_s)
        self._opened = [*(each for each in self._opened if not each.closed), connection]
        return connection

    async def _in_thread(self, work: Callable[[], Answer]) -> Answer:
        # A server that is well ends a statement before.
        late = asyncio.get_running_loop().call_later(self._answers_in_s * 1.2, self._hang_up)
        try:
            return await super()._in_thread(work)
        finally:
            late.cancel()

    def _hang_up(self) -> None:
        for connection in self._opened:
            hang_up(connection)


class ServersOwnConnection(ServerDatabase):
    """A connection beside those who read. A bot's own holds the right to write."""

    def __init__(self, database: ServerDatabase) -> None:
        super().__init__(database.server, use=database.use, answers_in_s=WRITE_S, connections=1)

    def _connect(self) -> Raw:
        connection = super()._connect()
        if self.use is not Use.BESIDE:
            with closed_if_it_fails(connection):
                hold_writing(connection, self.use)
        return connection
