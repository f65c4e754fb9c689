"""All that one database has, taken over by another one, and looked at again there."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Table, func, insert, select

from bot.kit.errors import StartError
from bot.storage.address import shown
from bot.storage.backup import back_up, check_free, take_away
from bot.storage.connections import Database
from bot.storage.contents import Contents
from bot.storage.database import errors_explained, open_database
from bot.storage.schema import metadata
from bot.storage.search.choosing import index_of
from bot.storage.search.places import SEARCHED

AT_ONCE = 1000
"""Rows that are in memory."""
_SUM_BYTES = 16


class Copied(NamedTuple):
    """A table, and how many rows it has."""

    name: str
    rows: int


class _Count:
    """How many rows passed, and a sum of what they say, in whatever order."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, rows: Sequence[Row[Any]]) -> None:
        for row in rows:
            said = hashlib.blake2b(repr(tuple(row)).encode(errors="replace"), digest_size=_SUM_BYTES).digest()
            self._sum = (self._sum + int.from_bytes(said)) % (1 << 8 * _SUM_BYTES)
        self.rows += len(rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Count) and (self.rows, self._sum) == (other.rows, other._sum)

    __hash__ = None  # type: ignore[assignment]


async def copy_database(
    source_url: str, target_url: str, backup_dir: Path | None, told: Callable[[Copied], object]
) -> int:
    """Fills an empty database with all that another one has, while no bot has either; all or nothing.
    Returns how many rows that are.

    `told` of each table once all of it is there. The other one is brought to the newest schema before. Raises
    `StartError`, also when what is there afterwards is not what was read.
    """
    if shown(source_url) == shown(target_url):
        raise StartError("A database cannot be copied to itself. Name another one.")
    async with (
        open_database(source_url, alone=True, backup_dir=backup_dir) as source,
        open_database(target_url, alone=True, backup_dir=backup_dir) as target,
    ):
        with errors_explained(target_url):
            return await asyncio.to_thread(_copy_all, source, target, shown(target_url), told)


async def copy_of_server(source_url: str, to: Path, *, is_replacing: bool = False) -> Contents:
    """A file of SQLite's with all that a server's database has at one moment, also while bots write in it.

    As a copy of a file (`back_up`): whole, read through, and put in place in one step. Raises `StartError`.
    """
    check_free(to, is_replacing=is_replacing)
    part = to.with_name(f".{to.name}.copying")
    take_away(part)
    try:
        url = f"sqlite:///{part.absolute()}"
        async with open_database(source_url) as source, open_database(url) as target:
            with errors_explained(url):
                await asyncio.to_thread(_copy_all, source, target, url, lambda _: None)
        return await asyncio.to_thread(back_up, part, to, is_replacing=is_replacing)
    finally:
        take_away(part)


def _copy_all(source: Database, target: Database, name: str, told: Callable[[Copied], object]) -> int:
    rows = 0
    # Not by `ask`, nor by `transact`: a server is not away because this takes long.
    with source.engine.connect() as reading, target.engine.begin() as writing:
        if source.dialect == "postgresql":  # all of it as it is at one moment; so it is in a file anyway
            reading.execution_options(isolation_level="REPEATABLE READ")
        for table in metadata.sorted_tables:
            if writing.execute(select(func.count()).select_from(table)).scalar():
                raise StartError(
                    f"The database {name} is not empty (it has {table.name}). Name an empty one."
                )
        for table in metadata.sorted_tables:
            copy = _copy(table, reading, writing)
            told(copy)
            rows += copy.rows
        for part in _placed(reading):
            index_of(target.dialect).enter_placed(writing, part)
        if target.dialect == "postgresql":
            count_on(writing)
    return rows


def count_on(connection: Connection) -> None:
    """PostgreSQL counts keys by sequences, which know nothing of those that were copied."""
    for table in ("guild_numbers.number", "actions.id"):
        name, _, key = table.partition(".")
        newest = f"(SELECT COALESCE(MAX({key}), 0) + 1 FROM {name})"  # noqa: S608 - names of ours
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{name}', '{key}'), {newest}, false)"
        )


def _copy(table: Table, reading: Connection, writing: Connection) -> Copied:
    before, after = _Count(), _Count()
    for part in _parts(table, reading):
        before.add(part)
        writing.execute(insert(table), [dict(row._mapping) for row in part])
    for part in _parts(table, writing):
        after.add(part)
    if before != after:
        raise StartError(f"What was copied of {table.name} is not what was read. Nothing was changed.")
    return Copied(table.name, after.rows)


def _parts(table: Table, connection: Connection) -> Iterator[Sequence[Row[Any]]]:
    yield from connection.execute(select(table), execution_options={"yield_per": AT_ONCE}).partitions()


def _placed(reading: Connection) -> Iterator[Sequence[tuple[int, str]]]:
    """The places and words of all texts that are searched, so many at once."""
    for name in SEARCHED:
        table = metadata.tables[name]
        texts = select(table.c.text_id, table.c.prompt).where(table.c.text_id.is_not(None))
        for part in reading.execute(texts, execution_options={"yield_per": AT_ONCE}).partitions():
            yield [(place, prompt) for place, prompt in part]
