"""What tables are made of."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeVar

import sqlalchemy as sa

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


def version() -> sa.Column[int]:
    """Goes up whenever a row is overwritten whole: who has read another one can notice it."""
    return sa.Column("version", sa.Integer, nullable=False, server_default="1")
