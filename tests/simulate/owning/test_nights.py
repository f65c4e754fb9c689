"""Two hundred nights of several processes in virtual time; and that a night would show what is broken."""

from collections.abc import Callable, Collection

import pytest
from sqlalchemy import Connection

from bot.broadcast.owning import owning
from bot.storage.fencing import Fence, Fencing
from tests.simulate.owning.playing import play

NIGHTS = 200
AT_A_TIME = 25


@pytest.mark.parametrize("first", range(0, NIGHTS, AT_A_TIME))
def test_a_broadcast_has_one_owner_and_nothing_said_in_it_is_lost_or_doubled(first: int) -> None:
    """Whoever stops, is cut off, dies or goes, whatever their clocks say, and while the database is away."""
    wrong = {}
    for seed in range(first, first + AT_A_TIME):
        if faults := play(seed).faults:
            wrong[seed] = faults
    assert not wrong, f"seen again by: python -m tests.simulate.owning --seed {min(wrong)} --history"


def test_a_seed_repeats_its_night() -> None:
    for seed in (3, 8):
        assert play(seed)[1:] == play(seed)[1:]


def no_look(_self: Fencing, _connection: Connection, asked: Collection[Fence]) -> set[Fence]:
    """All of it is taken for ours."""
    return set(asked)


def without_fences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Fencing, "_ours", no_look)


def without_a_clock_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was stopped takes all for theirs when they wake."""
    monkeypatch.setattr(owning, "OWN_FOR_S", 1e9)
    monkeypatch.setattr(owning, "GONE_AFTER_S", 1e9)


@pytest.mark.parametrize(
    ("broken", "seen"),
    [(without_fences, "who does not have it"), (without_a_clock_of_its_own, "is held by")],
)
def test_what_is_broken_shows(
    monkeypatch: pytest.MonkeyPatch, broken: Callable[[pytest.MonkeyPatch], None], seen: str
) -> None:
    """Each by what it is there for."""
    broken(monkeypatch)
    faults = [fault for seed in range(20) for fault in play(seed).faults]
    assert any(seen in fault for fault in faults)
