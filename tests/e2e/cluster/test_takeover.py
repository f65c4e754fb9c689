"""Several processes are one bot: what one had goes on in the others, and nothing of it is lost or doubled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.cluster.cluster import SHARDS, ClusterHouse
from tests.e2e.conftest import House
from tests.e2e.test_resume import kill
from tests.support.postgres import EMPTY, Postgres, empty_postgres, postgres

__all__ = ["empty_postgres", "postgres"]

TAKEN_OVER_S = 20.0


@pytest.fixture
def cluster(house: House, empty_postgres: Postgres) -> Iterator[ClusterHouse]:
    with empty_postgres.database(EMPTY) as url:
        yield ClusterHouse(house, url)


@pytest.mark.outage("a process of a cluster is killed")
async def test_what_a_killed_process_had_goes_on_in_another(cluster: ClusterHouse) -> None:
    """The same panel, each with a second stream, and with what waited in line; what others had runs on."""
    async with cluster.bot() as first, cluster.bot() as second:
        await cluster.shared_by(2)
        panels = [await cluster.live(channel) for channel in cluster.channels]
        for channel in cluster.channels:
            await cluster.say(channel, "snow")
        killed = [channel for channel in cluster.channels if cluster.pid_of(channel) == first.pid]
        assert len(killed) == SHARDS // 2
        await kill(first)
        await cluster.on_air_anew(killed, within_s=TAKEN_OVER_S)
        for channel, panel in zip(cluster.channels, panels, strict=True):
            await cluster.say(channel, "rain")
            assert (await cluster.seen(channel, "Live")).id == panel.id
        assert {cluster.pid_of(channel) for channel in cluster.channels} == {second.pid}
        assert cluster.known("SELECT state, count(*) FROM broadcasts GROUP BY 1") == [("live", 4)]
        assert cluster.known("SELECT DISTINCT outcome FROM suggestions") == [("acknowledged",)]
