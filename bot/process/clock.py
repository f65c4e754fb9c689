"""The real time, behind the domain's `Clock`."""

import asyncio
import time
from contextlib import suppress
from datetime import UTC, datetime

STEP_S = 1.0
"""By so much the wall must have moved against the steady clock before it counts as a step, not as jitter."""


class SystemClock:
    def __init__(self) -> None:
        self._ahead_s = 0.0  # the wall's time, less the steady one

    def now(self) -> datetime:
        return datetime.now(UTC)

    steady = staticmethod(time.monotonic)

    def date_of(self, steady: float) -> datetime:
        ahead_s = self.now().timestamp() - self.steady()
        if abs(ahead_s - self._ahead_s) > STEP_S:
            self._ahead_s = ahead_s
        return datetime.fromtimestamp(steady + self._ahead_s, UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def wait(self, event: asyncio.Event, until: float | None) -> None:
        if until is None:
            await event.wait()
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(until - self.steady()):
                await event.wait()
