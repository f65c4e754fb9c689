"""What the processes of a cluster share besides: the streams of the account, and who is forgotten."""

from __future__ import annotations

import asyncio

from tests.e2e.cluster.cluster import ClusterHouse
from tests.e2e.conftest import WAIT_S
from tests.e2e.test_resume import kill

ONE_SLOT = {"CONCURRENT_STREAMS": "1"}


async def test_a_slot_goes_from_process_to_process(cluster: ClusterHouse) -> None:
    """The account has one. Who asks elsewhere waits, whatever dies, until the one that has it ends."""
    async with cluster.bot(**ONE_SLOT) as first, cluster.bot(**ONE_SLOT) as second:
        await cluster.shared_by(2)
        has, waits = cluster.had_by(first)[0], cluster.had_by(second)[0]
        await cluster.live(has)
        await cluster.house.discord.user("mika").slash(waits, "odyssey start", prompt="A lake")
        await cluster.until("SELECT count(*) FROM slot_claims WHERE NOT is_held", [(1,)])
        await kill(first)
        await cluster.on_air_anew([has], within_s=WAIT_S)
        assert cluster.known("SELECT state, count(*) FROM broadcasts GROUP BY 1 ORDER BY 1") == [
            ("live", 1),
            ("requested", 1),
        ]
        await cluster.house.discord.user("mika").slash(has, "odyssey end")
        await cluster.seen(waits, "Live")
        await cluster.until("SELECT count(*) FROM slot_claims", [(1,)])


async def test_who_is_forgotten_is_forgotten_where_a_broadcast_runs(cluster: ClusterHouse) -> None:
    """Wherever they ask for it: nothing of theirs waits in another process, and no table has them."""
    async with cluster.bot() as first, cluster.bot() as second:
        await cluster.shared_by(2)
        here, there = cluster.had_by(first)[0], cluster.had_by(second)[0]
        mika, robin = cluster.house.discord.user("mika"), cluster.house.discord.user("robin")
        setting = await mika.slash(there, "odyssey settings", name="mode", value="host")
        await setting.final(timeout_s=WAIT_S)
        await cluster.live(there)
        await robin.send(there, "!snow")
        await cluster.seen(there, "1 waits for a moderator")
        question = await (await robin.slash(here, "odyssey forget-me")).final(timeout_s=WAIT_S)
        await robin.click(question, label="Forget me")
        waits = f"SELECT count(*) FROM suggestions WHERE viewer_id = {robin.id}"
        await cluster.until(waits, [(0,)], within_s=30)
        async with asyncio.timeout(WAIT_S):
            while any("waits for a moderator" in each.text for each in cluster.house.discord.messages(there)):
                await asyncio.sleep(0.05)
