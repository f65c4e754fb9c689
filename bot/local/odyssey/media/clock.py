"""The service's frame clock. All streams count the same ticks, so one stream's packets follow another's."""

import asyncio
import time
from fractions import Fraction

FRAME_RATE = 20
TIME_BASE = Fraction(1, FRAME_RATE)
LATE_LIMIT_TICKS = 10  # further behind than this, frames are skipped instead of caught up


class FrameClock:
    """Counts ticks of 1/20 s from the moment it was made."""

    def __init__(self) -> None:
        self._epoch_s = time.monotonic()

    def tick(self) -> int:
        """The current tick."""
        return int((time.monotonic() - self._epoch_s) * FRAME_RATE)

    async def wait_for(self, tick: int) -> int:
        """Sleep until `tick`. Returns it, or a later one when it is long past."""
        late_ticks = self.tick() - tick
        if late_ticks > LATE_LIMIT_TICKS:
            return tick + late_ticks
        await asyncio.sleep(max(0.0, self._epoch_s + tick / FRAME_RATE - time.monotonic()))
        return tick
