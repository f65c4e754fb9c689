"""`python -m tests.chaos`: many evenings, two beside each other, each by a seed that is printed."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import shutil
import sys
import tempfile
import time
from pathlib import Path

import pytest

from bot.storage.database import open_database
from tests.chaos import plan as plans
from tests.chaos.cluster import command as cluster
from tests.chaos.evening import Evening, evening
from tests.chaos.nursery import Nursery, nursery
from tests.e2e.conftest import paint_small

WENT_ON_WITHIN_S = 5.0
"""From the start of a process until what ran has a new stream, where no slot is held by the one before."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["cluster"], help="three bots, in place of one")
    parser.add_argument("--runs", type=int, default=200, help="evenings with kills; or kills, of a cluster")
    parser.add_argument("--seed", type=int, default=1, help="of the first of them; the others follow")
    parser.add_argument("--beside", type=int, default=2, help="evenings at once")
    parser.add_argument(
        "--points", action="store_true", help="a kill at each point there is, one after the other"
    )
    parser.add_argument("--faults", action="store_true", help="each fault of the stand-in, and pairs of them")
    parser.add_argument("--pairs", type=int, default=40, help="how many pairs")
    parser.add_argument("--fault", action="append", default=[], help="this one alone, or these together")
    parser.add_argument(
        "--busy", action="store_true", help="the machine does other things too: nothing is late"
    )
    parser.add_argument("--keep", type=Path, help="a directory that keeps what failed")
    given = parser.parse_args()
    paint_small(pytest.MonkeyPatch())
    if given.what == "cluster":
        nights = cluster.run(given.runs, given.seed, given.beside, given.keep, is_busy=given.busy)
        sys.exit(asyncio.run(nights))
    sys.exit(asyncio.run(_run(_plans(given), given.beside, given.keep, is_busy=given.busy)))


def _plans(given: argparse.Namespace) -> list[plans.Plan]:
    if given.fault:
        return [plans.faulty(*given.fault)]
    if given.points:
        return plans.swept()
    if given.faults:
        pairs = list(itertools.combinations(plans.ALL_FAULTS, 2))
        step = max(1, len(pairs) // max(1, given.pairs))
        return [plans.faulty(each) for each in plans.ALL_FAULTS] + [
            plans.faulty(*pair) for pair in pairs[given.seed % step :: step][: given.pairs]
        ]
    return [plans.killed(seed) for seed in range(given.seed, given.seed + given.runs)]


async def _run(todo: list[plans.Plan], beside: int, keep: Path | None, *, is_busy: bool) -> int:
    waiting, failed, waits_s, cpu_s = iter(todo), 0, list[float](), 0.0
    began_at = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chaos-") as name:
        home = Path(name)
        async with open_database(f"sqlite:///{home / 'empty.sqlite3'}"):
            pass

        async def some(bots: Nursery) -> None:
            nonlocal failed, cpu_s
            for plan in waiting:
                tonight = await one(plan, bots, home, keep)
                cpu_s += sum(bot.cpu_s for bot in tonight.bots)
                if tonight.went_on_s is not None and not plan.hold_s:
                    waits_s.append(took_s := tonight.went_on_s + bots.load_s)
                    if took_s > WENT_ON_WITHIN_S and not is_busy:
                        tonight.wrong.append(f"went on only after {took_s:.1f} s")
                failed += bool(tonight.wrong)
                _tell(tonight)

        async with nursery() as bots, asyncio.TaskGroup() as tasks:
            print(f"{len(todo)} evenings; to load the bot takes {bots.load_s:.1f} s: added to each start")
            for _ in range(beside):
                tasks.create_task(some(bots))
    took_s = time.monotonic() - began_at
    print(
        f"\n{len(todo)} evenings in {took_s:.0f} s, {failed} of them wrong; "
        f"the bots took {cpu_s:.0f} s of CPU"
    )
    if waits_s:
        waits_s.sort()
        print(
            f"went on after the new start: p50 {waits_s[len(waits_s) // 2]:.2f} s, "
            f"p95 {waits_s[int(len(waits_s) * 0.95)]:.2f} s, at most {waits_s[-1]:.2f} s"
        )
    return int(failed > 0)


async def one(plan: plans.Plan, bots: Nursery, home: Path, keep: Path | None = None) -> Evening:
    """A whole evening, in a directory of its own, which is kept in `keep` when something was wrong."""
    directory = home / plan.seed.replace(" ", "-")
    directory.mkdir()
    shutil.copyfile(home / "empty.sqlite3", directory / "odyssey.sqlite3")
    async with evening(plan, bots, directory) as tonight:
        await tonight.run()
    if keep and tonight.wrong:
        shutil.copytree(directory, keep / directory.name, dirs_exist_ok=True)
    shutil.rmtree(directory)
    return tonight


def _tell(tonight: Evening) -> None:
    went_on = "" if tonight.went_on_s is None else f" · went on after {tonight.went_on_s:.1f} s"
    missed = len(tonight.plan.kills) - len(tonight.came) + len(tonight.standin.faults.armed)
    unmet = f" · {missed} of that did not come" if missed else ""
    print(f"{'WRONG' if tonight.wrong else 'right'} {tonight.plan}{went_on}{unmet}", flush=True)
    for line in tonight.wrong:
        print(f"      {line}", flush=True)


if __name__ == "__main__":
    main()
