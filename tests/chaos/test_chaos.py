"""Evenings of `make chaos`: whatever happens to the bot or to Odyssey, nothing is lost, and nothing lies."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.chaos import plan as plans
from tests.chaos.evening import evening
from tests.chaos.nursery import Nursery, nursery
from tests.e2e.conftest import paint_small
from tests.support.database import PutDatabase

KILLS = (24, 42, 47, 55, 116, 119, 181, 196)
FAULTS = (("websocket_reset",), ("stream_error", "recording_late"))


@pytest.fixture(scope="module")
async def bots() -> AsyncIterator[Nursery]:
    """Where bots come from."""
    async with nursery() as made:
        yield made


@pytest.mark.long
@pytest.mark.outage("the bot is killed")
@pytest.mark.parametrize(
    "plan", [*map(plans.killed, KILLS), *(plans.faulty(*each) for each in FAULTS)], ids=lambda plan: plan.seed
)
async def test_an_evening(
    plan: plans.Plan,
    bots: Nursery,
    tmp_path: Path,
    put_database: PutDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Streams, recordings, suggestions, marks and panels are as the checker wants them."""
    paint_small(monkeypatch)
    put_database(tmp_path / "odyssey.sqlite3")
    async with evening(plan, bots, tmp_path) as tonight:
        await tonight.run()
    assert not tonight.wrong, f"{plan}\n" + "\n".join(tonight.wrong)
