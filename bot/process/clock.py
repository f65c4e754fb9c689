"""The real time, behind the domain's `Clock`."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime

STEP_S = 1.0
"""By so much the wall must have moved against the steady clock before it counts as a step, not as jitter."""


class SystemClock:
    """The machine's clocks."""

    def __init__(self) -> None:
        self._ahead_s = 0.0  # the wall's time, less the steady one

    def now(self) -> datetime:
        """The time by the wall, in UTC."""
        return datetime.now(UTC)

    def steady(self) -> float:
        """Seconds on a clock that never steps."""
        return time.monotonic()

    def date_of(self, steady: float) -> datetime:
        """When a steady moment is by the wall; the same for the same moment until the wall steps."""
        ahead_s = self.now().timestamp() - self.steady()
        if abs(ahead_s - self._ahead_s) > STEP_S:
            self._ahead_s = ahead_s
        return datetime.fromtimestamp(steady + self._ahead_s, UTC)

    async def sleep(self, seconds: float) -> None:
        """Returns after so many seconds."""
        await asyncio.sleep(seconds)

    async def wait(self, event: asyncio.Event, until: float | None) -> None:
        """Returns when the event is set, or at that steady moment; with None, only when it is set."""
        if until is None:
            await event.wait()
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(until - self.steady()):
                await event.wait()
