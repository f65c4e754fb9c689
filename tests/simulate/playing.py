"""An evening from its seed to what is wrong with it, as a process plays it."""

from __future__ import annotations

from tests.simulate.checker import check
from tests.simulate.evening import Evening
from tests.simulate.played import Played


def play(seed: int) -> Played:
    evening = Evening(seed)
    evening.play()
    return Played(seed, evening.digest, check(evening), evening.history)
