"""When one broadcast's panel is shown again: when something changed, when it is old, and after a failure."""

from __future__ import annotations

import asyncio
import logging

from bot.broadcast.backoff import Backoff
from bot.broadcast.clock import Clock
from cogs.answers import DISCORD_FAILED
from cogs.kept_panel import KeptPanel

log = logging.getLogger(__name__)

EDIT_GAP_S = 3.0
"""Between two edits of one panel: Discord allows a channel about five in five seconds, in all."""
LONGEST_RETRY_S = 120.0
LIFETIME_S = 50 * 60.0
"""After which a panel is posted anew: from an hour on, Discord refuses edits of a message sooner or later."""
EDIT_TIMEOUT_S = 30.0
"""An edit that takes longer has failed."""


class PanelUpkeep:
    """Edits one panel when something changed: coalesced, and never faster than `EDIT_GAP_S`."""

    def __init__(self, panel: KeptPanel, clock: Clock) -> None:
        self._panel = panel
        self._clock = clock
        self._changed = asyncio.Event()
        self._changed.set()  # something may have happened since it was drawn
        self._hurried = asyncio.Event()
        self._closing = asyncio.Event()

    def changed(self) -> None:
        """The panel is to be drawn again."""
        self._changed.set()

    def hurry(self) -> None:
        """What waits to try again tries now."""
        self._changed.set()
        self._hurried.set()

    def close(self) -> None:
        """From now on only an end is shown, at once, and in one try."""
        self._closing.set()
        self.hurry()

    async def run(self) -> None:
        """Returns when the panel shows the end, or had its last try to; or when it is closed before."""
        backoff = Backoff(2 * EDIT_GAP_S, LONGEST_RETRY_S)
        while True:
            await self._clock.wait(self._changed, until=self._old_at if self._panel.message else None)
            self._changed.clear()
            is_last = self._panel.session.broadcast.state.is_over
            if self._closing.is_set() and not is_last:
                break  # whoever comes next goes on
            was_edited = await self._try_to_show()
            if is_last:
                break
            if was_edited is None:
                self._hurried.clear()
                if not self._closing.is_set():
                    await self._clock.wait(self._hurried, until=self._clock.steady() + backoff.next_s())
                self._changed.set()
                continue
            backoff.reset()
            if was_edited:
                await self._clock.wait(self._closing, until=self._clock.steady() + EDIT_GAP_S)

    async def _try_to_show(self) -> bool | None:
        """Brings the panel up to date; returns whether that took an edit, None when it failed."""
        broadcast_id = self._panel.session.broadcast.id
        try:
            async with asyncio.timeout(EDIT_TIMEOUT_S):
                await self._panel.find()
                return await self._panel.show(anew=self._clock.steady() >= self._old_at)
        except DISCORD_FAILED as error:
            log.warning("the panel of broadcast %s: %s", broadcast_id, type(error).__name__)
        except Exception:  # the boundary of one panel: whatever it was, it must not stay as it is for ever
            log.exception("the panel of broadcast %s", broadcast_id)
        self._panel.looks(None)  # it may have come all the same
        return None

    @property
    def _old_at(self) -> float:
        return self._panel.posted_at + LIFETIME_S
