"""The domain's port to time. Two times: the wall's is stored and shown, the steady one is reckoned with.

The wall steps, back too: a machine that hears the right time sets it. So no duration, wait or deadline goes
by it.
"""

import asyncio
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time, so that tests can step it."""

    def now(self) -> datetime:
        """The time by the wall, in UTC: only to be stored or shown."""

    def steady(self) -> float:
        """Seconds on a clock that never steps; what they count from means nothing."""

    def date_of(self, steady: float) -> datetime:
        """When a steady moment is, was or will be by the wall: to show it.

        The same for the same moment, to the digit, until the wall steps.
        """

    async def sleep(self, seconds: float) -> None:
        """Returns after so many seconds."""

    async def wait(self, event: asyncio.Event, until: float | None) -> None:
        """Returns when the event is set, or at that steady moment; with None, only when it is set."""


def moment_of(date: datetime, clock: Clock) -> float:
    """The steady moment of a date that is past, as far as the wall tells: never one to come."""
    return clock.steady() - max(0.0, (clock.now() - date).total_seconds())
