"""Reads that are brought to their end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.ext.asyncio import AsyncEngine


async def read(engine: AsyncEngine, query: Select[Any]) -> Sequence[Row[Any]]:
    """The rows of a query. It goes on to its end, which takes moments, before a cancelled caller is.

    Cut off in the middle, its connection and the thread behind it would be left open.
    """
    reading = asyncio.create_task(_rows(engine, query), name="a read")
    try:
        return await asyncio.shield(reading)
    except asyncio.CancelledError:
        while not reading.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({reading})
        raise


async def _rows(engine: AsyncEngine, query: Select[Any]) -> Sequence[Row[Any]]:
    async with engine.connect() as connection:
        found: Sequence[Row[Any]] = (await connection.execute(query)).all()
    return found
