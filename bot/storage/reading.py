"""Questions to the database."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.storage.unbroken import to_the_end


@to_the_end
async def read(engine: AsyncEngine, query: Select[Any]) -> Sequence[Row[Any]]:
    """The rows of a query."""
    async with engine.connect() as connection:
        found: Sequence[Row[Any]] = (await connection.execute(query)).all()
    return found
