"""`python -m tests.chaos cluster`: evenings of a cluster, with as many strikes as are asked for."""

from __future__ import annotations

import asyncio
import math
import shutil
import tempfile
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from pathlib import Path

from bot.storage.database import open_database
from tests.chaos.cluster.evening import ClusterEvening
from tests.chaos.cluster.house import cluster_evening
from tests.chaos.cluster.plan import STRIKES, ClusterPlan, Deed, clustered
from tests.chaos.nursery import Nursery, nursery
from tests.support.postgres import EMPTY, Postgres, running_postgres, server_directory


async def run(strikes: int, first_seed: int, beside: int, keep: Path | None, *, is_busy: bool) -> int:
    """Returns the exit status. Where the machine `is_busy`, nothing is late."""
    todo = [
        clustered(first_seed + number, strikes=min(STRIKES, strikes - number * STRIKES))
        for number in range(math.ceil(strikes / STRIKES))
    ]
    waiting, failed, cpu_s, began_at = iter(todo), 0, 0.0, time.monotonic()
    took_s: dict[Deed, list[float]] = defaultdict(list)
    done, one_migrates = dict.fromkeys(Deed, 0), asyncio.Lock()
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:

        async def some(bots: Nursery) -> None:
            nonlocal failed, cpu_s
            async with AsyncExitStack() as stack:
                directory = stack.enter_context(server_directory())
                postgres = stack.enter_context(running_postgres(directory))
                async with one_migrates:
                    await _made_ready(postgres)
                for plan in waiting:
                    tonight = await one(plan, bots, Path(name), postgres, keep, is_busy=is_busy)
                    cpu_s += sum(bot.cpu_s for bot in tonight.bots)
                    failed += bool(tonight.wrong)
                    for deed, took in tonight.takeovers.took_s.items():
                        took_s[deed] += took
                    for strike in plan.strikes[: tonight.struck]:
                        done[strike.deed] += 1
                    _tell(tonight)

        async with nursery() as bots, asyncio.TaskGroup() as tasks:
            print(f"{strikes} strikes in {len(todo)} evenings of three bots")
            for _ in range(min(beside, len(todo))):
                tasks.create_task(some(bots))
    told = ", ".join(f"{count} × {deed}" for deed, count in done.items() if count)
    print(
        f"\n{told} in {len(todo)} evenings, in {time.monotonic() - began_at:.0f} s; {failed} evenings wrong; "
        f"the bots took {cpu_s:.0f} s of CPU"
    )
    for deed, took in took_s.items():
        print(f"went on after {deed}: {_spread(took)}")
    return int(failed > 0)


async def one(
    plan: ClusterPlan,
    bots: Nursery,
    home: Path,
    postgres: Postgres,
    keep: Path | None = None,
    *,
    is_busy: bool = False,
) -> ClusterEvening:
    """A whole evening, in a directory of its own, which is kept in `keep` when something was wrong."""
    directory = home / plan.seed.replace(" ", "-")
    directory.mkdir()
    async with cluster_evening(plan, bots, directory, postgres) as tonight:
        await tonight.run()
        if not is_busy:
            tonight.wrong += tonight.takeovers.late
    if keep and tonight.wrong:
        shutil.copytree(directory, keep / directory.name, dirs_exist_ok=True)
    shutil.rmtree(directory)
    return tonight


async def _made_ready(postgres: Postgres) -> None:
    """What is committed outlives a kill of the server, if not of the machine; an empty database is there."""
    for rule in ("fsync = off", "full_page_writes = off"):
        postgres.execute(f"ALTER SYSTEM SET {rule}")
    postgres.execute("SELECT pg_reload_conf()")
    postgres.execute(f"CREATE DATABASE {EMPTY} TEMPLATE template0")
    async with open_database(postgres.url(EMPTY)):
        pass


def _spread(took_s: list[float]) -> str:
    took = sorted(took_s)
    p50, p95 = took[len(took) // 2], took[int(len(took) * 0.95)]
    return f"p50 {p50:.1f} s, p95 {p95:.1f} s, at most {took[-1]:.1f} s ({len(took)} broadcasts)"


def _tell(tonight: ClusterEvening) -> None:
    print(f"{'WRONG' if tonight.wrong else 'right'} {tonight.plan}", flush=True)
    for line in tonight.wrong:
        print(f"      {line}", flush=True)
