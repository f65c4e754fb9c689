"""Pauses between one try and the next."""


class Backoff:
    """Pauses that grow: each is so many times the one before, up to the longest."""

    def __init__(self, first_s: float, longest_s: float, growth: float = 2.0) -> None:
        self._first_s = min(first_s, longest_s)
        self._longest_s = longest_s
        self._growth = growth
        self._next_s = self._first_s

    def next_s(self) -> float:
        pause_s, self._next_s = self._next_s, min(self._next_s * self._growth, self._longest_s)
        return pause_s

    def reset(self) -> None:
        self._next_s = self._first_s
