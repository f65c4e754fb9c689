"""Several processes on one database."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import psycopg
import pytest

from bot.storage.database import open_database
from bot.storage.leases import DatabaseLeases, open_leases
from tests.support.postgres import EMPTY, Postgres


@dataclass
class Cluster:
    """A database that several processes share."""

    url: str

    @asynccontextmanager
    async def book(self, owner: str) -> AsyncIterator[DatabaseLeases]:
        """The leases of one of them, on its own connection."""
        async with open_database(self.url, shared=True) as database, open_leases(database, owner) as leases:
            yield leases

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

    def run_out(self, *names: str) -> None:
        """Time passes for these."""
        self.execute(
            f"UPDATE leases SET until = until - interval '15 s' WHERE name = ANY('{{{','.join(names)}}}')"
        )


@pytest.fixture
def cluster(empty_postgres: Postgres) -> Iterator[Cluster]:
    with empty_postgres.database(EMPTY) as url:
        yield Cluster(url)
