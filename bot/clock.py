"""The real time, behind the domain's `Clock`."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Returns after so many seconds."""
        await asyncio.sleep(seconds)

    async def wait(self, event: asyncio.Event, until: datetime | None) -> None:
        """Returns when the event is set, or at that time; with None, only when it is set."""
        if until is None:
            await event.wait()
            return
        with suppress(TimeoutError):
            async with asyncio.timeout((until - self.now()).total_seconds()):
                await event.wait()
