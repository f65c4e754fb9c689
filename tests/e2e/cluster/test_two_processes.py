"""Two bots, one database: each has servers of its own, and what one had goes on with the other."""

import pytest

from tests.e2e.cluster.conftest import TAKEN_OVER_S, Cluster, kill
from tests.e2e.test_resume import watch_path


@pytest.mark.long
@pytest.mark.outage("a process of a cluster is killed")
async def test_killed_its_broadcasts_go_on_elsewhere(cluster: Cluster) -> None:
    """The same panel, the same link, the world as it stood, another stream; all are answered."""
    async with cluster.bots(2) as (one, two):
        here = next(channel for channel in cluster.channels if cluster.owner_of(channel) == one.pid)
        there = next(channel for channel in cluster.channels if cluster.owner_of(channel) == two.pid)
        panel, other = await cluster.live_broadcast(here), await cluster.live_broadcast(there, "A forest")
        await cluster.steered(here, "snow")
        await cluster.steered(there, "fog")
        await kill(one)
        await cluster.until(
            lambda: set(cluster.held().values()) == {two.pid} and len(cluster.owners()) == 4,
            within_s=TAKEN_OVER_S,
        )
        await cluster.until(
            lambda: cluster.known("SELECT max(number) FROM streams WHERE service_id IS NOT NULL") == [(2,)]
        )
        await cluster.steered(here, "rain")
        await cluster.steered(there, "sun")
        shown = await cluster.shown("🔴 Live", here)
        assert (shown.id, watch_path(shown)) == (panel.id, watch_path(panel))
        assert (await cluster.shown("🔴 Live", there)).id == other.id
    streams = "SELECT b.prompt, s.number FROM streams s JOIN broadcasts b ON b.id = s.broadcast_id"
    assert sorted(cluster.known(streams)) == [("A forest", 1), ("A harbour", 1), ("A harbour", 2)]
    applied = "SELECT prompt FROM suggestions WHERE outcome = 'acknowledged'"
    assert sorted(cluster.known(applied)) == [("fog",), ("rain",), ("snow",), ("sun",)]
