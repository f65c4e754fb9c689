"""How far each world has been travelled, so that a stream that goes on with one finds it where it was."""

from collections import OrderedDict

LIMIT_WORLDS = 256


class Travels:
    """Distances by the seeds of worlds, in shorter sides of the picture. For stages in several threads."""

    def __init__(self) -> None:
        self._distances: OrderedDict[int, float] = OrderedDict()

    def of(self, seed: int) -> float:
        """How far the world has been travelled; 0 for one that is new, or that was left long ago."""
        return self._distances.get(seed, 0.0)

    def note(self, seed: int, distance: float) -> None:
        """Remember the distance."""
        self._distances[seed] = distance
        self._distances.move_to_end(seed)
        if len(self._distances) > LIMIT_WORLDS:
            self._distances.popitem(last=False)
