"""`python -m tests.fuzz`: malformed messages of every kind; of each fault it prints which case it was.

--cases 1000000    how many in all
--first 0          the number of the first one
--processes 2      side by side
--ear NAME         of this kind alone; with --cases 1 it is shown
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time

import pytest

from tests.fuzz.parts import be_ready, hear, parts_of
from tests.fuzz.service import EARS, tried


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--ear", choices=sorted(EARS))
    asked = parser.parse_args()
    if asked.ear and asked.cases == 1:
        with pytest.MonkeyPatch.context() as patch:
            be_ready(patch)
            print(*tried(asked.ear, asked.first), sep="\n")
        return
    parts = list(parts_of(asked.cases, asked.first, [asked.ear] if asked.ear else list(EARS)))
    began, done, faults, slowest_s, most_bytes = time.monotonic(), 0, 0, 0.0, 0
    with multiprocessing.get_context("spawn").Pool(asked.processes) as pool:
        for part in pool.imap_unordered(hear, parts):
            done += part.cases
            faults += len(part.faults)
            slowest_s, most_bytes = max(slowest_s, part.slowest_s), max(most_bytes, part.most_bytes)
            for fault in part.faults:
                print(fault, flush=True)
    print(
        f"{done} cases in {(time.monotonic() - began) / 60:.1f} min, {faults} faults; the slowest took "
        f"{1000 * slowest_s:.0f} ms, the largest process {most_bytes / 2**20:.0f} MiB"
    )
    if faults:
        print("One again: python -m tests.fuzz --ear NAME --first NUMBER --cases 1")
        sys.exit(1)


if __name__ == "__main__":
    main()
