"""Processes that share an account begin sessions in turns: two of them, and a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.storage.cluster.identifying import FARTHEST, DatabaseIdentifying
from bot.storage.connections import Database
from bot.storage.database import open_database
from tests.broadcast.fakes import SteppedClock
from tests.support.postgres import EMPTY, Postgres

EVERY_S = 1000.0
"""So long that nothing here depends on how fast the machine is."""


@pytest.fixture
def url(empty_postgres: Postgres) -> Iterator[str]:
    with empty_postgres.database(EMPTY) as made:
        yield made


@pytest.fixture
async def databases(url: str) -> AsyncIterator[list[Database]]:
    """Of two processes."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(open_database(url)) for _ in range(2)]


def turn_of(wait_s: float) -> int:
    """Which turn it is, from now on."""
    return round(wait_s / EVERY_S)


async def test_each_turn_is_one_processs_alone(databases: list[Database]) -> None:
    """However many ask at once; and each bucket has turns of its own."""
    processes = [DatabaseIdentifying(database, SteppedClock()) for database in databases]
    for bucket in (0, 1):
        asked = (process.turn(bucket, EVERY_S) for _ in range(5) for process in processes)
        assert sorted(map(turn_of, await asyncio.gather(*asked))) == list(range(10))


async def test_who_has_not_asked_for_long_waits_for_nobody(databases: list[Database]) -> None:
    """Turns that nobody took are not saved up either."""
    identifying = DatabaseIdentifying(databases[0], SteppedClock())
    await identifying.turn(0, EVERY_S)
    past = "UPDATE identifies SET next_at = next_at - make_interval(hours => 9)"
    await databases[1].transact(lambda connection: connection.execute(text(past)).close())
    assert [turn_of(await identifying.turn(0, EVERY_S)) for _ in range(2)] == [0, 1]


async def test_a_database_clock_that_was_set_back_keeps_nobody_waiting(databases: list[Database]) -> None:
    """What was said by the other time would keep everybody out for hours."""
    identifying = DatabaseIdentifying(databases[0], SteppedClock())
    await identifying.turn(0, EVERY_S)
    ahead = "UPDATE identifies SET next_at = next_at + make_interval(days => 900)"
    await databases[1].transact(lambda connection: connection.execute(text(ahead)).close())
    assert turn_of(await identifying.turn(0, EVERY_S)) == FARTHEST


async def test_while_the_database_is_away_nobody_takes_a_turn(
    databases: list[Database], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is asked again until it is back."""
    transact, failures = databases[0].transact, [OperationalError("", {}, OSError()) for _ in range(2)]

    async def fail_at_first(work: object) -> object:
        if failures:
            raise failures.pop()
        return await transact(work)  # type: ignore[arg-type]  # it is passed on

    monkeypatch.setattr(databases[0], "transact", fail_at_first)
    clock = SteppedClock()
    assert await DatabaseIdentifying(databases[0], clock).turn(0, EVERY_S) == 0
    assert clock.steady() == 2
    assert caplog.text.count("no turn on Discord") == 2
