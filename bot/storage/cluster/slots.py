"""The claims to accounts' streams, as rows that all processes see.

Who changes an account's claims has its row locked meanwhile. Nobody skips what is locked: by these rules a
claim may go only as all others stand, and two who passed each other over would both find the last slot free.
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, delete, insert, select, text, update

from bot.broadcast.limits.shared_claims import CLAIMED_S, SharedClaim, SharedClaims
from bot.broadcast.owning.bell import Ring
from bot.storage.cluster.bell import ServerBell
from bot.storage.connections import Database
from bot.storage.schema import slot_claims, slot_pools
from bot.storage.writer import insert_new

Answer = TypeVar("Answer")
Rows = dict[int, dict[str, Any]]

# A process that is stopped in the middle has not the others wait for it.
_SOON = text(
    "SELECT set_config('lock_timeout', '2s', true), "
    "set_config('idle_in_transaction_session_timeout', '3s', true)"
)
_NOW = text("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS double precision)")


def database_now(connection: Connection) -> float:
    """Seconds by the database's clock: the same for all processes."""
    return float(connection.execute(_NOW).scalar_one())


class DatabaseSlots:
    """The `SlotBook`, in a server's database."""

    def __init__(
        self,
        database: Database,
        bell: ServerBell,
        owner: str,
        now: Callable[[Connection], float] = database_now,
    ) -> None:
        self._database = database
        self._bell = bell
        self._owner = owner
        self._now = now

    async def change(self, account: str, change: Callable[[SharedClaims], Answer]) -> Answer:
        """As `SlotBook.change`."""
        return await self._database.transact(lambda connection: self._changed(connection, account, change))

    async def renew(self) -> None:
        """As `SlotBook.renew`."""

        def renewed(connection: Connection) -> None:
            ours = update(slot_claims).where(slot_claims.c.owner == self._owner)
            connection.execute(ours.values(until=self._now(connection) + CLAIMED_S))

        await self._database.transact(renewed)

    def _changed(
        self, connection: Connection, account: str, change: Callable[[SharedClaims], Answer]
    ) -> Answer:
        connection.execute(_SOON)
        pool = select(slot_pools).where(slot_pools.c.account == account).with_for_update()
        before = connection.execute(pool).mappings().one_or_none()
        if before is None:
            connection.execute(insert_new(slot_pools, {"account": account}))
            before = connection.execute(pool).mappings().one()
        # A statement of its own: it sees what was committed while that lock was waited for.
        found = connection.execute(select(slot_claims).where(slot_claims.c.account == account)).mappings()
        rows = {row["number"]: dict(row) for row in found}
        claims = _read(dict(before), rows, self._now(connection))
        answer = change(claims)
        after, pool_after = _rows(account, claims), _pool(account, claims)
        if (rows, dict(before)) != (after, pool_after):
            _store(connection, account, rows, after)
            connection.execute(update(slot_pools).where(slot_pools.c.account == account).values(pool_after))
            notice = self._bell.notice(Ring.SLOTS)
            connection.execute(notice.statement, notice.row)
        return answer


def _read(pool: dict[str, Any], rows: Rows, now: float) -> SharedClaims:
    claims = SharedClaims(now)
    claims.next_number, claims.pause_s = pool["next_number"], pool["pause_s"]
    claims.retry_at, claims.cut_off = pool["retry_at"], json.loads(pool["cut_off"])
    for number, row in sorted(rows.items()):
        claim = SharedClaim(number, row["broadcast"], row["owner"], row["until"], row["went_at"])
        (claims.held if row["is_held"] else claims.line).append(claim)
        if number == pool["trying"]:
            claims.trying = claim
    claims.put_in_order()
    return claims


def _pool(account: str, claims: SharedClaims) -> dict[str, Any]:
    return {
        "account": account,
        "next_number": claims.next_number,
        "pause_s": claims.pause_s,
        "retry_at": claims.retry_at,
        "trying": claims.trying.number if claims.trying else None,
        "cut_off": json.dumps(claims.cut_off),
    }


def _rows(account: str, claims: SharedClaims) -> Rows:
    return {
        each.number: {
            "account": account,
            "number": each.number,
            "broadcast": each.of,
            "owner": each.owner,
            "until": each.until,
            "is_held": each in claims.held,
            "went_at": each.went_at,
        }
        for each in claims
    }


def _store(connection: Connection, account: str, before: Rows, after: Rows) -> None:
    of_account = slot_claims.c.account == account
    if gone := before.keys() - after.keys():
        connection.execute(delete(slot_claims).where(of_account, slot_claims.c.number.in_(list(gone))))
    for number, row in after.items():
        if number not in before:
            connection.execute(insert(slot_claims).values(row))
        elif changed := {name: value for name, value in row.items() if value != before[number][name]}:
            theirs = of_account & (slot_claims.c.number == number)
            connection.execute(update(slot_claims).where(theirs).values(changed))
