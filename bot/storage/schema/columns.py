"""What tables are made of."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

import sqlalchemy as sa

IS_PERSON, STAYS = "is a person's ID", "stays when they are forgotten"

Kind = TypeVar("Kind", bound=StrEnum)


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware datetime, kept in UTC: SQLite forgets time zones, so none but UTC goes in."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def storable(text: str) -> str:
    """Text as every database can keep it: halves of surrogate pairs and nulls become question marks."""
    return text.encode(errors="replace").decode().replace("\0", "?")


def known(kind: type[Kind], value: str, otherwise: Kind) -> Kind:
    """What a stored word means; `otherwise` for one that a newer version of the bot has stored."""
    try:
        return kind(value)
    except ValueError:
        return otherwise


class AnyText(sa.TypeDecorator[str]):
    """Text from outside: see `storable`."""

    impl: type[sa.String] = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else storable(value)


class AnyString(AnyText):
    """The same, of limited length."""

    impl = sa.String
    cache_ok = True


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def person_id(
    name: str, *, is_key: bool = False, is_known: bool = True, stays: bool = False
) -> sa.Column[int]:
    """Somebody's ID at Discord, or the key that is in its place when they are forgotten: that is negative.

    All that is kept of somebody is found by these columns: see `bot/storage/people/`. One that `stays` is not
    forgotten: what it holds ends by itself.
    """
    return sa.Column(
        name,
        sa.BigInteger,
        primary_key=is_key,
        autoincrement=False,
        nullable=not is_known,
        info={IS_PERSON: True, STAYS: stays},
    )


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> sa.Index:
    """An index of those rows of its table alone of which `where` is true."""
    condition = sa.text(where)
    return sa.Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def version() -> sa.Column[int]:
    """Goes up whenever a row is overwritten whole: who has read another one can notice it."""
    return sa.Column("version", sa.Integer, nullable=False, server_default="1")
