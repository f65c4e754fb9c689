"""History: a million streams and ten million suggestions, looked through while 200 a second come in.

The database is built once, in `build/`: some minutes and seven gigabytes. All questions are about the server
that has the most, one in fourteen of all: as often its moderators' as those of who views some channels.
"""

import asyncio
import itertools
import os
import random
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, text

from bot.broadcast.model import Broadcast, Channel, Stream, Suggestion, Viewer
from bot.broadcast.states import State
from bot.broadcast.telling.outbox import Outbox
from bot.broadcast.wanted import Page, Standing, Wanted
from bot.guilds.first_questions import FirstQuestions
from bot.process.clock import SystemClock
from bot.storage.connections import Database
from bot.storage.database import open_database
from bot.storage.guilds import DatabaseGuilds
from bot.storage.history import DatabaseHistory
from bot.storage.journal import DatabaseJournal
from bot.storage.links import DatabaseLinks
from bot.storage.outbox import DatabaseOutbox
from bot.storage.recovery import close_unfinished, left_open, left_running
from bot.storage.unsettled import DatabaseStreamBooks
from bot.storage.writer import Writer
from tests.bench._years import CHANNELS, WORDS, guild_id, person_id, years_of

QUESTIONS = int(os.environ.get("QUESTIONS", "400"))
"""Of each kind."""
RATE_PER_S = 200
LEFT_WAITING = 1000
TARGET_MS = 30
HERE = Channel(guild_id(0), guild_id(0) + 1)
MIKA = Viewer(person_id(0), "Person 0")
SOME = [guild_id(0) + 1 + each for each in range(0, CHANNELS, 2)]
UNSPACED = ("雪山", "竜", "海辺", "飞过", "ภูเขา", "눈이", "내리")
OF_THIS_BENCH = "bench"


def main() -> None:
    """`python -m tests.bench history`; QUESTIONS sets how many of each kind are asked."""
    path, facts = years_of()
    print(f"built in {facts['built_s']:.0f} s, {facts['size_bytes'] / 1e9:.1f} GB\n")
    asyncio.run(_measure(path))


async def _measure(path: Path) -> None:
    await _leave_behind(path)
    print(f"{'':<64}{'s':>8}{'target':>9}")
    await _start(path)
    async with _opened(path) as (database, journal):
        history = DatabaseHistory(database)
        print(f"\n{'ms':<64}{'p50':>8}{'p99':>8}{'longest':>9}{'p50 cold':>10}{'target':>9}")
        kinds = _kinds(history)
        cold = {name: await _asked(ask, QUESTIONS // 8) for name, ask in kinds.items()}
        _warm(path)
        writing = asyncio.create_task(_write(journal), name="suggestions of the benchmark")
        busy = {name: await _asked(ask, QUESTIONS) for name, ask in kinds.items()}
        writing.cancel()
        for name, taken in busy.items():
            _row(name, taken, cold[name])
        written = [
            each for each in await asyncio.gather(writing, return_exceptions=True) if isinstance(each, list)
        ]
        _row(f"stored that one was suggested, of {RATE_PER_S} a second", written[0], None)
    await _tidy(path)


def _kinds(history: DatabaseHistory) -> dict[str, Callable[[random.Random], Awaitable[object]]]:
    guild = HERE.guild_id

    def page(wanted: Wanted, chance: random.Random) -> Awaitable[Page]:
        turned = {"older_than": chance.randint(10, 14_000)} if chance.random() < 0.5 else {}
        return history.past_broadcasts(guild, chance.choice((None, SOME)), wanted, limit=8, **turned)

    def listed(chance: random.Random) -> Awaitable[object]:
        since = datetime(2024, 5, 1, tzinfo=UTC) + timedelta(days=chance.randint(0, 880))
        wanted = chance.choice(
            (
                Wanted(),
                Wanted(since=since, until=since + timedelta(days=chance.choice((1, 7, 30)))),
                Wanted(standing=chance.choice(list(Standing))),
            )
        )
        return page(wanted, chance)

    def of_a_person(chance: random.Random) -> Awaitable[object]:
        person = person_id(1000 * int(chance.random() ** 4 * 200))
        return page(Wanted(chance.choice(("", _words(chance))), person), chance)

    def completed(chance: random.Random) -> Awaitable[object]:
        typed = chance.choice((_words(chance), chance.choice(UNSPACED), str(chance.randint(1, 14_000)), ""))
        typed = typed[: chance.randint(0, len(typed))]
        return history.search_broadcasts(guild, typed, chance.choice((None, SOME)), limit=25)

    def searched(chance: random.Random) -> Awaitable[object]:
        words = chance.choice((_words(chance), chance.choice(UNSPACED), f"{_words(chance)} nowhere"))
        return page(Wanted(words), chance)

    return {
        "a page of the list: all, a period, a state": listed,
        "a page of somebody's, with or without words": of_a_person,
        "a completion of what is typed": completed,
        "a full-text search, its first page or any": searched,
    }


def _words(chance: random.Random) -> str:
    return " ".join(chance.choices(WORDS, k=chance.choice((1, 1, 2, 3))))


async def _asked(ask: Callable[[random.Random], Awaitable[object]], count: int) -> list[float]:
    """Milliseconds that questions took, with a rest as long after each."""
    chance, taken = random.Random(16), []
    for _ in range(count):
        began = time.perf_counter()
        await ask(chance)
        taken.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(taken[-1] / 1000)
    return taken


def _row(name: str, taken: list[float], cold: list[float] | None) -> None:
    """`cold`: nothing was written meanwhile, but what was read came from the disk."""
    p99 = sorted(taken)[int(len(taken) * 0.99)]
    beside = f"{statistics.median(cold):>10.1f}" if cold else f"{'':>10}"
    target = f"<= {TARGET_MS}" if cold else ""
    print(f"{name:<64}{statistics.median(taken):>8.1f}{p99:>8.1f}{max(taken):>9.1f}{beside}{target:>9}")


async def _write(journal: DatabaseJournal) -> list[float]:
    """Suggests, sends and acknowledges at that rate until it is cancelled; how long the first of it took."""
    chance, taken, began = random.Random(4), list[float](), time.perf_counter()
    broadcast, stream = await _on_air(journal, f"{OF_THIS_BENCH}-on-air", _now())
    told = set[asyncio.Future[None]]()
    try:
        for number in itertools.count():
            await asyncio.sleep(max(0.0, began + number / RATE_PER_S - time.perf_counter()))
            author = Viewer(person_id(which := 1000 * chance.randint(0, 199)), f"Person {which}")
            said = Suggestion(f"{OF_THIS_BENCH}-{number}", broadcast.id, author, _words(chance), _now())
            one = asyncio.ensure_future(_walk(journal, said, stream, taken))
            told.add(one)
            one.add_done_callback(told.discard)
    except asyncio.CancelledError:
        await asyncio.gather(*told)
    return taken


async def _walk(journal: DatabaseJournal, said: Suggestion, stream: Stream, taken: list[float]) -> None:
    began = time.perf_counter()
    await journal.save_suggestion(said, is_new=True)
    taken.append((time.perf_counter() - began) * 1000)
    await journal.save_suggestion(said.sent(stream.id, _now()))
    await journal.save_suggestion(said.sent(stream.id, _now()).acknowledged(said.prompt, _now()))


async def _on_air(journal: DatabaseJournal, name: str, at: datetime) -> tuple[Broadcast, Stream]:
    broadcast = Broadcast(name, HERE, MIKA, "A dragon", False, at, State.LIVE, live_at=at)
    stream = Stream(f"{name}-1", name, "A dragon", False, at, at, service_id=f"{name}-1")
    await journal.save_broadcast(broadcast)
    await journal.save_stream(stream)
    return broadcast, stream


async def _leave_behind(path: Path) -> None:
    """What a crash does: broadcasts that run, with full lines; and nothing of the file is in memory."""
    async with _opened(path) as (_, journal):
        for name, age in (("new", timedelta()), ("old", timedelta(hours=9))):
            broadcast, stream = await _on_air(journal, f"{OF_THIS_BENCH}-{name}", _now() - age)
            await journal.save_signs_of_life([broadcast.id], _now() - age)
            waiting = (
                Suggestion(f"{stream.id}-{number}", broadcast.id, MIKA, "snow", _now())
                for number in range(LEFT_WAITING)
            )
            await asyncio.gather(*(journal.save_suggestion(each, is_new=True) for each in waiting))
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


async def _start(path: Path) -> None:
    """All that the bot asks of its database before it is there, and as soon as it is."""
    clock, began = SystemClock(), time.perf_counter()
    async with _opened(path) as (database, _), Writer(database) as writer:
        records, history = DatabaseGuilds(database, writer), DatabaseHistory(database)
        opened_s = time.perf_counter() - began
        await records.all_settings()
        await records.remaining_mutes(_now())
        await FirstQuestions(records, clock).load()
        await DatabaseLinks(database, writer).all_links()
        left = await left_running(database, now=_now(), within=timedelta(minutes=10))
        await left_open(database)
        going_on = [each.broadcast.id for each in left]
        closed = await close_unfinished(database, now=_now(), reference="bench", but=going_on)
        await DatabaseOutbox(database, writer).errands()
        recovered_s = time.perf_counter() - began
        await history.broadcasts_to_search()
        await history.open_panels_of_the_past()
        await DatabaseStreamBooks(database).unsettled_streams(_now() - timedelta(days=8))
        all_s = time.perf_counter() - began
    _line("the database is open, nothing of it in memory before", opened_s, "")
    _line(
        f"the same, and recovered: {len(left)} go on, {len(closed)} closed, a line of 1,000 each",
        recovered_s,
        "<= 2",
    )
    _line("the same, and looked for panels and streams to mend", all_s, "<= 2")


def _warm(path: Path) -> None:
    """The system has the file in its memory, as of a bot that has run for a while."""
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 24):
            pass


def _line(name: str, took_s: float, target: str) -> None:
    print(f"{name:<64}{took_s:>8.2f}{target:>9}")


@asynccontextmanager
async def _opened(path: Path) -> AsyncIterator[tuple[Database, DatabaseJournal]]:
    async with open_database(f"sqlite:///{path}") as database, Writer(database) as writer:
        outbox = Outbox(DatabaseOutbox(database, writer), SystemClock())
        yield database, DatabaseJournal(writer, outbox)


async def _tidy(path: Path) -> None:
    """The file is for the next run."""
    async with _opened(path) as (database, _):
        await database.transact(_without_what_it_wrote)


def _without_what_it_wrote(connection: Connection) -> None:
    of_bench = f"'{OF_THIS_BENCH}-%'"
    connection.execute(text(f"DELETE FROM outbox WHERE broadcast_id LIKE {of_bench}"))
    for table, column in (
        ("suggestions", "broadcast_id"),
        ("streams", "broadcast_id"),
        ("broadcasts", "id"),
    ):
        ids: Iterable[str] = (f"{OF_THIS_BENCH}-{each}" for each in ("new", "old", "on-air"))
        for broadcast_id in ids:
            connection.execute(text(f"DELETE FROM {table} WHERE {column} = :id"), {"id": broadcast_id})


def _now() -> datetime:
    return datetime.now(UTC)
