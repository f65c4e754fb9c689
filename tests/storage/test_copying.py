"""From a file to a server, and back."""

from pathlib import Path

import pytest

from bot.broadcast.telling.outbox import Outbox
from bot.broadcast.wanted import Wanted
from bot.kit.errors import StartError
from bot.process.clock import SystemClock
from bot.storage import copying
from bot.storage.copying import Copied, copy_database
from bot.storage.database import open_database
from bot.storage.history import DatabaseHistory
from bot.storage.journal import DatabaseJournal
from bot.storage.outbox import DatabaseOutbox
from bot.storage.schema import broadcasts, metadata
from bot.storage.writer import Writer
from tests.storage.conftest import CHANNEL, Store
from tests.storage.test_privacy import HERE, fill
from tests.support.postgres import EMPTY, Postgres


@pytest.fixture
def other(dialect: str, empty_postgres: Postgres, tmp_path: Path) -> str:
    """An empty one of the other kind."""
    if dialect == "postgresql":
        return f"sqlite:///{tmp_path / 'other.sqlite3'}"
    return empty_postgres.new_database(EMPTY)


async def found(url: str) -> tuple[dict[str, list[str]], list[int | None]]:
    """All that a database has, and what it finds."""
    async with open_database(url) as database:
        page = await DatabaseHistory(database).past_broadcasts(
            CHANNEL.guild_id, wanted=Wanted("cat"), limit=9
        )
        rows = {
            table.name: sorted(map(repr, await database.read(table.select())))
            for table in metadata.sorted_tables
        }
        return rows, [past.number for past in page.broadcasts]


async def test_all_of_it_is_there(store: Store, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row of every table, in parts; what is searched; and it is gone on with."""
    monkeypatch.setattr(copying, "AT_ONCE", 3)
    await fill(store, HERE)
    for number in range(1, 9):
        await store.past_broadcast(number)
    await store.writer.prove()
    told: list[Copied] = []
    rows = await copy_database(store.url, other, None, told.append)
    assert await found(other) == await found(store.url)
    assert {each.name for each in told} == set(metadata.tables)
    assert rows == sum(each.rows for each in told) > 30
    async with open_database(other) as database, Writer(database) as writer:
        outbox = Outbox(DatabaseOutbox(database, writer), SystemClock())
        later = Store(
            other, database, writer, outbox, DatabaseJournal(writer, outbox), DatabaseHistory(database)
        )
        await later.past_broadcast(20, prompt="A last cat")
        assert len((await found(other))[1]) == 9


async def test_what_is_not_empty_stays_as_it_is(store: Store, other: str) -> None:
    """Nor is a database copied to itself."""
    await store.past_broadcast(1)
    await copy_database(store.url, other, None, lambda _: None)
    before = await found(other)
    for target, why in ((other, "is not empty"), (store.url, "to itself")):
        with pytest.raises(StartError, match=why):
            await copy_database(store.url, target, None, lambda _: None)
    assert await found(other) == before


async def test_what_does_not_arrive_is_noticed(
    store: Store, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then nothing is there at all."""
    await store.past_broadcast(1)
    parts, passed = copying._parts, list[str]()

    def lossy(table: object, connection: object) -> object:
        passed.append(table.name)  # type: ignore[attr-defined]
        for part in parts(table, connection):  # type: ignore[arg-type]
            yield part[1:] if passed.count("streams") == 2 else part

    monkeypatch.setattr(copying, "_parts", lossy)
    with pytest.raises(StartError, match="copied of streams is not what was read"):
        await copy_database(store.url, other, None, lambda _: None)
    async with open_database(other) as database:
        assert await database.read(broadcasts.select()) == []
