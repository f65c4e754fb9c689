"""Which index a database has."""

import functools

from bot.storage.search.fts5 import Fts5Index
from bot.storage.search.port import TextIndex


@functools.cache
def index_of(dialect: str) -> TextIndex:
    """The index of the database that speaks it."""
    if dialect == "sqlite":
        return Fts5Index()
    from bot.storage.search.tsvector import TsvectorIndex

    return TsvectorIndex()
