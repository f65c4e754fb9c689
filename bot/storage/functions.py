"""What each database has a way of its own to say."""

from typing import Any

from sqlalchemy import Float
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class seconds_since(FunctionElement[float]):  # noqa: N801 - as SQLAlchemy's own
    """How many seconds the first of two moments is after the second."""

    type = Float()
    inherit_cache = True


class as_entered(FunctionElement[Any]):  # noqa: N801
    """Orders rows of a table, given by its key, as they were entered; where nobody knows that, by the key."""

    inherit_cache = True


@compiles(seconds_since, "sqlite")
def _by_days(element: seconds_since, compiler: Any, **options: Any) -> str:
    later, earlier = (compiler.process(each, **options) for each in element.clauses)
    return f"((julianday({later}) - julianday({earlier})) * 86400)"


@compiles(seconds_since, "postgresql")
def _by_interval(element: seconds_since, compiler: Any, **options: Any) -> str:
    later, earlier = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST(EXTRACT(EPOCH FROM ({later} - {earlier})) AS DOUBLE PRECISION)"


@compiles(as_entered, "sqlite")
def _by_rowid(element: as_entered, compiler: Any, **options: Any) -> str:
    [key] = element.clauses
    return f"{key.table.name}.rowid"


@compiles(as_entered, "postgresql")
def _by_key(element: as_entered, compiler: Any, **options: Any) -> str:
    [key] = element.clauses
    text: str = compiler.process(key, **options)
    return text
