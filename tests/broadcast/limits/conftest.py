"""Pools in three ways, one of them in a real PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from tests.broadcast.limits.houses import House, Open, alone, in_database, in_memory
from tests.support.postgres import EMPTY, Postgres, empty_postgres, postgres

__all__ = ["empty_postgres", "postgres"]


@pytest.fixture(params=["alone", "in memory", "in a database"])
def how(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def opened(how: str, request: pytest.FixtureRequest) -> AsyncIterator[Open]:
    async with AsyncExitStack() as stack:

        async def open_house(size: int, *, kept: int = 0) -> House:
            if how == "in a database":
                server: Postgres = request.getfixturevalue("empty_postgres")
                url = stack.enter_context(server.database(EMPTY))
                return await stack.enter_async_context(in_database(url, size, kept, 3))
            house = {"alone": alone, "in memory": in_memory}[how](size, kept, 3)
            return await stack.enter_async_context(house)

        yield open_house
