"""All that the database keeps of somebody, as they may have it."""

import asyncio
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, or_, select

from bot.broadcast.people import Told
from bot.storage.connections import Database, read
from bot.storage.people.columns import person_columns, personal_tables
from bot.storage.schema import broadcasts, streams

SECRET = streams.c.session.name
_LARGEST = 2**53
"""Above that, what reads JSON may round whole numbers."""


async def kept_of(database: Database, person_id: int) -> Told:
    """By table: each row that has them, without anybody else."""
    told: dict[str, list[Mapping[str, object]]] = {}
    for table in personal_tables():
        theirs = select(table).where(or_(*(column == person_id for column in person_columns(table))))
        told[table.name] = await _entries(table, await read(database, theirs), person_id)
    begun = select(streams).join(broadcasts).where(broadcasts.c.host_id == person_id)
    told[streams.name] = await _entries(streams, await read(database, begun), person_id)
    return told


async def _entries(table: Table, rows: Sequence[Row[Any]], person_id: int) -> list[Mapping[str, object]]:
    """In a thread: they may be ten thousands."""
    people = {column.name for column in person_columns(table)}
    return await asyncio.to_thread(lambda: [_entry(row, people, person_id) for row in rows])


def _entry(row: Row[Any], people: Set[str], person_id: int) -> Mapping[str, object]:
    """Without whoever else is in it; and nothing that opens a connection, or is a picture."""
    return {
        name: _plain(value)
        for name, value in row._mapping.items()
        if value is not None and not isinstance(value, bytes) and name != SECRET
        if name not in people or value == person_id
    }


def _plain(value: Any) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    is_large = isinstance(value, int) and abs(value) >= _LARGEST
    return str(value) if is_large else value
