"""The leases of a cluster's processes, as PostgreSQL has them: all by its clock."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, TextClause, text
from sqlalchemy.exc import SQLAlchemyError

from bot.broadcast.errors import NotStoredError
from bot.broadcast.owning.directory import Held, Member, Standing
from bot.broadcast.owning.lease import LEASE_S, shard_in
from bot.storage.connections import Database
from bot.storage.fencing import one_by_one
from bot.storage.lock import Use

Answer = TypeVar("Answer")

ANSWERS_IN_S = 3.0
"""A server that needs longer is away: there are three tries until what could not be renewed is lost."""

_NOW = "(clock_timestamp() AT TIME ZONE 'UTC')"
"""Not when the transaction began: it may have waited since."""


def _timed(statement: str) -> TextClause:
    """A statement in which NOW and UNTIL are by the server's clock."""
    until = f"({_NOW} + make_interval(secs => {LEASE_S}))"
    return text(statement.replace("UNTIL", until).replace("NOW", _NOW))


_MAKE = _timed(
    "INSERT INTO leases (name, fence, until) "
    "SELECT name, 0, NOW FROM unnest(CAST(:names AS text[])) name ORDER BY name ON CONFLICT DO NOTHING"
)
_TAKE = _timed(
    """
    WITH free AS (
        SELECT name FROM leases
        WHERE name = ANY(:names) AND (owner IN ('', :owner) OR until <= NOW)
        -- Not what somebody writes under: see `fencing.py`.
        ORDER BY name FOR UPDATE SKIP LOCKED
    )
    UPDATE leases SET owner = :owner, fence = fence + 1, until = UNTIL
    FROM free WHERE leases.name = free.name RETURNING leases.name, leases.fence
    """
)
# One string in the place of ten thousand; answered with what is lost, which is little.
_RENEW = _timed(
    """
    WITH asked AS MATERIALIZED (
        SELECT * FROM unnest(string_to_array(:names, ','), CAST(string_to_array(:fences, ',') AS bigint[]))
            AS asked (name, fence)
        LEFT JOIN unnest(CAST(:sized AS text[]), CAST(:sizes AS int[])) AS told (name, size) USING (name)
    ), here AS (
        INSERT INTO members
            (id, name, role, version, revision, shards, digest, started_at, is_draining, guilds, until)
        VALUES (:id, :name, :role, :version, :revision, :shards, :digest, :started_at, :is_draining,
            :guilds, UNTIL)
        ON CONFLICT (id) DO UPDATE SET
            shards = EXCLUDED.shards, digest = EXCLUDED.digest, is_draining = EXCLUDED.is_draining,
            guilds = EXCLUDED.guilds, until = EXCLUDED.until
    ), renewed AS (
        UPDATE leases SET until = UNTIL, size = coalesce(asked.size, leases.size) FROM asked
        WHERE leases.name = asked.name AND leases.fence = asked.fence AND owner = :id
        RETURNING leases.name
    )
    SELECT name FROM asked WHERE name NOT IN (SELECT name FROM renewed)
    """
)
_GIVE_BACK = _timed("UPDATE leases SET owner = '', until = NOW WHERE name = ANY(:names) AND owner = :owner")
_LEAVE = _timed(
    """
    WITH gone AS (DELETE FROM members WHERE id = :owner)
    UPDATE leases SET owner = '', until = NOW WHERE owner = :owner
    """
)
_STANDING = _timed(
    """
    SELECT
        (SELECT coalesce(json_agg(m), '[]') FROM members m WHERE until > NOW),
        (SELECT coalesce(json_agg(json_build_array(
            name, CASE WHEN until > NOW THEN owner ELSE '' END, size)), '[]')
         FROM leases WHERE name LIKE 'shard:%')
    """
)
_SWEEP = (
    _timed("DELETE FROM leases WHERE name LIKE 'broadcast:%' AND until < NOW - interval '1 day'"),
    _timed("DELETE FROM members WHERE until < NOW - interval '1 day'"),
)


@asynccontextmanager
async def open_leases(database: Database, owner: str) -> AsyncIterator["DatabaseLeases"]:
    """The leases of a member, by its ID, in the server's database that is open."""
    from bot.storage.postgresql.connections import ServerDatabase

    assert isinstance(database, ServerDatabase)  # noqa: S101 - for the type checker: a file is not shared
    beside = ServerDatabase(database.server, use=Use.BESIDE, answers_in_s=ANSWERS_IN_S, connections=1)
    try:
        yield DatabaseLeases(beside, owner)
    finally:
        await beside.close()


class DatabaseLeases:
    """The domain's `LeaseBook`, for one owner, on a connection of its own: nothing else holds it up.

    Times that a process tells are only shown; what counts is the server's clock.
    """

    def __init__(self, database: Database, owner: str) -> None:
        """`owner` is the member's ID."""
        self._database = database
        self._owner = owner

    async def take(self, names: Collection[str]) -> Mapping[str, int]:
        wanted = {"names": sorted(names)}

        def taken(connection: Connection) -> dict[str, int]:
            connection.execute(_MAKE, wanted)
            return _fences(connection, _TAKE, wanted | {"owner": self._owner})

        return await self._do(taken)

    async def renew(
        self, member: Member, sizes: Mapping[str, int], held: Mapping[str, int]
    ) -> Collection[str]:
        values = {name: value for name, value in asdict(member).items() if name != "started_at"} | {
            "id": self._owner,
            "started_at": member.started_at.replace(tzinfo=None),
            "names": ",".join(held),
            "fences": ",".join(map(str, held.values())),
            "sized": list(sizes),
            "sizes": list(sizes.values()),
        }

        def renewed(connection: Connection) -> list[str]:
            one_by_one(connection, self._owner)
            return list(connection.execute(_RENEW, values).scalars())

        return await self._do(renewed)

    async def give_back(self, names: Collection[str]) -> None:
        await self._let_go(_GIVE_BACK, {"names": list(names), "owner": self._owner})

    async def leave(self) -> None:
        await self._let_go(_LEAVE, {"owner": self._owner})

    async def standing(self) -> Standing:
        members, shards = await self._do(lambda connection: connection.execute(_STANDING).one())
        return Standing(
            tuple(sorted((_member(row) for row in members), key=lambda each: each.id)),
            {
                shard: Held(owner or None, size)
                for name, owner, size in shards
                if (shard := shard_in(name)) is not None
            },
        )

    async def sweep(self) -> None:
        """Takes away what is left of processes that are long gone."""

        def swept(connection: Connection) -> None:
            for statement in _SWEEP:
                connection.execute(statement)

        await self._do(swept)

    async def _let_go(self, statement: TextClause, values: Mapping[str, Any]) -> None:
        def let_go(connection: Connection) -> None:
            one_by_one(connection, self._owner)
            connection.execute(statement, values)

        await self._do(let_go)

    async def _do(self, work: Callable[[Connection], Answer]) -> Answer:
        try:
            return await self._database.transact(work)
        except (SQLAlchemyError, OSError) as error:
            raise NotStoredError(error) from error


def _fences(connection: Connection, statement: TextClause, values: Mapping[str, Any]) -> dict[str, int]:
    return {row.name: row.fence for row in connection.execute(statement, values)}


def _member(row: Mapping[str, Any]) -> Member:
    known = {name: row[name] for name in Member.__slots__ if name in row and name != "started_at"}
    started_at = datetime.fromisoformat(row["started_at"])
    return Member(**known, started_at=started_at.replace(tzinfo=UTC))
