"""What is there for an evening of a cluster: the services, people on each shard, and its database."""

from __future__ import annotations

import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.local.discord.shards import SessionStarts
from bot.local.odyssey.service import StandinSettings
from tests.chaos.cluster import database
from tests.chaos.cluster.evening import ClusterEvening
from tests.chaos.cluster.plan import ClusterPlan
from tests.chaos.crowd import Crowd
from tests.chaos.evening import Sniper
from tests.chaos.nursery import Nursery
from tests.chaos.services import WatchedStandin, watched_discord
from tests.e2e.conftest import API_KEY
from tests.support.postgres import EMPTY, Postgres


@asynccontextmanager
async def cluster_evening(
    plan: ClusterPlan, nursery: Nursery, directory: Path, postgres: Postgres
) -> AsyncIterator[ClusterEvening]:
    """An evening of that plan, about to begin, in a database of its own."""
    sniper = Sniper()
    settings = StandinSettings(
        api_key=API_KEY,
        recording_delay_s=0.1,
        stream_limit_s=plan.stream_limit_s,
        concurrent_streams=plan.slots,
        unclean_hold_s=plan.hold_s,
        faults=True,
    )
    standin, shards = WatchedStandin(settings, sniper.effect), len(plan.modes)
    starts = SessionStarts(shards=shards, max_concurrency=shards)
    async with watched_discord(sniper.effect, starts=starts) as discord, standin:
        home = Crowd(discord, _dice(plan), channel=discord.channel("broadcasts"))
        others = [
            Crowd(discord, _dice(plan), channel=discord.add_server(f"Server {number}"))
            for number in range(2, shards + 1)
        ]
        with postgres.database(EMPTY) as url:
            guilds = discord.world.guild_ids
            database.set_up(
                url, {g: {"mode": m.value, "gap_s": 0} for g, m in zip(guilds, plan.modes, strict=True)}
            )
            tonight = ClusterEvening(
                plan,
                directory,
                discord,
                standin,
                home,
                nursery,
                sniper,
                postgres=postgres,
                url=url,
                others=others,
            )
            try:
                yield tonight
            finally:
                for bot in tonight.bots:
                    bot.send_signal(signal.SIGCONT)
                    bot.kill()
                    await bot.ended.wait()
                tonight.write_down()


def _dice(plan: ClusterPlan) -> random.Random:
    return random.Random(plan.dice.random())
