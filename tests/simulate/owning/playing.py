"""A night from its seed to what is wrong with it, as a process plays it."""

from tests.simulate.owning.night import Night
from tests.simulate.played import Played


def play(seed: int) -> Played:
    night = Night(seed)
    night.play()
    return Played(seed, night.digest, night.faults, night.history)
