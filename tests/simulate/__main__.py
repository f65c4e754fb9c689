"""`python -m tests.simulate`: plays evenings by their seeds, and says of each that is wrong what is.

--evenings 10000   how many
--seed 0           the first one's seed; the others follow
--processes 2      side by side
--history          of one evening: all that happened, line by line
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

from tests.simulate.played import Played, without_history


def main(play: Callable[[int], Played], program: str) -> None:
    """`play` is found by its name in its module: other processes do it too."""
    parser = argparse.ArgumentParser(prog=program, description=__doc__)
    parser.add_argument("--evenings", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--history", action="store_true")
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.evenings)
    began, wrong, played = time.monotonic(), 0, 0
    for seed, digest, faults, history in _played(play, seeds, min(asked.processes, len(seeds))):
        played += 1
        wrong += bool(faults)
        if asked.history:
            print(*history, sep="\n")
        for fault in faults:
            print(f"seed {seed} ({digest}): {fault}", flush=True)
        if played % 1000 == 0:
            print(f"{played} evenings, {wrong} of them wrong", flush=True)
    minutes = (time.monotonic() - began) / 60
    print(f"{played} evenings in {minutes:.1f} min ({played / minutes:.0f} a minute), {wrong} of them wrong")
    if wrong:
        print(f"One again: {program} --seed N --history")
        sys.exit(1)


def _played(play: Callable[[int], Played], seeds: range, processes: int) -> Iterator[Played]:
    if processes <= 1:
        yield from map(play, seeds)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(partial(without_history, play), seeds, chunksize=10)


if __name__ == "__main__":
    from tests.simulate.playing import play

    main(play, "python -m tests.simulate")
