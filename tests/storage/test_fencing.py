"""What is written under a lease is written while nobody else has it, or not at all."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select

from bot.app.cluster.homes import HomedOutbox, Homes
from bot.broadcast.errors import DeposedError
from bot.broadcast.model import Broadcast, Suggestion
from bot.broadcast.owning.lease import of_broadcast, of_guild
from bot.broadcast.owning.owning import Owning
from bot.broadcast.states import State
from bot.broadcast.telling.errand import Errand, Kind
from bot.broadcast.telling.outbox import Outbox
from bot.process.clock import SystemClock
from bot.storage import schema
from bot.storage.connections import Database
from bot.storage.database import open_database
from bot.storage.fencing import Fencing
from bot.storage.journal import DatabaseJournal
from bot.storage.outbox import DatabaseOutbox
from bot.storage.writer import Writer, upsert
from tests.broadcast.relay.service import TurnedClock
from tests.storage.cluster import Cluster, cluster
from tests.storage.conftest import CHANNEL, MIKA, NOW, ended, live_broadcast
from tests.support.leases import member

__all__ = ["cluster"]

SHARD = of_guild(CHANNEL.guild_id, 16)
LEASE = of_broadcast("b")


@dataclass
class Process:
    """One of those who share a database."""

    database: Database
    owning: Owning
    writer: Writer
    outbox: Outbox
    journal: DatabaseJournal
    lost: list[str]

    async def said(self) -> list[str]:
        """The prompts that are stored, whoever did it."""
        found = await self.database.read(
            select(schema.suggestions.c.prompt).order_by(schema.suggestions.c.id)
        )
        return [prompt for (prompt,) in found]

    async def state(self) -> str:
        [(state,)] = await self.database.read(select(schema.broadcasts.c.state))
        return str(state)


@asynccontextmanager
async def process(cluster: Cluster, name: str) -> AsyncIterator[Process]:
    async with AsyncExitStack() as stack:
        book = await stack.enter_async_context(cluster.book(name))
        owning = await stack.enter_async_context(Owning(book, TurnedClock(), lambda: member(name)))
        database = await stack.enter_async_context(open_database(cluster.url, shared=True))
        writer = await stack.enter_async_context(Writer(database, fencing=Fencing(name, owning)))
        outbox = Outbox(DatabaseOutbox(database, writer), SystemClock())
        journal = DatabaseJournal(writer, outbox, lease_of_guild=lambda guild_id: of_guild(guild_id, 16))
        lost: list[str] = []
        owning.lost.listen(lost.append)
        yield Process(database, owning, writer, outbox, journal, lost)


@pytest.fixture
async def a(cluster: Cluster) -> AsyncIterator[Process]:
    """Has the shard of the tests' server."""
    async with process(cluster, "a") as made:
        await made.owning.take([SHARD])
        yield made


@pytest.fixture
async def b(cluster: Cluster) -> AsyncIterator[Process]:
    async with process(cluster, "b") as made:
        yield made


async def begun(process: Process) -> Broadcast:
    """A broadcast that runs, with its lease."""
    broadcast, stream = live_broadcast()
    await process.journal.save_broadcast(replace(broadcast, state=State.REQUESTED))
    await process.journal.save_broadcast(broadcast)
    await process.journal.save_stream(stream)
    return broadcast


def idea(number: int, prompt: str = "snow") -> Suggestion:
    return Suggestion(str(number), "b", MIKA, f"{prompt} {number}", NOW)


async def taken_over(cluster: Cluster, by: Process) -> None:
    cluster.run_out(SHARD, LEASE)
    assert await by.owning.take([SHARD, LEASE]) == {SHARD, LEASE}


async def test_a_broadcast_has_its_lease_from_its_first_row_to_its_last_state(
    cluster: Cluster, a: Process
) -> None:
    broadcast = await begun(a)
    assert a.owning.holds(LEASE)
    assert cluster.rows("SELECT owner, fence FROM leases WHERE name LIKE 'broadcast%'") == [("a", 1)]
    await a.journal.save_broadcast(ended(broadcast))
    assert not a.owning.holds(LEASE)
    assert cluster.rows("SELECT owner, fence FROM leases WHERE name LIKE 'broadcast%'") == []
    assert a.lost == []


async def test_no_broadcast_begins_on_a_shard_that_is_another_ones(
    cluster: Cluster, a: Process, b: Process
) -> None:
    """Neither when that is known, nor when it is found out."""
    broadcast = replace(live_broadcast()[0], state=State.REQUESTED)
    with pytest.raises(DeposedError):
        await b.journal.save_broadcast(broadcast)
    cluster.run_out(SHARD)
    await b.owning.take([SHARD])
    saved, noted = a.journal.save_broadcast(broadcast), a.writer.execute(under=LEASE)
    results = await asyncio.gather(saved, noted, return_exceptions=True)
    assert [type(each) for each in results] == [DeposedError, DeposedError], (
        "what comes with it does not, too"
    )
    assert a.lost == [SHARD]
    assert not a.owning.holds(LEASE)
    assert cluster.rows("SELECT 1 FROM broadcasts") == []
    assert cluster.rows("SELECT 1 FROM leases WHERE name LIKE 'broadcast%'") == []


async def test_a_deposed_write_fails_its_own_caller_alone(cluster: Cluster, a: Process, b: Process) -> None:
    """In the middle of a batch; all else in it is stored."""
    await begun(a)
    await taken_over(cluster, b)
    link = {"channel_id": 1, "guild_id": 2, "token": "t", "made_at": NOW, "takes_old_links": False}
    results = await asyncio.gather(
        a.writer.execute(upsert(schema.watch_links, link | {"channel_id": 1, "token": "1"})),
        a.journal.save_suggestion(idea(1), is_new=True),
        a.writer.execute(upsert(schema.watch_links, link | {"channel_id": 2, "token": "2"})),
        return_exceptions=True,
    )
    assert [type(each) for each in results] == [type(None), DeposedError, type(None)]
    assert await b.said() == []
    assert len(cluster.rows("SELECT 1 FROM watch_links")) == 2
    assert a.lost == [LEASE], "it is known at once"
    with pytest.raises(DeposedError):
        await a.journal.save_suggestion(idea(2), is_new=True)


async def test_nothing_at_all_of_a_broadcast_is_written_by_who_was_deposed(
    cluster: Cluster, a: Process, b: Process
) -> None:
    """Its state, streams, suggestions, signs of life, notes and end: whoever has it finds it as it was."""
    broadcast = await begun(a)
    await taken_over(cluster, b)
    tables = "broadcasts", "streams", "suggestions", "votes", "outbox", "last_moments", "people", "leases"

    def everything() -> list[list[tuple[object, ...]]]:
        return [cluster.rows(f"SELECT * FROM {name} ORDER BY 1") for name in tables]

    before = everything()
    journal, stream = a.journal, live_broadcast()[1]
    journal.note_vote("b", 7, "1")
    journal.note_approval("b", "1", NOW)
    storing = [
        journal.save_stream(replace(stream, prompt="other")),
        journal.save_signs_of_life(["b"], NOW),
        journal.save_suggestion(idea(1).sent(stream.id, NOW)),
        journal.save_broadcast(ended(broadcast)),
    ]
    results = await asyncio.gather(*storing, return_exceptions=True)
    assert [type(each) for each in results] == [DeposedError, type(None), DeposedError, DeposedError]
    assert everything() == before
    assert b.owning.fence_of(LEASE) == 2


async def test_who_has_it_goes_on_with_it_and_ends_it(cluster: Cluster, a: Process, b: Process) -> None:
    broadcast = await begun(a)
    await taken_over(cluster, b)
    await b.journal.save_suggestion(idea(1), is_new=True)
    await b.journal.save_broadcast(ended(broadcast))
    assert await a.said() == ["snow 1"]
    assert await a.state() == "ended"
    with pytest.raises(DeposedError):
        await a.journal.save_broadcast(broadcast)
    assert await b.state() == "ended"


async def test_what_ran_out_and_nobody_took_is_written_all_the_same(cluster: Cluster, a: Process) -> None:
    """As after ten seconds without the database: what has happened is not lost."""
    await begun(a)
    cluster.run_out(SHARD, LEASE)
    await a.journal.save_suggestion(idea(1))
    assert await a.said() == ["snow 1"]


async def test_what_is_written_after_the_end_needs_no_lease(a: Process) -> None:
    """How its world was left, say: it was ours to the end, and nobody else can have it."""
    broadcast = await begun(a)
    end = a.journal.save_broadcast(ended(broadcast))
    late = [a.journal.save_suggestion(idea(number)) for number in range(600)]
    await asyncio.gather(end, *late)
    await a.journal.save_suggestion(idea(700))
    assert len(await a.said()) == 601


async def test_a_bad_row_among_fenced_ones_fails_alone(cluster: Cluster, a: Process) -> None:
    """Rows of a kind go to the server together: one that it refuses takes none along."""
    await begun(a)
    nowhere = idea(2).sent("no such stream", NOW)
    results = await asyncio.gather(
        *(a.journal.save_suggestion(each, is_new=True) for each in (idea(1), nowhere, idea(3))),
        return_exceptions=True,
    )
    assert [each is None for each in results] == [True, False, True]
    assert await a.said() == ["snow 1", "snow 3"]


async def test_an_end_that_was_stored_and_not_answered_is_stored(cluster: Cluster, a: Process) -> None:
    """It is tried again, and finds no lease: that is its own doing."""
    broadcast = await begun(a)
    cluster.execute("DELETE FROM leases WHERE name LIKE 'broadcast%'")
    await a.journal.save_broadcast(ended(broadcast))
    assert not a.owning.holds(LEASE)
    assert a.lost == []


async def test_a_takers_turn_comes_when_a_write_is_done(cluster: Cluster, a: Process, b: Process) -> None:
    """Many writes while somebody wants to take: each is done before, or refused."""
    await begun(a)
    cluster.run_out(SHARD, LEASE)
    saving = [asyncio.ensure_future(a.journal.save_suggestion(idea(number))) for number in range(400)]
    taken: set[str] = set()
    written_when_taken = 0
    while not taken:
        taken = await b.owning.take([LEASE])
        written_when_taken = len(await b.said())
    results = await asyncio.gather(*saving, return_exceptions=True)
    done = sum(each is None for each in results)
    assert len(await b.said()) == done == written_when_taken


async def test_many_begin_and_end_while_all_is_renewed(cluster: Cluster, a: Process) -> None:
    """Nobody waits for somebody who waits for them; nothing is missed, and nothing is left."""
    one = replace(live_broadcast()[0], length=None)
    some = [replace(one, id=f"b{number}", channel=replace(CHANNEL, id=number)) for number in range(60)]
    is_over = asyncio.Event()

    async def keep_renewing() -> int:
        times = 0
        while not is_over.is_set():
            await a.owning._renew()
            times += 1
        return times

    renewing = asyncio.create_task(keep_renewing())
    failed: list[Exception] = []
    a.writer.tried.listen(lambda one: failed.append(one.error) if one.error else None)
    for _ in range(3):
        await asyncio.gather(*(a.journal.save_broadcast(replace(b, state=State.REQUESTED)) for b in some))
        assert all(a.owning.holds(of_broadcast(each.id)) for each in some)
        shuffled = random.Random(1).sample(some, len(some))
        await asyncio.gather(
            *(a.journal.save_broadcast(ended(replace(b, state=State.LIVE))) for b in shuffled)
        )
        some = [replace(each, id=f"{each.id}x") for each in some]
    is_over.set()
    assert await renewing > 3
    assert (a.lost, failed) == ([], [])
    assert cluster.rows("SELECT name FROM leases") == [(SHARD,)]


async def test_what_may_happen_once_only_is_begun_by_who_has_its_server(
    cluster: Cluster, a: Process, b: Process
) -> None:
    """Whoever was stopped before that does not do what another process may have done meanwhile."""
    homes = Homes()
    homes.count = 16
    homes.note("b", CHANNEL.guild_id)
    store = HomedOutbox(a.database, a.writer, homes)
    errand = Errand(Kind.RECORDINGS, "b", NOW, "b")
    await store.add(errand)
    await store.change(replace(errand, tries=1))
    cluster.run_out(SHARD)
    await b.owning.take([SHARD])
    with pytest.raises(DeposedError):
        await store.change(replace(errand, begun_at=NOW))
    assert cluster.rows("SELECT tries, begun_at FROM outbox") == [(1, None)]
