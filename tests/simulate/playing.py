"""An evening from its seed to what is wrong with it, as a process plays it."""

from __future__ import annotations

from typing import NamedTuple

from tests.simulate.checker import check
from tests.simulate.evening import Evening


class Played(NamedTuple):
    """What came of an evening; the digest is the same for the same history."""

    seed: int
    digest: str
    faults: list[str]
    history: list[str]


def play(seed: int) -> Played:
    evening = Evening(seed)
    evening.play()
    return Played(seed, evening.digest, check(evening), evening.history)


def play_without_history(seed: int) -> Played:
    """For who has ten thousand of them."""
    return play(seed)._replace(history=[])
