"""Whether the process does its work: a writer that hangs, one that is refused, a process that was stopped."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import pytest
from sqlalchemy import text

from bot.process.liveness import PROVED_EVERY_S, SILENT_S, Liveness
from bot.storage.writer import Try
from tests.broadcast.relay.service import TurnedClock, settle
from tests.storage.conftest import Store, dialect, store, url
from tests.support.own_connection import on_own_connection

__all__ = ["dialect", "store", "url"]


@pytest.fixture
def tries(store: Store) -> list[Try]:
    """All that the writer has told."""
    told: list[Try] = []
    store.writer.tried.listen(told.append)
    return told


@asynccontextmanager
async def watched(store: Store) -> AsyncIterator[tuple[Liveness, TurnedClock]]:
    clock = TurnedClock()
    async with Liveness(store.writer, clock) as liveness:
        await settle()
        yield liveness, clock


async def until_told(tries: list[Try], number: int) -> None:
    async with asyncio.timeout(30):
        while len(tries) < number:
            await asyncio.sleep(0.001)


async def test_an_idle_writer_proves_every_now_and_then_that_it_commits(
    store: Store, tries: list[Try]
) -> None:
    """Nobody stores anything for hours, and that is no problem: it was asked, and it answered."""
    async with watched(store) as (liveness, clock):
        for number in range(1, 10):
            await clock.turn(PROVED_EVERY_S)
            await until_told(tries, number)
        assert liveness.problem is None
        assert liveness.can_store
        assert len(tries) == 9


async def test_a_busy_writer_is_not_asked(store: Store, tries: list[Try]) -> None:
    """What it commits for others is proof enough."""
    async with watched(store) as (_, clock):
        for number in range(1, 60):
            await store.writer.execute()
            await clock.turn(1)
            assert len(tries) == number


@pytest.mark.outage("process hangs")
async def test_a_writer_that_hangs_is_a_reason_to_end_the_process(store: Store) -> None:
    """A disk that never answers; once it does, all is well again."""
    answers = threading.Event()

    await store.writer.prove()
    await on_own_connection(
        store.writer, lambda raw: raw.create_function("disk", 0, lambda: answers.wait(60))
    )
    async with watched(store) as (liveness, clock):
        written = store.writer.execute(text("SELECT disk()"))
        found = []
        for seconds in (PROVED_EVERY_S + SILENT_S - 1, 1):
            await clock.turn(seconds)
            found.append(liveness.problem)
        answers.set()
        await written
        found.append(liveness.problem)
    assert found == [None, "the writer of the database does not answer", None]


async def test_a_locked_database_is_no_reason_to_end_the_process(store: Store, tries: list[Try]) -> None:
    """The writer answers, if only that it cannot: the bot is not ready, and alive. It is both again later."""
    with closing(sqlite3.connect(store.url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with watched(store) as (liveness, clock):
            for number in range(1, 9):
                await clock.turn(PROVED_EVERY_S)
                await until_told(tries, number)
                assert (liveness.problem, liveness.can_store) == (None, False)
            other.execute("ROLLBACK")
            await clock.turn(PROVED_EVERY_S)
            await until_told(tries, 9)
            assert (liveness.problem, liveness.can_store) == (None, True)


async def test_a_row_at_fault_says_nothing_of_the_database(store: Store) -> None:
    """It breaks a rule: that is for its caller."""
    async with watched(store) as (liveness, _):
        with pytest.raises(Exception, match="no such table"):
            await store.writer.execute(text("DELETE FROM nowhere"))
        assert liveness.can_store  # though SQLite calls that an operational error
        with pytest.raises(Exception, match="NOT NULL"):
            await store.writer.execute(text("INSERT INTO guild_settings (guild_id) VALUES (1)"))
        assert liveness.can_store


async def test_a_process_that_was_stopped_and_goes_on_is_not_ended(store: Store) -> None:
    """The clock has gone on for an hour, and the loop has turned once."""
    async with watched(store) as (liveness, clock):
        late: list[float] = []
        liveness.turned.listen(late.append)
        clock._steady += 3600
        await clock.turn(0)
        assert late == [3599.0]
        assert liveness.problem is None
