"""Notices when UDP has gone silent, which neither a websocket nor aioice (30 s) would tell in time."""

import asyncio
import time
from collections.abc import Callable

from bot.odyssey.video.tap import Tap

WATCH_S = 0.5
PROBE_AFTER_S = 2.0
DOUBT_AFTER_S = 3.0
STALL_S = 0.5


async def silence(
    tap: Tap, limit_s: float, *, streaming_since: Callable[[], float | None], doubt: Callable[[bool], None]
) -> None:
    """Returns when nothing has come for `limit_s`; until then tells `doubt` whether it looks bad.

    Without a stream a healthy connection carries next to nothing, so ICE's own checks, which every peer
    answers, are sent when nothing comes. While a stream runs (`streaming_since`, by the monotonic clock) they
    are not enough: media, or at least its sender reports, must come too.
    """
    now = time.monotonic()
    while True:
        before, step_s = now, min(WATCH_S, limit_s / 4)
        await asyncio.sleep(step_s)
        now = time.monotonic()
        if now - before > 2 * step_s + STALL_S:
            continue  # the event loop stood still; what came meanwhile has not been read yet
        silent_s = now - tap.heard_at
        since = streaming_since()
        if since is not None:
            silent_s = max(silent_s, now - max(tap.media_at, since))
        if silent_s > limit_s:
            return
        if silent_s > min(PROBE_AFTER_S, limit_s / 4):
            tap.probe()
        doubt(silent_s > min(DOUBT_AFTER_S, limit_s / 2))
