"""The soak's judgement: what stays flat is well, what grows with the broadcasts is not."""

from dataclasses import replace

import pytest

from tests.soak.vitals import Vitals, growth

FLAT = [
    Vitals(
        each, memory_kb=150_000 + each % 7, tasks=10, descriptors=30, threads=9, database_kb=300 + 80 * each
    )
    for each in range(1, 401)
]


def grown(seen: list[Vitals]) -> list[str]:
    return [name for name, *_, is_well in growth(seen) if not is_well]


def test_what_stays_is_well() -> None:
    """Noise, and a database that takes the same for each broadcast."""
    assert grown(FLAT) == []
    assert grown(FLAT[:3]) == []


@pytest.mark.parametrize("name", ["memory_kb", "tasks", "descriptors", "threads", "database_kb"])
def test_what_grows_is_seen(name: str) -> None:
    """A little of it with each broadcast; of the database, more with each."""
    leak = {"memory_kb": 30.0, "database_kb": 0.2}.get(name, 0.05)
    power = 2 if name == "database_kb" else 1
    leaky = [
        replace(each, **{name: round(getattr(each, name) + leak * each.broadcasts**power)}) for each in FLAT
    ]
    assert len(grown(leaky)) == 1
