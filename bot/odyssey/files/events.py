"""A recording's events: the JSONL log, read line by line."""

import logging
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

from bot.odyssey.base.errors import OdysseyConnectionError
from bot.odyssey.base.fields import MalformedError, json_object
from bot.odyssey.files.artifacts import open_artifact

log = logging.getLogger(__name__)

MAX_LINE_BYTES = 8 * 1024 * 1024
"""Room for an event with an image in it."""


async def events(url: str, timeout_s: float, service: str) -> AsyncIterator[dict[str, Any]]:
    """Each event, an object as the service wrote it. A line that is not one is logged and left out.

    `timeout_s` bounds each wait for more of the log. Raises as `open_artifact` does.
    """
    async with open_artifact(url, timeout_s=timeout_s, service=service) as answer:
        if answer.status != HTTPStatus.OK:  # a part that nobody asked for
            raise OdysseyConnectionError(
                "The events could not be read.", code="service_failed", status=answer.status
            )
        bad = 0
        async for line in _lines(answer.chunks()):
            event = None if line is None else _event(line)
            bad += event is None and (line is None or bool(line.strip()))
            if event is not None:
                yield event
        if bad:
            log.warning("%d lines of an event log could not be read.", bad)


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes | None]:
    """Each line; None for one that is longer than `MAX_LINE_BYTES`."""
    line = bytearray()
    async for chunk in chunks:
        first, *others = chunk.split(b"\n")
        line += first[: MAX_LINE_BYTES + 1 - len(line)]
        for other in others:
            yield bytes(line) if len(line) <= MAX_LINE_BYTES else None
            line = bytearray(other[: MAX_LINE_BYTES + 1])
    yield bytes(line) if len(line) <= MAX_LINE_BYTES else None


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        return json_object(line)
    except MalformedError:
        return None
