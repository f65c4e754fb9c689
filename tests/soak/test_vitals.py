"""The soak's judgement: what stays flat is well, what grows with the broadcasts is not."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.soak.vitals import Vitals, growth

AT_FIRST = Vitals(0, memory_kb=150_000, sqlite_kb=3_000, tasks=10, descriptors=30, threads=9, database_kb=300)
FLAT = [
    replace(AT_FIRST, broadcasts=each, memory_kb=150_000 + each % 7, database_kb=300 + 80 * each)
    for each in range(1, 401)
]


def grown(seen: list[Vitals]) -> list[str]:
    return [row.name for row in growth(seen) if not row.is_well]


def with_memory(more_kb: Callable[[int], float]) -> list[Vitals]:
    return [replace(each, memory_kb=each.memory_kb + round(more_kb(each.broadcasts))) for each in FLAT]


def test_what_stays_is_well() -> None:
    """Noise, and a database that takes the same for each broadcast."""
    assert grown(FLAT) == []
    assert grown(FLAT[:3]) == []


def test_what_fills_up_in_the_first_half_is_well() -> None:
    """And a single step in the second."""
    assert grown(with_memory(lambda broadcast: min(broadcast, 180) * 100)) == []
    assert grown(with_memory(lambda broadcast: 3000 if broadcast > 290 else 0)) == []


@pytest.mark.parametrize("step", [1, 20, 40])
def test_steps_again_and_again_are_a_leak(step: int) -> None:
    """However seldom: of 8 kB for each broadcast, in all."""
    assert grown(with_memory(lambda broadcast: broadcast // step * step * 8)) == ["memory (kB)"]


def test_there_is_a_ceiling() -> None:
    """For what stands still, too."""
    assert grown(with_memory(lambda _: 60_000)) == ["memory (kB)"]


@pytest.mark.parametrize("name", ["memory_kb", "sqlite_kb", "tasks", "descriptors", "threads", "database_kb"])
def test_what_grows_is_seen(name: str) -> None:
    """A little of it with each broadcast; of the database, more with each."""
    leak = {"memory_kb": 30.0, "sqlite_kb": 60.0, "database_kb": 0.2}.get(name, 0.02)
    power = 2 if name == "database_kb" else 1
    leaky = [
        replace(each, **{name: round(getattr(each, name) + leak * each.broadcasts**power)}) for each in FLAT
    ]
    assert len(grown(leaky)) == 1
