"""Statements of a transaction, executed in order; what inserts the same kind of row, many rows at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Executable, FromClause, Insert, Select

Rows = Sequence[Mapping[str, Any]]


class Upsert(NamedTuple):
    """A row that is inserted, or takes the place of the one with its primary key."""

    statement: Executable
    row: Mapping[str, Any]


Statement = Executable | Upsert


def execute(statements: Iterable[Statement], connection: Connection) -> None:
    """Each by itself: to a file there is no way that would be saved."""
    for statement in statements:
        if isinstance(statement, Upsert):
            connection.execute(statement.statement, statement.row)
        else:
            connection.execute(statement)


def execute_together(statements: Iterable[Statement], connection: Connection) -> None:
    """The same for a server: rows of a kind go there together, as one question that is answered once."""
    for statement, rows in together(statements):
        if rows is None:
            connection.execute(statement)
        else:
            connection.execute(statement, rows)


def together(statements: Iterable[Statement]) -> Iterator[tuple[Executable, Rows | None]]:
    """Brings rows of a kind together, as far as that changes nothing.

    A row goes to those of its kind that came before, unless something that it may need stands in between: a
    row of its own table, or of one that it refers to. What is no row, nothing goes past.
    """
    kinds: list[tuple[Insert, list[Mapping[str, Any]]]] = []
    for statement in statements:
        insert, row = statement if isinstance(statement, Upsert) else (statement, None)
        if row is None or not isinstance(insert, Insert):
            yield from kinds
            kinds = []
            yield insert, None if row is None else [row]
            continue
        for kind, rows in reversed(kinds):
            if kind is insert:
                rows.append(row)
                break
            if kind.table in _needed_by(insert):
                kinds.append((insert, [row]))
                break
        else:
            kinds.append((insert, [row]))
    yield from kinds


@lru_cache(256)
def _needed_by(statement: Insert) -> set[FromClause]:
    """The tables that a row may need something of."""
    table = statement.table
    read = statement.select.get_final_froms() if isinstance(statement.select, Select) else []
    return {table, *(key.column.table for key in table.foreign_keys), *read}
