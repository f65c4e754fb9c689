"""Cases by the thousand, as a process tries them."""

from __future__ import annotations

import logging
import resource
import time
from typing import NamedTuple

import pytest

from tests.fuzz.service import tried, wired

RARE = frozenset({"offer", "answer"})
"""These are long texts: a case takes as long as ten others."""
PART = 1000
LONGEST_S = 2.0
"""Of the processor: no message of a few kilobytes may take so long."""


class Part(NamedTuple):
    """So many cases of one kind, from a number on, and what came of them."""

    ear: str
    first: int
    cases: int
    faults: tuple[str, ...] = ()
    slowest_s: float = 0.0
    most_bytes: int = 0


def hear(part: Part) -> Part:
    """Tries them all."""
    faults: list[str] = []
    slowest_s = 0.0
    with pytest.MonkeyPatch.context() as patch:
        be_ready(patch)
        for number in range(part.first, part.first + part.cases):
            began = time.process_time()
            _, error = tried(part.ear, number)
            took_s = time.process_time() - began
            slowest_s = max(slowest_s, took_s)
            if error or took_s > LONGEST_S:
                faults.append(f"--ear {part.ear!r} --first {number}: {error!r} after {took_s:.1f} s")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return part._replace(faults=tuple(faults), slowest_s=slowest_s, most_bytes=most)


def parts_of(cases: int, first: int, ears: list[str]) -> list[Part]:
    weights = {ear: 1 if ear in RARE else 10 for ear in ears}
    made = []
    for ear, weight in weights.items():
        left, at = cases * weight // sum(weights.values()), first
        while left > 0:
            made.append(Part(ear, at, min(PART, left)))
            at, left = at + PART, left - PART
    return made


def be_ready(patch: pytest.MonkeyPatch) -> None:
    logging.disable(logging.CRITICAL)
    wired(patch)
