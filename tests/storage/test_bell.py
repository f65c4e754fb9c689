"""The bell of a cluster, rung over a real PostgreSQL."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.broadcast.owning.bell import Ring
from bot.process.clock import SystemClock
from bot.storage.address import database_address
from bot.storage.cluster.bell import LOOK_S, ServerBell
from bot.storage.schema import guild_settings
from bot.storage.writer import upsert
from tests.broadcast.relay.service import TurnedClock
from tests.storage.conftest import NOW
from tests.storage.shared import Process, process
from tests.support.postgres import EMPTY, Postgres, running_postgres, server_directory


async def rung_until_heard(one: Process, other: Process) -> None:
    """By a word that no look tells: it may be lost while the other one comes back."""
    async with asyncio.timeout(30):
        while "news" not in [other.heard.get_nowait() for _ in range(other.heard.qsize())]:
            one.bell.ring("news")
            await asyncio.sleep(0.05)


@pytest.fixture
def url(empty_postgres: Postgres) -> Iterator[str]:
    with empty_postgres.database(EMPTY) as made:
        yield made


async def test_others_hear_a_ring_once_all_before_it_is_stored(url: str) -> None:
    """Who looks finds it; and nobody hears himself."""
    async with process(url) as one, process(url) as other:
        for guild_id in range(20):
            row = {"guild_id": guild_id, "settings": "{}", "changed_at": NOW}
            written = one.writer.execute(upsert(guild_settings, row))
            one.bell.ring(Ring.CHANGES)
            await other.hears(Ring.CHANGES)
            found = await other.database.read(select(guild_settings.c.guild_id))
            assert guild_id in [each.guild_id for each in found]
            await written
        other.bell.ring(Ring.SLOTS)
        await one.hears(Ring.SLOTS)
        assert other.heard.empty(), "its own ring"


async def test_many_rings_at_once_are_few(url: str) -> None:
    """What is rung while one is on its way is rung once, afterwards."""
    async with process(url) as one, process(url) as other:
        for _ in range(100):
            one.bell.ring(Ring.SLOTS)
        one.bell.ring(Ring.CHANGES)
        await other.hears(Ring.SLOTS)
        await other.hears(Ring.CHANGES)
        assert other.heard.qsize() <= 1
        one.bell.ring(Ring.SLOTS)
        await other.hears(Ring.SLOTS)


async def test_a_statement_rings_with_its_transaction(url: str) -> None:
    """For who writes by a transaction of his own: not before it is committed, and not if it is not."""
    async with process(url) as one, process(url) as other:
        row = {"guild_id": 1, "settings": "{}", "changed_at": NOW}
        wrong = upsert(guild_settings, row | {"settings": None})
        with pytest.raises(IntegrityError):
            await one.writer.execute(one.bell.notice(Ring.SLOTS), wrong)
        await one.writer.execute(upsert(guild_settings, row), one.bell.notice(Ring.CHANGES))
        assert await other.heard.get() == Ring.CHANGES


async def test_who_loses_the_connection_hears_again(url: str, empty_postgres: Postgres) -> None:
    """And looks at everything, since something may have been rung meanwhile."""
    clock = SystemClock()
    async with process(url, clock) as one, process(url, clock) as other:
        await asyncio.to_thread(
            empty_postgres.execute,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' "
            f"AND datname = '{database_address(url).server.name}'",  # type: ignore[union-attr]
        )
        for word in Ring:
            await other.hears(word)
        await rung_until_heard(one, other)


async def test_a_server_that_was_restarted_is_listened_to_again() -> None:
    """As soon as it is back; what was rung meanwhile is lost, and looked at all the same."""
    clock = SystemClock()
    with server_directory() as directory, running_postgres(directory) as server, server.database() as url:
        async with process(url, clock) as one, process(url, clock) as other:
            await asyncio.to_thread(server.stop)
            one.bell.ring(Ring.SLOTS)
            await asyncio.to_thread(server.start)
            await rung_until_heard(other, one)


async def test_nothing_depends_on_a_ring(url: str) -> None:
    """Every two seconds all is looked at, whether or not anybody rang, or could be heard."""
    clock = TurnedClock()
    async with process(url, clock) as other:
        await clock.turn(LOOK_S)
        assert {other.heard.get_nowait() for _ in Ring} == set(Ring)
        assert other.heard.empty()


async def test_who_stops_rings_no_more(url: str) -> None:
    """Somebody may still ring while all is closed."""
    async with process(url) as one, process(url) as other:
        gone = ServerBell(other.database.server, other.writer, TurnedClock())
        async with gone:
            gone.ring(Ring.CHANGES)
            await one.hears(Ring.CHANGES)
        gone.ring(Ring.SLOTS)
        await other.writer.prove()
        other.bell.ring("news")
        assert await one.heard.get() == "news"
