"""Where people are in the tables."""

from sqlalchemy import Column, Table

from bot.storage.schema import metadata
from bot.storage.schema.columns import IS_PERSON, STAYS


def personal_tables() -> list[Table]:
    """The tables that have people in them."""
    return [table for table in metadata.sorted_tables if person_columns(table)]


def person_columns(table: Table) -> list[Column[int]]:
    """The columns of a table that have IDs of people."""
    return [column for column in table.columns if column.info.get(IS_PERSON)]


def stays(column: Column[int]) -> bool:
    """Whether it keeps the ID of who is forgotten."""
    return bool(column.info.get(STAYS))
