"""The database is away for a while in mid-broadcast: locked, full, gone. It is a real one in a file."""

import asyncio
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from bot.broadcast.show import unstored
from bot.local.discord.people.views import SeenMessage
from bot.odyssey import Odyssey
from bot.storage import own_connection, writer
from tests.cogs.conftest import until
from tests.e2e.conftest import API_KEY, CHANNEL, WAIT_S, House
from tests.e2e.test_stop import bot_process

RESTS = "can store nothing just now"
ENDINGS = "SELECT state, reason FROM broadcasts"
REFUSED = "Nothing can be stored just now"


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for seconds here, but in the bot that is a process of its own."""
    monkeypatch.setattr(own_connection, "LOCK_WAIT_S", 0.02)
    monkeypatch.setattr(writer, "ASKED_S", 0.2)
    monkeypatch.setattr(writer, "PAUSES_S", (0.02, 0.05))
    monkeypatch.setattr(unstored, "GRACE_S", 0.1)
    monkeypatch.setattr(unstored, "AGAIN_S", 0.1)


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Another process writes, and does not come to an end."""
    with closing(sqlite3.connect(database, isolation_level=None, timeout=WAIT_S)) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        yield
        blocker.execute("ROLLBACK")


@contextmanager
def gone(database: Path) -> Iterator[None]:
    """Somebody moves the file away, and back."""
    database.rename(database.with_name("elsewhere"))
    yield
    database.with_name("elsewhere").rename(database)


async def ended_at_the_service(house: House) -> int:
    """How many streams have ended, as the service says."""
    client = Odyssey(api_key=API_KEY, api_url=house.standin.url)
    try:
        return (await client.list_stream_recordings(limit=10)).total
    finally:
        await client.disconnect()


async def until_ended(house: House, number: int) -> None:
    """Returns when the service says that so many streams have ended."""
    async with asyncio.timeout(WAIT_S):
        while await ended_at_the_service(house) < number:
            await asyncio.sleep(0.02)


async def said(house: House, prompt: str, answer: str) -> None:
    """Robin suggests something, and is told this."""
    await house.discord.user("robin").slash(CHANNEL, "odyssey say", prompt=prompt)
    await house.shown(answer, as_user="robin")


async def rests_and_comes_back(
    house: House, panel: SeenMessage, away: Callable[[], AbstractContextManager[None]]
) -> None:
    """Its stream ends, everybody is told, and it goes on by itself: same panel, nothing done unseen."""
    with away():
        await said(house, "snow", REFUSED)
        rests = await house.discord.wait_for_message(CHANNEL, lambda m: RESTS in m.text, timeout_s=WAIT_S)
        assert rests.id == panel.id
        await until_ended(house, 1)
    await house.discord.wait_for_message(
        CHANNEL,
        lambda m: m.id == panel.id and "Live" in m.text and RESTS not in m.text,
        timeout_s=WAIT_S,
    )
    await said(house, "rain", "Applied: rain")


def known(database: Path, query: str) -> list[tuple[object, ...]]:
    """What the database knows."""
    with closing(sqlite3.connect(database, timeout=WAIT_S)) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.outage("database locked for a minute", "database file gone")
@pytest.mark.parametrize("away", [locked, gone])
async def test_a_broadcast_rests_until_it_can_be_stored_again(
    house: House, away: Callable[[Path], AbstractContextManager[None]]
) -> None:
    """What was asked for meanwhile is refused and not done later; two streams, each stored with its end."""
    database = house.directory / "odyssey.sqlite3"
    async with house.bot():
        panel = await house.live_broadcast()
        await rests_and_comes_back(house, panel, lambda: away(database))
        assert known(database, "SELECT prompt, outcome FROM suggestions") == [("rain", "acknowledged")]
        streams = known(database, "SELECT number, end_reason FROM streams ORDER BY number")
        assert streams == [(1, "not_stored"), (2, None)]


@pytest.mark.outage("database locked for a moment")
async def test_a_moment_costs_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """As while a copy of it is made: what is suggested meanwhile is taken, and the stream goes on."""
    monkeypatch.setattr(unstored, "GRACE_S", WAIT_S)
    monkeypatch.setattr(writer, "ASKED_S", WAIT_S)
    database = house.directory / "odyssey.sqlite3"
    async with house.bot():
        await house.live_broadcast()
        with locked(database):
            await house.discord.user("robin").send(CHANNEL, "!snow")
            await asyncio.sleep(0.5)  # many times as long as one try takes
            assert known(database, "SELECT count(*) FROM suggestions") == [(0,)]
        await house.shown("> snow")
        assert known(database, "SELECT outcome FROM suggestions") == [("acknowledged",)]
        assert known(database, "SELECT count(*), max(end_reason) FROM streams") == [(1, None)]


@pytest.mark.outage("database locked as a broadcast ends")
async def test_a_stream_ends_whatever_the_database_does(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is locked just as a broadcast ends: the stream is ended all the same, and that is stored later."""
    monkeypatch.setattr(unstored, "GRACE_S", WAIT_S)  # by its own end, not because it cannot be stored
    database = house.directory / "odyssey.sqlite3"
    async with house.bot():
        await house.live_broadcast()
        await house.discord.user("robin").slash(CHANNEL, "odyssey say", prompt="snow")
        await house.shown("Applied: snow", as_user="robin")
        with locked(database):
            ending = asyncio.create_task(house.discord.user("mika").slash(CHANNEL, "odyssey end"))
            await until_ended(house, 1)
            assert known(database, "SELECT state FROM broadcasts") == [("live",)]
        await ending
        await house.shown("Full video")
        assert known(database, ENDINGS) == [("ended", "host_ended")]


@pytest.mark.outage("asked for while the database is away")
async def test_what_is_asked_for_while_it_is_away_is_not_done(house: House) -> None:
    """A start, a setting: each is told in a sentence; no stream is meant, and nothing changes later."""
    database, mika = house.directory / "odyssey.sqlite3", house.discord.user("mika")
    async with house.bot():
        with locked(database):
            await mika.slash(CHANNEL, "odyssey start", prompt="A cat")
            await house.shown(REFUSED)
            changed = await mika.slash(CHANNEL, "odyssey settings", name="gap_s", value="9")
            assert REFUSED in (await changed.final()).text
        await until(house, lambda: known(database, ENDINGS) == [("failed", "not_stored")])
        assert known(database, "SELECT count(*) FROM streams") == [(0,)]
        assert known(database, "SELECT count(*) FROM guild_settings") == [(0,)]
        await house.live_broadcast("A dog")


@pytest.mark.outage("database locked for longer than patience")
async def test_a_database_that_stays_away_ends_the_broadcast_in_a_sentence(house: House) -> None:
    """The panel says so while nothing can be stored; it is stored when the database is back."""
    database = house.directory / "odyssey.sqlite3"
    async with house.bot(database_patience_s=0.5):
        panel = await house.live_broadcast()
        with locked(database):
            await said(house, "snow", REFUSED)
            over = await house.shown("could store nothing any more")
            assert over.id == panel.id
            await until_ended(house, 1)
        await house.shown("Full video")
        await until(house, lambda: known(database, ENDINGS) == [("failed", "not_stored")])


@pytest.mark.outage("disk full and free again")
async def test_a_full_disk(house: House) -> None:
    """No file of the bot's process may grow for a while: as on a disk that is full."""
    async with bot_process(house) as process:
        panel = await house.live_broadcast()
        await rests_and_comes_back(house, panel, lambda: full(process.pid))
        process.terminate()
        _, log = await process.communicate()
    assert process.returncode == 0, log.decode()
    assert b"Traceback" not in log, log.decode()


@contextmanager
def full(pid: int) -> Iterator[None]:
    """That process finds no room for more than a page in any file."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, before[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
