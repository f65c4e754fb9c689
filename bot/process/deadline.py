"""One deadline for an orderly stop, which everything that still has to end shares."""

import math
from collections.abc import Callable

from bot.broadcast.clock import Clock

STOP_S = 9.0
"""From the word to the end, in all; what hangs then is cut off within ten seconds."""
CLUSTERS_STOP_S = 30.0
"""The same of a process of a cluster: others take over what it has, one part after the other."""
LAST_WORDS_S = 2.0
"""Of it, for Discord to show how broadcasts ended: it may not answer, so the streams are ended before."""
LEAVING_S = 1.0
"""Of it, for the connection to Discord to be closed then."""
CLEARING_S = 2.0
"""Of it, for what is left then: the web server, connections, the database."""


def stop_s(*, is_one_of_several: bool) -> float:
    """How long an orderly stop takes at most."""
    return CLUSTERS_STOP_S if is_one_of_several else STOP_S


class Deadline:
    """By when the bot has to have ended, and how long each step of it may take from now on.

    There is none until the bot is told to stop: until then last words and leaving have their own time only.
    """

    def __init__(
        self, clock: Clock, *, stop_s: float = STOP_S, begun: Callable[[], None] = lambda: None
    ) -> None:
        """`begun` is called when the bot is told to stop."""
        self._clock = clock
        self._stop_s = stop_s
        self._begun = begun
        self._at = math.inf

    def begin(self) -> None:
        """The bot was told to stop; how often it is told does not matter."""
        self._at = min(self._at, self._clock.steady() + self._stop_s)
        self._begun()

    @property
    def has_begun(self) -> bool:
        """Whether the bot was told to stop."""
        return self._at < math.inf

    def streams_s(self) -> float:
        """The seconds for the streams to end in, at the service."""
        return self._left_s(spare_s=LAST_WORDS_S + LEAVING_S + CLEARING_S)

    def last_words_s(self) -> float:
        """The seconds for Discord to show how all ended."""
        return min(LAST_WORDS_S, self._left_s(spare_s=LEAVING_S + CLEARING_S))

    def leaving_s(self) -> float:
        """The seconds for Discord to be left, last words included."""
        return min(LAST_WORDS_S + LEAVING_S, self._left_s(spare_s=CLEARING_S))

    def _left_s(self, *, spare_s: float) -> float:
        return max(0.0, self._at - spare_s - self._clock.steady())
