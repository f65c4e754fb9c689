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


async def test_at_rest_what_nobody_needs_goes_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look stops nobody then; as soon as somebody would be stopped, there is none."""
    monkeypatch.setattr(memory, "LOOK_AT_REST_S", 0.0)
    gc.collect()
    monkeypatch.setattr(memory, "FEW_AT_REST", len(gc.get_objects(memory.OLD)) + 5_000)
    is_at_rest = False
    async with memory.tidied_at_rest(lambda: is_at_rest):
        knot = Knot()
        alive = weakref.ref(knot)
        staying = [[None] for _ in range(10_000)]
        gc.collect(1)
        del knot
        await turns()
        assert alive()
        is_at_rest = True
        await turns()
        assert not alive()
        assert staying
