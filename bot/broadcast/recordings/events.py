"""What a recording's events log says of the interactions of its stream, as far as it can be read."""

import json
import math
from collections.abc import AsyncIterator, Iterator
from typing import Any, NamedTuple

LOG_LIMIT_BYTES = 8 * 2**20
LINE_LIMIT_BYTES = 64 * 2**10
"""Of a longer line nothing is read: it may hold a picture."""
EVENTS_LIMIT = 5000
LONGEST_S = 24 * 3600.0
_INTERACTION = "interaction"


class LoggedInteraction(NamedTuple):
    """A prompt that the service took, `at_s` seconds into its stream; `applied` is how it worded it."""

    at_s: float
    prompt: str
    applied: str | None


async def read_interactions(log: AsyncIterator[bytes]) -> list[LoggedInteraction]:
    """Those of a log, one JSON object a line, in the order of time. What is none of that is passed over."""
    found: list[LoggedInteraction] = []
    async for line in _lines(log):
        if (event := _interaction(line)) and len(found) < EVENTS_LIMIT:
            found.append(event)
    return sorted(found, key=lambda event: event.at_s)


async def _lines(log: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    begun, total = bytearray(), 0
    async for part in log:
        total += len(part)
        for line in _cut(begun, part):
            yield line
        if total > LOG_LIMIT_BYTES:
            return
    if len(begun) <= LINE_LIMIT_BYTES:
        yield bytes(begun)


def _cut(begun: bytearray, part: bytes) -> Iterator[bytes]:
    """The lines that end in this part; of the last one `begun` has the front, and no more than it takes."""
    first, *others = part.split(b"\n")
    begun += first[: LINE_LIMIT_BYTES + 1 - len(begun)]
    for other in others:
        if len(begun) <= LINE_LIMIT_BYTES:
            yield bytes(begun)
        begun[:] = other[: LINE_LIMIT_BYTES + 1]


def _interaction(line: bytes) -> LoggedInteraction | None:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or such a number or depth as nobody means
        return None
    if not isinstance(event, dict) or event.get("type") != _INTERACTION:
        return None
    at_s, prompt = _seconds(event.get("timestamp_ms")), _text(event.get("prompt"))
    if at_s is None or prompt is None:
        return None
    return LoggedInteraction(at_s, prompt, _text(event.get("applied_prompt")))


def _seconds(milliseconds: Any) -> float | None:
    """Numbers as text are numbers; true and false are none."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float | str):
        return None
    try:
        seconds = float(milliseconds) / 1000
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) and 0 <= seconds <= LONGEST_S else None


def _text(value: Any) -> str | None:
    """Half of a surrogate pair is no character."""
    return value.encode(errors="replace").decode() if isinstance(value, str) and value.strip() else None
