"""Who owns what in a cluster, for who only watches: as the lease rows say, and by the database's clock."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import psycopg

from bot.storage.address import Server
from bot.storage.postgresql.connecting import Raw, connected, hang_up

PATIENCE_S = 2.0
"""After which a database is said not to answer."""
_NOW = "SELECT clock_timestamp()"
_LEASES = "SELECT name, owner, fence, until AT TIME ZONE 'UTC', size FROM leases ORDER BY name"
_MEMBERS = "SELECT id, name FROM members"
_ON_AIR = """
    SELECT id, guild_id, channel_id, prompt, state,
        (SELECT count(service_id) FROM streams WHERE broadcast_id = broadcasts.id)
    FROM broadcasts WHERE ended_at IS NULL ORDER BY requested_at, id
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """A row: `owner` is a member's ID, or nobody's. It holds until then, by the database's clock."""

    name: str
    owner: str
    fence: int
    until: datetime
    size: int


@dataclass(frozen=True, slots=True)
class OnAir:
    """A broadcast that is not over; how many `streams` of it the service has begun."""

    id: str
    guild_id: int
    channel_id: int
    prompt: str
    state: str
    streams: int


@dataclass(frozen=True, slots=True)
class Owned:
    """All of it at one moment, `now`. `members` are names by their IDs."""

    now: datetime
    leases: tuple[Lease, ...]
    members: Mapping[str, str]
    on_air: tuple[OnAir, ...]

    def is_held(self, lease: Lease) -> bool:
        return bool(lease.owner) and lease.until > self.now


class Watcher:
    """An async context; has a connection of its own, and makes it anew when it broke."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._connection: Raw | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go()

    async def look(self) -> Owned | None:
        """None while the database does not answer, or has no such tables yet."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await asyncio.to_thread(self._look)
        except (psycopg.Error, TimeoutError):
            self._let_go()
            return None

    def _look(self) -> Owned:
        if self._connection is None:
            self._connection = connected(self._server, autocommit=True)
        ask = self._connection.execute
        with self._connection.transaction():
            ask("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            members: dict[str, str] = dict(ask(_MEMBERS).fetchall())
            leases = tuple(Lease(*row) for row in ask(_LEASES))
            on_air = tuple(OnAir(*row) for row in ask(_ON_AIR))
            ((now,),) = ask(_NOW).fetchall()
        return Owned(now, leases, members, on_air)

    def _let_go(self) -> None:
        connection: Any = self._connection
        if connection is not None:
            self._connection = None
            hang_up(connection)
            connection.close()
