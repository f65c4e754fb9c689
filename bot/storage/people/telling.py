"""All that the database keeps of somebody, as they may have it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Row, Table, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.broadcast.people import Told
from bot.storage.people.columns import person_columns, personal_tables
from bot.storage.schema import broadcasts, streams
from bot.storage.unbroken import read

_LARGEST = 2**53
"""Above that, what reads JSON may round whole numbers."""


async def kept_of(engine: AsyncEngine, person_id: int) -> Told:
    """By table: each row that has them, without anybody else."""
    told: dict[str, list[Mapping[str, object]]] = {}
    for table in personal_tables():
        theirs = select(table).where(or_(*(column == person_id for column in person_columns(table))))
        told[table.name] = [_entry(table, row, person_id) for row in await read(engine, theirs)]
    begun = select(streams).join(broadcasts).where(broadcasts.c.host_id == person_id)
    told[streams.name] = [_entry(streams, row, person_id) for row in await read(engine, begun)]
    return told


def _entry(table: Table, row: Row[Any], person_id: int) -> Mapping[str, object]:
    values = row._asdict()
    return {
        column.name: _plain(values[column.name])
        for column in table.columns
        if values[column.name] is not None and _is_for(column, values[column.name], person_id)
    }


def _is_for(column: Column[Any], value: Any, person_id: int) -> bool:
    """Not who else is in it; and nothing that opens a connection, or is a picture."""
    if column in person_columns(column.table):
        return bool(value == person_id)
    return not isinstance(value, bytes) and column is not streams.c.session


def _plain(value: Any) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    is_large = isinstance(value, int) and abs(value) >= _LARGEST
    return str(value) if is_large else value
