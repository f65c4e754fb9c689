"""All that the tables have of a server, deleted."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Delete, Table, delete, select

from bot.broadcast.owning.looking import What
from bot.storage.changes import NOBODY_ELSE, Changes
from bot.storage.connections import Database, read
from bot.storage.schema import broadcasts, left_servers, metadata
from bot.storage.writer import Writer, insert_new

AT_ONCE = 10
"""Broadcasts in one transaction, with all that belongs to them."""


class DatabaseServers:
    """The `ServerRecords`."""

    def __init__(self, database: Database, writer: Writer, changes: Changes = NOBODY_ELSE) -> None:
        self._database = database
        self._writer = writer
        self._changes = changes

    async def known(self) -> set[int]:
        return {
            row.guild_id
            for table in metadata.sorted_tables
            if "guild_id" in table.c and table is not left_servers
            for row in await read(
                self._database, select(table.c.guild_id).where(table.c.guild_id.is_not(None)).distinct()
            )
        }

    async def left_before(self, moment: datetime) -> list[int]:
        due = select(left_servers).where(left_servers.c.left_at <= moment)
        return [row.guild_id for row in await read(self._database, due)]

    async def note_left(self, guild_ids: Collection[int], at: datetime) -> None:
        rows = [{"guild_id": guild_id, "left_at": at} for guild_id in guild_ids]
        await self._writer.execute(*(insert_new(left_servers, row) for row in rows), is_fact=True)

    async def note_back(self, guild_ids: Collection[int]) -> None:
        there = left_servers.c.guild_id.in_(list(guild_ids))
        await self._writer.execute(delete(left_servers).where(there), is_fact=True)

    async def broadcasts_of(self, guild_id: int) -> Sequence[str]:
        theirs = select(broadcasts.c.id).where(broadcasts.c.guild_id == guild_id)
        return [row.id for row in await read(self._database, theirs)]

    async def delete(self, guild_id: int) -> None:
        ids = await self.broadcasts_of(guild_id)
        for start in range(0, len(ids), AT_ONCE):
            await self._writer.execute(*_of_broadcasts(ids[start : start + AT_ONCE]))
        await self._writer.execute(
            *(
                delete(table).where(table.c.guild_id == guild_id)
                for table in reversed(metadata.sorted_tables)
                if "guild_id" in table.c
            ),
            *self._changes.noted(What.SERVERS, guild_id),
        )


def of_broadcasts(table: Table, ids: Collection[str]) -> ColumnElement[bool] | None:
    """Which rows of a table belong to these broadcasts; None of one that belongs to none."""
    if table is broadcasts:
        return broadcasts.c.id.in_(ids)
    if "broadcast_id" in table.c:
        return table.c.broadcast_id.in_(ids)
    for key in table.foreign_keys:
        above = of_broadcasts(key.column.table, ids)
        if above is not None:
            return key.parent.in_(select(key.column).where(above))
    return None


def _of_broadcasts(ids: Collection[str]) -> Iterator[Delete]:
    """What refers to something goes before it."""
    for table in reversed(metadata.sorted_tables):
        theirs = of_broadcasts(table, ids)
        if theirs is not None:
            yield delete(table).where(theirs)
