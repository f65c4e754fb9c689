"""What a broadcast of many streams leaves behind: nothing but what is stored."""

import asyncio
import gc
from collections import Counter
from pathlib import Path

import pytest

from bot.broadcast.relay import relay
from tests.odyssey.service import PATIENCE_S, Service
from tests.support.relays import PassingStreamer, opened

KINDS = ("bot.", "aiortc.", "aioice.", "aiohttp.", "httpx.", "httpcore.", "sqlalchemy.", "asyncio.")
FIRST, LAST = 4, 12
"""The streams between which it is counted: in the first ones much is made that is made once."""
TRIES = 4
"""What a busy machine has not closed yet is not there with the next stream; what is left behind is."""


def alive() -> Counter[str]:
    """How many objects there are of each kind that could be left behind."""
    gc.collect()
    kinds = (f"{type(each).__module__}.{type(each).__qualname__}" for each in gc.get_objects())
    return Counter(kind for kind in kinds if kind.startswith(KINDS) and not kind.endswith(".EncodedFrame"))


async def test_nothing_is_left_of_a_stream_that_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of no kind of object there is one more for each stream that a broadcast has had."""
    monkeypatch.setattr(relay, "LINGER_S", 0.0)
    async with (
        Service(PassingStreamer).running() as service,
        opened(service.url, f"sqlite:///{tmp_path}/b.sqlite3", limit_s=1.0) as house,
        asyncio.timeout(3 * PATIENCE_S),
    ):
        session = await house.started(1)

        async def alone(number: int) -> tuple[int, Counter[str]]:
            """While there is a stream, this or a later one, and no other on either side."""
            while True:
                running = [task.get_name() for task in asyncio.all_tasks()]
                is_alone = len(service.streamers) == running.count("odyssey-connection") == 1
                if session.relay.streams.begun >= number and session.relay.is_open and is_alone:
                    return session.relay.streams.begun, alive()
                await asyncio.sleep(0.01)

        first, before = await alone(FIRST)
        for number in range(LAST, LAST + TRIES):
            last, after = await alone(number)
            left = {kind: more for kind, more in (after - before).items() if more >= last - first}
            if not left:
                break
        assert left == {}
