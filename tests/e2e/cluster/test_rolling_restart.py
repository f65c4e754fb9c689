"""An upgrade: each process is stopped and started anew, one after the other, while people chat."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import AsyncExitStack

import pytest

from tests.e2e.cluster.cluster import ClusterHouse
from tests.e2e.cluster.test_takeover import GAP, GAP_S, GAPS
from tests.e2e.conftest import WAIT_S
from tests.e2e.test_stop import SLOWER

WORDS = [
    *(
        "anthem",
        "riddle",
        "proverb",
        "sonnet",
        "rumour",
        "chapter",
        "alphabet",
        "footnote",
        "margin",
        "comma",
    ),
    *("irony", "index", "committee", "plot", "rhyme", "secret", "verse", "ballad", "fable", "saga", "ode"),
    *("limerick", "hymn", "motto", "slogan", "diary", "ledger", "almanac", "atlas", "lexicon"),
]
TWO, FOUR = WORDS[:17], WORDS[17:]
"""Whose lengths have no divisor in common: no two ideas next to each other are almost the same."""
EVERY_S = 0.7
"""Between two ideas, in one place after the other."""
PEOPLE = ("mika", "robin", "sasha")


@pytest.mark.long
async def test_all_three_are_restarted_under_chat(cluster: ClusterHouse) -> None:
    """No idea is lost or shown twice, none of the panels moves, and no gap is long."""
    channels = cluster.channels[:3]
    async with AsyncExitStack() as running:
        processes = [await running.enter_async_context(cluster.bot()) for _ in range(3)]
        await cluster.shared_by(3)
        panels = [await cluster.live(channel) for channel in channels]
        said: list[str] = []

        async def chat() -> None:
            for number in itertools.count():
                viewer = cluster.house.discord.user(PEOPLE[number // len(channels) % len(PEOPLE)])
                idea = f"{TWO[number % len(TWO)]} {FOUR[number % len(FOUR)]} {number}"
                said.append(idea)
                await viewer.send(channels[number % len(channels)], f"!{idea}")
                await asyncio.sleep(EVERY_S)

        chatting = asyncio.create_task(chat(), name="chat")
        for process in processes:
            process.terminate()
            _, log = await process.communicate()
            assert process.returncode == 0, log.decode()
            assert b"Traceback" not in log, log.decode()
            await running.enter_async_context(cluster.bot())
            await cluster.shared_by(3)
        chatting.cancel()
        await asyncio.wait({chatting})
        assert chatting.cancelled(), chatting.exception()
        counts = "SELECT count(*), count(DISTINCT prompt) FROM suggestions WHERE outcome = 'acknowledged'"
        await cluster.until(counts, [(len(said), len(said))], within_s=2 * WAIT_S)
        assert cluster.known("SELECT count(*) FROM suggestions") == [(len(said),)]
        for channel, panel in zip(channels, panels, strict=True):
            assert (await cluster.seen(channel, "Live")).id == panel.id
        gaps = [float(str(gap)) for (gap,) in cluster.known(GAPS.format(GAP))]
        assert gaps
        assert max(gaps) <= SLOWER * GAP_S, gaps
