"""Servers' own accounts, as they are stored: their keys sealed."""

from collections.abc import Awaitable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, select

from bot.broadcast.accounts import StoredAccount
from bot.broadcast.model import Viewer
from bot.broadcast.owning.looking import What
from bot.storage.changes import NOBODY_ELSE, Changes
from bot.storage.connections import Database, read
from bot.storage.names import named
from bot.storage.rows import is_called
from bot.storage.schema import accounts, people, streams
from bot.storage.writer import Writer, upsert

_ACCOUNTS = select(accounts, people.c.name).select_from(
    accounts.outerjoin(people, is_called(people, accounts.c.set_by_id, accounts.c.guild_id))
)


class DatabaseAccounts:
    """The `AccountRecords`."""

    def __init__(self, database: Database, writer: Writer, changes: Changes = NOBODY_ELSE) -> None:
        self._database = database
        self._writer = writer
        self._changes = changes

    async def all_accounts(self) -> list[StoredAccount]:
        return [_account(row) for row in await read(self._database, _ACCOUNTS.order_by(accounts.c.set_at))]

    async def account(self, account_id: str) -> StoredAccount | None:
        found = await read(self._database, _ACCOUNTS.where(accounts.c.id == account_id))
        return _account(found[0]) if found else None

    async def save_accounts(self, *stored: StoredAccount) -> None:
        await self._writer.execute(
            *(name for each in stored for name in named(each.guild_id, each.set_by)),
            *(upsert(accounts, _row(each)) for each in stored),
            *self._changes.noted(What.ACCOUNTS, *(each.id for each in stored)),
        )

    def delete_accounts(self, account_ids: Collection[str]) -> Awaitable[None]:
        theirs = accounts.c.id.in_(list(account_ids))
        noted = self._changes.noted(What.ACCOUNTS, *account_ids)
        return self._writer.execute(delete(accounts).where(theirs), *noted, is_fact=True)

    async def streamed_s(self, account_id: str, since: datetime) -> float:
        theirs = select(streams.c.started_at, streams.c.ended_at).where(
            streams.c.account_id == account_id,
            streams.c.intended_at >= since,
            streams.c.service_id.is_not(None),
            streams.c.ended_at.is_not(None),
        )
        lasted = [row.ended_at - row.started_at for row in await read(self._database, theirs)]
        return sum(lasted, timedelta()).total_seconds()


def _row(stored: StoredAccount) -> dict[str, Any]:
    return {
        "id": stored.id,
        "guild_id": stored.guild_id,
        "sealed_key": stored.sealed_key,
        "slots": stored.slots,
        "set_by_id": stored.set_by.id,
        "set_at": stored.set_at,
        "replaced_at": stored.replaced_at,
    }


def _account(row: Row[Any]) -> StoredAccount:
    return StoredAccount(
        id=row.id,
        guild_id=row.guild_id,
        sealed_key=row.sealed_key,
        slots=row.slots,
        set_by=Viewer(row.set_by_id, row.name or ""),
        set_at=row.set_at,
        replaced_at=row.replaced_at,
    )
