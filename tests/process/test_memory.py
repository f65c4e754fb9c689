"""What a process that runs for long does about its memory."""

import asyncio
import gc
import weakref

import psutil
import pytest

from bot.process import memory


class Knot:
    """An object that holds itself."""

    def __init__(self) -> None:
        self.itself = self


async def turns() -> None:
    """Lets others do what they do at once."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_is_old_is_looked_through_when_it_has_become_twice_as_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not before, as Python by itself would, however much that is new comes and goes."""
    monkeypatch.setattr(memory, "LOOK_S", 0.0)
    gc.collect()
    monkeypatch.setattr(memory, "FEW", len(gc.get_objects(memory.OLD)) + 20_000)
    knot = Knot()
    gc.collect()
    alive = weakref.ref(knot)
    before = gc.get_threshold()
    async with memory.old_objects_left_alone():
        del knot
        for _ in range(30):
            passing = [[None] for _ in range(10_000)]
            gc.collect(1)
            await turns()
            del passing
        assert alive(), "it is looked for though there are no more old objects than before"
        staying = [[None] for _ in range(30_000)]
        gc.collect(1)
        await turns()
        assert not alive()
        assert staying
    assert gc.get_threshold() == before


async def test_at_rest_what_nobody_needs_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once each time that it comes to rest: a look stops nobody then. As soon as it would, there is none."""
    monkeypatch.setattr(memory, "LOOK_AT_REST_S", 0.0)
    is_at_rest = False

    async def outlasts_it(rests: bool) -> bool:
        nonlocal is_at_rest
        knot = Knot()
        gc.collect(1)
        alive = weakref.ref(knot)
        del knot
        is_at_rest = rests
        await turns()
        return alive() is not None

    async with memory.tidied_at_rest(lambda: is_at_rest):
        assert await outlasts_it(rests=False)
        assert not await outlasts_it(rests=True)
        assert await outlasts_it(rests=True), "it was at rest already"
        assert await outlasts_it(rests=False)
        assert not await outlasts_it(rests=True)


def test_what_is_free_is_given_back() -> None:
    """Pieces between others that stay, which malloc would keep."""
    pieces = [bytes(16_000) for _ in range(4_000)]
    kept = pieces[::40]
    process = psutil.Process()
    before = process.memory_info().rss
    del pieces
    memory.tidy()
    assert before - process.memory_info().rss > 40_000_000
    assert kept
