"""Events logs, good and bad in every way."""

import json
from collections.abc import AsyncIterator, Iterable

import pytest

from bot.broadcast.recordings.events import (
    EVENTS_LIMIT,
    LINE_LIMIT_BYTES,
    LOG_LIMIT_BYTES,
    LoggedInteraction,
    read_interactions,
)

GOOD = {"timestamp_ms": 1500, "type": "interaction", "prompt": "a cat", "applied_prompt": "Scene: a cat"}
READ = LoggedInteraction(1.5, "a cat", "Scene: a cat")


async def parts(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def read(*lines: bytes | dict[str, object], size: int = 4096) -> list[LoggedInteraction]:
    written: Iterable[bytes] = (
        line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines
    )
    return await read_interactions(parts(b"\n".join(written), size))


@pytest.mark.parametrize("size", [1, 7, 4096])
async def test_interactions_are_read_in_the_order_of_time(size: int) -> None:
    """However the log is cut up as it comes, and with or without an end of its last line."""
    start = {"timestamp_ms": 0, "type": "stream_started", "prompt": "x"}
    later = {**GOOD, "timestamp_ms": 9000, "prompt": "ыéß"}
    found = await read(start, later, GOOD, b"", size=size)
    assert found == [READ, LoggedInteraction(9.0, "ыéß", "Scene: a cat")]


@pytest.mark.parametrize("number", ["1500", " 1500 ", "1.5e3", 1500.0])
async def test_numbers_as_text_are_numbers(number: object) -> None:
    """As some services write them."""
    assert await read({**GOOD, "timestamp_ms": number}) == [READ]


@pytest.mark.parametrize(
    "bad",
    [
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe\x00{}",
        b"\xed\xa0\x80",
        b"[" * 60_000,
        b'{"timestamp_ms": ' + b"9" * 6000 + b', "type": "interaction", "prompt": "x"}',
        b'{"timestamp_ms": NaN, "type": "interaction", "prompt": "x"}',
        b'{"timestamp_ms": Infinity, "type": "interaction", "prompt": "x"}',
        {**GOOD, "timestamp_ms": "soon"},
        {**GOOD, "timestamp_ms": True},
        {**GOOD, "timestamp_ms": None},
        {**GOOD, "timestamp_ms": -1},
        {**GOOD, "timestamp_ms": 1e300},
        {**GOOD, "timestamp_ms": [1500]},
        {**GOOD, "prompt": 5},
        {**GOOD, "prompt": "  "},
        {**GOOD, "type": ["interaction"]},
        {**GOOD, "prompt": "x" * LINE_LIMIT_BYTES},
    ],
    ids=lambda bad: str(bad)[:40],
)
async def test_a_bad_line_is_passed_over(bad: bytes | dict[str, object]) -> None:
    """And those around it are read."""
    assert await read(GOOD, bad, GOOD) == [READ, READ]


async def test_halves_of_characters_are_none() -> None:
    """What is shown can be written."""
    [found] = await read({**GOOD, "prompt": "a \ud800 cat", "applied_prompt": 7})
    assert found == LoggedInteraction(1.5, "a ? cat", None)


async def test_a_log_has_its_bounds() -> None:
    """Of one that does not end no more is read, nor of a line, nor are more events kept."""
    assert len(await read(*[GOOD] * (EVENTS_LIMIT + 10))) == EVENTS_LIMIT
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        while True:
            taken += 2**20
            yield b"x" * 2**20

    assert await read_interactions(endless()) == []
    assert taken <= LOG_LIMIT_BYTES + 2 * 2**20
