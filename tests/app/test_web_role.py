"""`run --role web`: a process that serves pages, beside one that runs broadcasts, over a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest

from bot.app.web_role import run_pages
from bot.broadcast.audience.links import WatchLink, WatchLinks
from bot.broadcast.audit import Audit
from bot.broadcast.history import RecordingLink
from bot.broadcast.model import Ending, Spectating
from bot.broadcast.owning.directory import Member
from bot.broadcast.states import Reason
from bot.kit.errors import StartError
from bot.process.clock import SystemClock
from bot.process.given_settings import load_settings
from bot.process.settings import PageSettings
from bot.storage.cluster.changes import SharedChanges
from bot.storage.guilds import DatabaseGuilds
from bot.storage.history import DatabaseHistory
from bot.storage.leases import DatabaseLeases
from bot.storage.links import DatabaseLinks
from bot.storage.recording_links import DatabaseRecordingLinks
from tests.broadcast.conftest import person
from tests.e2e.conftest import free_port
from tests.support.browser import LocalBrowser
from tests.support.postgres import EMPTY, Postgres, empty_postgres, postgres
from tests.support.watched import CHANNEL, MIKA, NOW, ROBIN, EventStream
from tests.web.elsewhere import KEY, Owner, last_of, owner
from tests.web.player import serving
from tests.web.service import TOKEN as SPECTATORS_TOKEN
from tests.web.service import Service
from tests.web.test_evening import _MOVES as MOVES

__all__ = ["empty_postgres", "postgres"]

TOKEN = "a-token-that-nobody-guesses"


@pytest.fixture
def url(empty_postgres: Postgres) -> Iterator[str]:
    with empty_postgres.database(EMPTY) as made:
        yield made


@asynccontextmanager
async def web_role(url: str, **settings: Any) -> AsyncIterator[str]:
    """Runs one; gives where it is."""
    port, stop = free_port(), asyncio.Event()
    given = PageSettings(
        _env_file=None,
        **{"database_url": url, "odyssey_api_key": KEY, "web_port": port, "role": "web", **settings},
    )
    running = asyncio.create_task(run_pages(given, stop))
    async with aiohttp.ClientSession() as http:
        while not running.done():
            try:
                await http.get(f"http://127.0.0.1:{port}/livez")
                break
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.02)
    try:
        if not running.done():
            yield f"http://127.0.0.1:{port}"
    finally:
        stop.set()
        await running


async def link(here: Owner) -> None:
    """The channel has a watch link."""
    links = DatabaseLinks(here.process.database, here.process.writer)
    await links.save_link(WatchLink(TOKEN, CHANNEL, NOW))


async def test_it_serves_what_another_process_runs(url: str) -> None:
    """The page as it changes, and the recording's page once it is over."""
    async with owner(url) as here:
        await link(here)
        async with web_role(url) as at, EventStream(f"{at}/watch/{TOKEN}/events") as events:
            session = await here.start()
            event = await events.until(state="live")
            assert event.data["broadcast"]["host"] == "Mika"
            session.end(Ending(Reason.HOST_ENDED, by=MIKA))
            await events.until(broadcast=None)
            past = await last_of(here)
            found = RecordingLink("a-recording", past.broadcast.id, NOW)
            records = DatabaseRecordingLinks(here.process.database, here.process.writer)
            await records.save_recording_link(found)
            async with aiohttp.ClientSession() as http:
                page = await http.get(f"{at}/r/a-recording")
                assert "A cat" in await page.text()
                timeline = await (await http.get(f"{at}/r/a-recording/timeline.json")).json()
                assert timeline["host"] == "Mika"
                assert (await http.get(f"{at}/r/another")).status == 404


async def test_it_needs_no_token_and_says_what_it_is(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ready is it without Discord; what it counts is of pages alone."""
    async with web_role(url, metrics_token="a-token-of-metrics") as at, aiohttp.ClientSession() as http:
        assert await (await http.get(f"{at}/readyz")).json() == {"status": "ok", "role": "web"}
        assert (await http.get(f"{at}/healthz")).status == 200
        bearer = {"Authorization": "Bearer a-token-of-metrics"}
        counted = await (await http.get(f"{at}/metrics", headers=bearer)).text()
        assert "odyssey_watch_pages_open 0.0" in counted
        assert "odyssey_discord_connected" not in counted
    for name in ("DISCORD_TOKEN", "ODYSSEY_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(StartError) as refused:
        load_settings(PageSettings)
    assert "ODYSSEY_API_KEY is missing" in str(refused.value)
    assert "DISCORD_TOKEN" not in str(refused.value)


async def test_it_has_no_lease_and_changes_nothing(url: str) -> None:
    """All tables are as they were, whatever is asked of it; but that it is there."""
    async with owner(url) as here:
        await link(here)
        before = tables(here)
        async with web_role(url) as at, aiohttp.ClientSession() as http:
            for path in ("", "/events", "/picture.jpg", "/live.m3u8", "/film/1"):
                answer = await http.get(f"{at}/watch/{TOKEN}{path}")
                answer.close()
            await http.post(f"{at}/watch/{TOKEN}/clip")
            assert tables(here) == before


async def test_a_link_that_is_revoked_is_dead_here_too(url: str) -> None:
    """In a moment: its pages are sent away."""
    async with owner(url) as here:
        await link(here)
        process, clock = here.process, SystemClock()
        changes = SharedChanges(process.database, process.writer, process.bell)
        records = DatabaseLinks(process.database, process.writer, changes)
        audit, history = (
            Audit(DatabaseGuilds(process.database, process.writer), clock),
            DatabaseHistory(process.database),
        )
        links = WatchLinks(records, history.broadcast, audit, clock, lambda: "new")
        await links.load()
        async with web_role(url) as at, EventStream(f"{at}/watch/{TOKEN}/events") as events:
            await events.next()
            await links.drop(CHANNEL)
            while (event := await events.next()) and event.name != "gone":
                pass
            assert event


async def test_it_agrees_with_the_others_or_does_not_start(url: str) -> None:
    """On what both have; of Discord's token it knows nothing. The others know that it takes no shards."""
    async with web_role(url, discord_token="a-token"):
        async with web_role(url), owner(url) as here:
            members = await members_of(here)
            assert [each.role for each in members] == ["web", "web"]
            assert not any(each.takes_shards for each in members)
        with pytest.raises(StartError, match="ODYSSEY_API_KEY is not what"):
            async with web_role(url, odyssey_api_key="ody_another"):
                pass


@pytest.mark.parametrize("wrong", ["sqlite:///data/odyssey.sqlite3"])
async def test_there_has_to_be_something_to_share(wrong: str) -> None:
    """A file is one process's."""
    with pytest.raises(StartError):
        async with web_role(wrong):
            pass


async def members_of(here: Owner) -> Sequence[Member]:
    return (await DatabaseLeases(here.process.database, "nobody").standing()).members


def tables(here: Owner) -> dict[str, str]:
    """By table: all that is in it, as a sum; but for who is there."""
    with here.process.database.engine.connect() as connection:
        names = connection.exec_driver_sql(
            "SELECT relname FROM pg_stat_user_tables WHERE relname <> 'members'"
        ).scalars()
        return {
            name: connection.exec_driver_sql(
                f"SELECT md5(string_agg(each::text, ' ' ORDER BY each::text)) FROM {name} AS each"
            ).scalar_one()
            for name in names.all()
        }


async def test_the_picture_comes_here_as_anywhere(url: str, browser: LocalBrowser) -> None:
    """By WHEP from the service, in a browser that knows this process alone; by HLS in one playlist."""
    service = Service()
    async with serving(service, "", {}), service.sending(), owner(url) as here, AsyncExitStack() as stack:
        await link(here)
        at = await stack.enter_async_context(web_role(url, odyssey_api_url=service.url))
        where = service.url
        spectating = Spectating(f"{where}/broadcasts/1", SPECTATORS_TOKEN, f"{where}/live.m3u8")
        session = await here.start(spectating)
        page = await browser.open(f"{at}/watch/{TOKEN}")
        await page.locator("body[data-state=live]").wait_for()
        await page.evaluate(MOVES)
        async with aiohttp.ClientSession() as http:
            playlist = await (await http.get(f"{at}/watch/{TOKEN}/live.m3u8")).text()
            assert f"{where}/7.m4s" in playlist
        await here.broadcasts.suggest(CHANNEL, "An owl", by=person(ROBIN))
        await page.locator("#now .prompt").get_by_text("An owl").wait_for()
        session.end(Ending(Reason.HOST_ENDED, by=MIKA))
        await page.locator("body[data-state=after]").wait_for()
