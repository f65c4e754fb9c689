"""A cluster on an empty database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.cluster.cluster import ClusterHouse
from tests.e2e.conftest import House
from tests.support.postgres import EMPTY, Postgres, empty_postgres, postgres

__all__ = ["empty_postgres", "postgres"]


@pytest.fixture
def cluster(house: House, empty_postgres: Postgres) -> Iterator[ClusterHouse]:
    """With nobody in it yet."""
    with empty_postgres.database(EMPTY) as url:
        yield ClusterHouse(house, url)
