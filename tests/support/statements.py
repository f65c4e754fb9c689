"""Statements compiled once in a test process: the bot of each test has engines of its own."""

from sqlalchemy import Engine
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

_first: dict[str, Engine] = {}
"""By driver, the engine whose dialect and compiled statements all later ones have too."""


def share_compiled_statements() -> None:
    """From now on, by SQLAlchemy's own hook for engines that were made."""
    SQLiteDialect.engine_created = staticmethod(_share)  # type: ignore[method-assign]


def _share(engine: Engine) -> None:
    first = _first.setdefault(engine.driver, engine)
    engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
