"""One deadline for an orderly stop, which everything that still has to end shares."""

from __future__ import annotations

import math

from bot.broadcast.clock import Clock

STOP_S = 25.0
"""From the word to the end, in all: whoever stops a bot gives it 30 s."""
LAST_WORDS_S = 8.0
"""Of it, for Discord to show how broadcasts ended: it may not answer, so the streams are ended before."""
CLEARING_S = 4.0
"""Of it, for what is left then: the web server, connections, the database."""


class Deadline:
    """By when the bot has to have ended. There is none until it is told to stop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._at = math.inf

    def begin(self) -> None:
        """The bot was told to stop; how often it is told does not matter."""
        self._at = min(self._at, self._clock.steady() + STOP_S)

    def left_s(self, *, spare_s: float = 0.0) -> float:
        """The seconds that are left, less those that somebody else needs; without end before it began."""
        return max(0.0, self._at - spare_s - self._clock.steady())
