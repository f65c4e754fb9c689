"""Several processes on one PostgreSQL: leases renewed, suggestions committed, a message to the wire.

The server is the wheel's, on the same machine, as durable as it comes; SQLite's file is on the same disk.
"""

import asyncio
import itertools
import multiprocessing
import os
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from bot.broadcast.model import Broadcast, Channel, Suggestion, Viewer
from bot.broadcast.owning.lease import of_broadcast, of_guild, of_shard
from bot.broadcast.owning.owning import Owning
from bot.broadcast.states import State
from bot.broadcast.telling.outbox import Outbox
from bot.local.discord.server import LocalDiscord
from bot.process.clock import SystemClock
from bot.storage.database import open_database
from bot.storage.fencing import Fencing
from bot.storage.journal import DatabaseJournal
from bot.storage.leases import open_leases
from bot.storage.outbox import DatabaseOutbox
from bot.storage.writer import Writer
from tests.bench._bots import bot_process
from tests.bench._clip_service import timed_service
from tests.bench._steering import arrivals, started_broadcast
from tests.bench.update import times_ms
from tests.odyssey.service import API_KEY
from tests.storage.conftest import NOW
from tests.support.leases import member
from tests.support.postgres import Postgres, running_postgres

LEASES = 10_000
RENEWALS = 20
PROCESSES = 3
BROADCASTS, AT_ONCE, VIEWERS = 10, 40, 500
"""Of each process; so many suggestions are under way in each broadcast."""
SECONDS = float(os.environ.get("SECONDS", "10"))
TARGETS = {"renewal_ms": 100.0, "commits": 2000.0, "ratio": 2.0}


def main() -> None:
    """`python -m tests.bench cluster`; SECONDS sets how long is written, MESSAGES how many are sent."""
    with server() as postgres:
        renewals = asyncio.run(_renewals(postgres.new_database()))
        print(f"{'':<58}{'measured':>10}{'target':>10}")
        _row(f"{LEASES} leases renewed, p50, ms", statistics.median(renewals), "<=", TARGETS["renewal_ms"])
        _row("the same, the longest of them, ms", max(renewals))
        commits = _commits(postgres.new_database())
        _row(f"suggestions committed a second, by {PROCESSES} processes", commits, ">=", TARGETS["commits"])
        medians = asyncio.run(_to_the_wire(postgres))
    for name, median in medians.items():
        _row(f"chat message to the wire, {name}, p50, ms", median)
    ratio = medians["PostgreSQL"] / medians["SQLite"]
    _row("PostgreSQL to SQLite", ratio, "<=", TARGETS["ratio"])


def _row(name: str, value: float, relation: str = "", target: float | None = None) -> None:
    told = "" if target is None else f"{relation} {target:.0f}"
    is_met = target is None or (value <= target if relation == "<=" else value >= target)
    print(
        f"{name:<58}{value:>10.2f}{told:>10}{'' if target is None else '  ok' if is_met else '  short'}",
        flush=True,
    )


@contextmanager
def server() -> Iterator[Postgres]:
    """Where other files of tests are, unlike the tests' own, which is in memory."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as directory:
        Path(directory).chmod(0o711)
        data = Path(directory) / "data"
        data.mkdir()
        with running_postgres(data) as postgres:
            yield postgres


async def _renewals(url: str) -> list[float]:
    """How long each renewal of so many leases took, from the call to the answer, in ms."""
    names = [of_shard(number) for number in range(16)]
    names += [of_broadcast(f"{number:032x}") for number in range(LEASES - len(names))]
    sizes = dict.fromkeys(names[:16], 60)
    took = []
    async with open_database(url, shared=True) as database, open_leases(database, "a") as leases:
        held = await leases.take(names)
        for _ in range(RENEWALS):
            began = time.perf_counter()
            lost = await leases.renew(member("a"), sizes, held)
            took.append(1000 * (time.perf_counter() - began))
            assert not lost
    return took


def _commits(url: str) -> float:
    """How many suggestions a second several processes store with their journals, each under its leases."""
    asyncio.run(_migrated(url))
    spawn = multiprocessing.get_context("spawn")
    gate = spawn.Barrier(PROCESSES)
    pipes = []
    for number in range(PROCESSES):
        ours, theirs = spawn.Pipe(duplex=False)
        spawn.Process(target=_written_by, args=(url, number, gate, theirs), daemon=True).start()
        pipes.append(ours)
    return sum((float(pipe.recv()) for pipe in pipes), 0.0)


async def _migrated(url: str) -> None:
    async with open_database(url):
        pass


def _written_by(url: str, number: int, gate: "multiprocessing.synchronize.Barrier", told: Connection) -> None:
    told.send(asyncio.run(_writing(url, number, gate)))


async def _writing(url: str, number: int, gate: "multiprocessing.synchronize.Barrier") -> float:
    """As process of that number; returns how many a second were committed."""
    dice, ids = random.Random(number), itertools.count()
    async with _journal(url, number) as journal:
        for each in range(BROADCASTS):
            await journal.save_broadcast(_broadcast(number, each))
        await asyncio.to_thread(gate.wait)
        began = time.perf_counter()

        async def say(broadcast_id: str) -> int:
            done = 0
            while time.perf_counter() - began < SECONDS:
                viewer = Viewer(dice.randrange(VIEWERS), "Somebody")
                prompt = f"a dragon lands on roof {dice.random()}"
                suggestion = Suggestion(f"{number}-{next(ids)}", broadcast_id, viewer, prompt, NOW)
                await journal.save_suggestion(suggestion, is_new=True)
                done += 1
            return done

        saying = [say(f"{number}-{each}") for each in range(BROADCASTS) for _ in range(AT_ONCE)]
        done = sum(await asyncio.gather(*saying))
        return done / (time.perf_counter() - began)


@asynccontextmanager
async def _journal(url: str, number: int) -> AsyncIterator[DatabaseJournal]:
    """A process's, which has the shard of its number."""
    name = f"p{number}"
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(url, shared=True))
        leases = await stack.enter_async_context(open_leases(database, name))
        owning = await stack.enter_async_context(Owning(leases, SystemClock(), lambda: member(name)))
        writer = await stack.enter_async_context(Writer(database, fencing=Fencing(name, owning)))
        await owning.take([of_shard(number)])
        outbox = Outbox(DatabaseOutbox(database, writer), SystemClock())
        yield DatabaseJournal(writer, outbox, lease_of_guild=lambda guild_id: of_guild(guild_id, PROCESSES))


def _broadcast(number: int, each: int) -> Broadcast:
    channel = Channel(guild_id=number << 22, id=number << 22 | each)
    return Broadcast(f"{number}-{each}", channel, Viewer(1, "Mika"), "A cat", False, NOW, State.REQUESTED)


async def _to_the_wire(postgres: Postgres) -> dict[str, float]:
    """The median of each kind of bot, in ms."""
    kinds = {
        "SQLite": {},
        "PostgreSQL": {"DATABASE_URL": postgres.new_database()},
        "PostgreSQL, a cluster of one": {"DATABASE_URL": postgres.new_database(), "CLUSTER": "true"},
    }
    return {name: statistics.median(await _times_ms(settings)) for name, settings in kinds.items()}


async def _times_ms(settings: dict[str, str]) -> list[float]:
    with timed_service() as (url, pipe):
        async with LocalDiscord() as discord, bot_process(discord, url, API_KEY, "bot", "run", **settings):
            await started_broadcast(discord, '{"gap_s": 0}')
            with arrivals(pipe) as arriving:
                return await times_ms(discord, arriving)
