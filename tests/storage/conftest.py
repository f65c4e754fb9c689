"""A real database in a file of the test's own."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.broadcast.audit import Audit
from bot.broadcast.clock import Clock
from bot.broadcast.model import Broadcast, Channel, Ending, Stream, Viewer
from bot.broadcast.rights import Person
from bot.broadcast.states import Reason, State
from bot.broadcast.telling.outbox import Outbox
from bot.guilds.guilds import Guilds, RunningIn
from bot.guilds.words.judge import MakeFilter
from bot.guilds.words.text_rules import make_text_filter
from bot.process.clock import SystemClock
from bot.storage.connections import Database, FileDatabase
from bot.storage.database import open_database
from bot.storage.guilds import DatabaseGuilds
from bot.storage.history import DatabaseHistory
from bot.storage.journal import DatabaseJournal
from bot.storage.outbox import DatabaseOutbox
from bot.storage.writer import Writer
from tests.storage.copies import add_broadcast
from tests.support.database import PutDatabase
from tests.support.postgres import EMPTY, Postgres, empty_postgres, postgres

__all__ = ["empty_postgres", "postgres"]

NOW = datetime(2026, 8, 1, 20, 0, tzinfo=UTC)
CHANNEL = Channel(guild_id=2**62 + 1, id=2**62 + 2)
MIKA = Viewer(2**62 + 3, "Mika")
MODERATOR = Person(MIKA, manages_server=True, outranks_other=True)


@dataclass
class Store:
    """The storage under test."""

    url: str
    database: Database
    writer: Writer
    outbox: Outbox
    journal: DatabaseJournal
    history: DatabaseHistory

    async def owed(self) -> list[str]:
        """The keys of what is still to be told, as it is stored."""
        return sorted(errand.key for errand in await DatabaseOutbox(self.database, self.writer).errands())

    async def let_go(self) -> None:
        """Nobody has the file open who reads, as of a bot that was stopped."""
        self.database.engine.dispose()
        assert isinstance(self.database, FileDatabase)
        await self.database.of_loop.dispose()

    async def long_broadcast(self, streams: int) -> tuple[Broadcast, list[Stream]]:
        """A broadcast of many streams, of which each began two minutes after the one before; all ended."""
        broadcast, first = await self.past_broadcast(1)
        later = [
            replace(
                first,
                id=f"own1-{number}",
                service_id=f"s1-{number}",
                number=number,
                prompt=f"Scene {number}",
                started_at=first.started_at + timedelta(minutes=2 * (number - 1)),
                ended_at=first.started_at + timedelta(minutes=2 * number),
            )
            for number in range(2, streams + 1)
        ]
        for stream in later:
            await self.journal.save_stream(stream)
        return broadcast, [first, *later]

    async def past_broadcast(
        self, number: int, *, channel: Channel = CHANNEL, host: Viewer = MIKA, prompt: str = "A cat"
    ) -> tuple[Broadcast, Stream]:
        """A broadcast with its stream, both ended, in the minute with this number."""
        at = NOW + timedelta(minutes=number)
        broadcast = Broadcast(f"b{number}", channel, host, prompt, False, at, State.ENDED)
        stream = Stream(
            f"own{number}", broadcast.id, prompt, False, at, at, 1, f"s{number}", at, Reason.HOST_ENDED
        )
        await self.journal.save_broadcast(broadcast)
        await self.journal.save_stream(stream)
        return broadcast, stream


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One contract, and two databases that keep it: what is stored is asked of both."""
    if "store" in metafunc.fixturenames and not metafunc.definition.get_closest_marker("sqlite"):
        metafunc.parametrize("dialect", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def dialect(request: pytest.FixtureRequest) -> str:
    """Which database a test has."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """A file that does not exist yet, in a directory that does not either; or a server's empty database."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path / 'data' / 'odyssey.sqlite3'}"
        return
    server: Postgres = request.getfixturevalue("empty_postgres")
    with server.database(EMPTY) as made:
        yield made


@pytest.fixture
async def store(url: str, dialect: str, put_database: PutDatabase) -> AsyncIterator[Store]:
    """An empty storage."""
    if dialect == "sqlite":
        put_database(Path(url.removeprefix("sqlite:///")))
    async with open_database(url) as database, Writer(database) as writer:
        outbox = Outbox(DatabaseOutbox(database, writer), SystemClock())
        yield Store(url, database, writer, outbox, DatabaseJournal(writer, outbox), DatabaseHistory(database))


def guilds_of(
    records: DatabaseGuilds,
    clock: Clock | None = None,
    make_filter: MakeFilter = make_text_filter,
    *,
    running_in: RunningIn = lambda _: (),
) -> Guilds:
    """The servers as this database knows them, before they are loaded."""
    clock = clock or SystemClock()
    return Guilds(records, Audit(records, clock), clock, make_filter, running_in, own_prefix="!")


def live_broadcast() -> tuple[Broadcast, Stream]:
    """A broadcast that runs, and its stream."""
    length = timedelta(minutes=10)
    broadcast = Broadcast("b", CHANNEL, MIKA, "A cat", True, NOW, State.LIVE, live_at=NOW, length=length)
    return broadcast, Stream("own", "b", "A cat", True, NOW, NOW, service_id="s")


def ended(broadcast: Broadcast) -> Broadcast:
    """The broadcast, ended by its host."""
    ending = Ending(Reason.HOST_ENDED, by=MIKA, detail="said enough", reference="ref")
    return broadcast.moved(State.ENDING, NOW, ending).moved(State.ENDED, NOW)


@pytest.fixture
def past(url: str, put_database: PutDatabase) -> Path:
    """The file of a database that no bot has, with one broadcast in it."""
    path = Path(url.removeprefix("sqlite:///"))
    put_database(path)
    add_broadcast(path, "first")
    return path
