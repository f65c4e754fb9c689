"""A recording's events: the JSONL log, read line by line."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

from bot.odyssey.downloads import open_private
from bot.odyssey.fields import MalformedError, json_object

log = logging.getLogger(__name__)

MAX_LINE_BYTES = 1024 * 1024


async def events(url: str, timeout_s: float) -> AsyncIterator[dict[str, Any]]:
    """Each event, an object as the service wrote it. A line that is not one is logged and left out.

    `timeout_s` bounds each wait for more of the log. Raises as `open_private` does.
    """
    async with open_private(url, timeout_s=timeout_s) as answer:
        bad = 0
        rest = bytearray()
        skipping = False
        async for chunk in answer.chunks():
            rest += chunk
            *lines, last = rest.split(b"\n")
            rest = bytearray(last)
            for line in lines:
                event = None if skipping else _event(line)
                skipping = False
                bad += event is None and bool(line.strip())
                if event is not None:
                    yield event
            if len(rest) > MAX_LINE_BYTES:
                rest.clear()
                skipping = True
        if not skipping and (event := _event(rest)) is not None:
            yield event
        elif rest.strip():
            bad += 1
        if bad:
            log.warning("%d lines of an event log could not be read.", bad)


def _event(line: bytes | bytearray) -> dict[str, Any] | None:
    try:
        return json_object(bytes(line))
    except MalformedError:
        return None
