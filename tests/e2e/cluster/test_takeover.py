"""Several processes are one bot: what one had goes on in the others, and nothing of it is lost or doubled."""

from __future__ import annotations

import asyncio
import signal

import pytest

from tests.e2e.cluster.cluster import SHARDS, ClusterHouse
from tests.e2e.conftest import WAIT_S, House
from tests.e2e.test_resume import kill
from tests.e2e.test_stop import SLOWER
from tests.support.postgres import running_postgres, server_directory

TAKEN_OVER_S = 20.0
GAP_S = 5.0
LEASE_S = 15.0
STREAMS = "SELECT id, broadcast_id, number, ended_at, end_reason FROM streams ORDER BY 1"
GAP = "extract(epoch FROM b.started_at - a.ended_at)"
GAPS = (
    "SELECT {} FROM streams a JOIN streams b "
    "ON a.broadcast_id = b.broadcast_id AND b.number = a.number + 1 WHERE b.service_id IS NOT NULL"
)


@pytest.mark.outage("a process of a cluster is killed")
async def test_what_a_killed_process_had_goes_on_in_another(cluster: ClusterHouse) -> None:
    """The same panel, each with a second stream, and with what waited in line; what others had runs on."""
    async with cluster.bot() as first, cluster.bot() as second:
        await cluster.shared_by(2)
        panels = [await cluster.live(channel) for channel in cluster.channels]
        for channel in cluster.channels:
            await cluster.say(channel, "snow")
        killed = cluster.had_by(first)
        assert len(killed) == SHARDS // 2
        await kill(first)
        await cluster.house.discord.user("robin").send(killed[0], "!fog")  # nobody hears it
        await cluster.on_air_anew(killed, within_s=SLOWER * TAKEN_OVER_S)
        await cluster.seen(killed[0], "> fog")
        for channel, panel in zip(cluster.channels, panels, strict=True):
            await cluster.say(channel, "rain")
            assert (await cluster.seen(channel, "Live")).id == panel.id
        assert set(cluster.had_by(second)) == set(cluster.channels)
        assert cluster.known("SELECT state, count(*) FROM broadcasts GROUP BY 1") == [("live", 4)]
        told = "SELECT outcome, count(*) FROM suggestions GROUP BY 1"
        assert cluster.known(told) == [("acknowledged", 2 * SHARDS + 1)]


@pytest.mark.outage("a process of a cluster is stopped")
async def test_a_process_that_is_stopped_hands_over(cluster: ClusterHouse) -> None:
    """The panel stays as it is, what waits in line waits, and each stream is followed within five seconds."""
    async with cluster.bot() as first, cluster.bot() as second:
        await cluster.shared_by(2)
        goes = cluster.had_by(first)
        mika, robin = cluster.house.discord.user("mika"), cluster.house.discord.user("robin")
        setting = await mika.slash(goes[0], "odyssey settings", name="mode", value="host")
        await setting.final(timeout_s=WAIT_S)
        for channel in cluster.channels:
            await cluster.live(channel)
        await robin.send(goes[0], "!snow")
        await cluster.seen(goes[0], "1 waits for a moderator")
        first.terminate()
        _, log = await first.communicate()
        assert first.returncode == 0, log.decode()
        assert b"Traceback" not in log, log.decode()
        await cluster.until(GAPS.format("count(*)"), [(len(goes),)])
        assert all(0 <= float(str(gap)) <= SLOWER * GAP_S for (gap,) in cluster.known(GAPS.format(GAP)))
        await cluster.seen(goes[0], "1 waits for a moderator")
        for channel in cluster.channels:
            assert not [m for m in cluster.house.discord.messages(channel) if "Back soon" in m.text]
        assert set(cluster.had_by(second)) == set(cluster.channels)


@pytest.mark.outage("a process of a cluster stands still")
async def test_who_stood_still_is_deposed(cluster: ClusterHouse) -> None:
    """Stopped until others have what it had, and woken: its streams end, and nothing that it does counts."""
    async with cluster.bot() as first, cluster.bot() as second:
        await cluster.shared_by(2)
        had, others = cluster.had_by(first)[:1], cluster.had_by(second)[:1]
        for channel in (*had, *others):
            await cluster.live(channel)
        first.send_signal(signal.SIGSTOP)
        await cluster.on_air_anew(had, within_s=SLOWER * TAKEN_OVER_S)
        taken = cluster.known(STREAMS)
        first.send_signal(signal.SIGCONT)
        async with asyncio.timeout(WAIT_S):
            while cluster.house.standin.slots_taken != len(had + others):  # its own are ended
                await asyncio.sleep(0.05)
        for channel in (*had, *others):
            await cluster.say(channel, "rain")
        assert (
            cluster.known("SELECT id, broadcast_id, number, ended_at, end_reason FROM streams ORDER BY 1")
            == taken
        )
        assert first.returncode is None, "it lives, and may have its share again"
        first.terminate()
        _, log = await first.communicate()
        assert b"Traceback" not in log, log.decode()
        assert set(cluster.had_by(second)) == set(cluster.channels)


@pytest.mark.outage("the database of a cluster is away")
@pytest.mark.parametrize("away_s", [8.0, 22.0])
async def test_a_database_that_is_away_costs_a_pause(house: House, away_s: float) -> None:
    """For ten seconds video goes on. For longer no process has anything; and then what ran runs again."""
    with server_directory() as directory, running_postgres(directory) as server, server.database() as url:
        cluster = ClusterHouse(house, url)
        async with cluster.bot(), cluster.bot():
            await cluster.shared_by(2)
            panels = [await cluster.live(channel) for channel in cluster.channels]
            for channel in cluster.channels:
                await cluster.say(channel, "snow")
            await asyncio.to_thread(server.stop)
            await asyncio.sleep(away_s)
            await asyncio.to_thread(server.start)
            if away_s > LEASE_S:
                await cluster.on_air_anew(cluster.channels, within_s=2 * WAIT_S)
            for channel, panel in zip(cluster.channels, panels, strict=True):
                await cluster.say_again(channel, "rain")
                assert (await cluster.seen(channel, "Live")).id == panel.id
            streams = cluster.known("SELECT count(*) FROM streams")
            assert streams == [(SHARDS,)] if away_s < LEASE_S else streams != [(SHARDS,)]
            assert cluster.known("SELECT state, count(*) FROM broadcasts GROUP BY 1") == [("live", SHARDS)]
            applied = "SELECT count(*) FROM suggestions WHERE outcome = 'acknowledged'"
            assert cluster.known(applied) == [(2 * SHARDS,)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SHARDS": "3"}, "SHARDS is not what"),
        ({"ODYSSEY_API_KEY": "ody_another"}, "ODYSSEY_API_KEY is not what"),
        ({"CLUSTER": "false"}, "in use by another bot that runs"),
    ],
)
async def test_who_does_not_agree_does_not_start(
    cluster: ClusterHouse, changes: dict[str, str], said: str
) -> None:
    """In a sentence that says what; the others go on."""
    async with cluster.bot() as process:
        await cluster.shared_by(1)
        async with cluster.program(**changes) as other:
            _, log = await other.communicate()
        assert other.returncode == 1
        assert said in log.decode()
        assert "Traceback" not in log.decode()
        assert process.returncode is None
        assert set(cluster.had_by(process)) == set(cluster.channels)
