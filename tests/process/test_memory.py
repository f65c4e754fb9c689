"""What a process that runs for long does about its memory."""

import asyncio
import gc
import weakref

import pytest

from bot.process import memory


class Knot:
    """An object that holds itself."""

    def __init__(self) -> None:
        self.itself = self


async def test_what_is_old_and_of_no_use_is_collected_before_it_is_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Python by itself would leave it until twenty times as many new objects have come."""
    monkeypatch.setattr(memory, "LOOK_S", 0.0)
    knot = Knot()
    gc.collect()
    gc.collect()
    alive = weakref.ref(knot)
    async with memory.garbage_in_portions():
        del knot
        for _ in range(10):
            await asyncio.sleep(0)
        assert alive(), "it is looked for though there is nothing new"
        new: list[list[int]] = [[] for _ in range(700 * (memory.MANY + 1))]
        for _ in range(10):
            await asyncio.sleep(0)
        assert not alive()
        assert new
