"""Watch pages of broadcasts that another process runs, over a real PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
import pytest

from bot.app.stage import Stage, others_stage, shared_stage
from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.clock import Clock
from bot.broadcast.elsewhere.book import Head
from bot.broadcast.elsewhere.document import shown_in
from bot.broadcast.elsewhere.showing import GAP_S
from bot.broadcast.history import PastBroadcast
from bot.broadcast.model import Broadcast, Ending, Recording, Spectating
from bot.broadcast.owning.bell import Bell, NoBell
from bot.broadcast.picture import Picture
from bot.broadcast.show.service import Broadcasts
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import Reason, State
from bot.broadcast.telling.listeners import Listeners
from bot.broadcast.telling.outbox import Outbox
from bot.process.clock import SystemClock
from bot.process.sealing import ShowSeal
from bot.storage.history import DatabaseHistory
from bot.storage.journal import DatabaseJournal
from bot.storage.outbox import DatabaseOutbox
from bot.storage.shows import DatabaseShows
from bot.web.app import Sources
from tests.broadcast.conftest import person, reach, start
from tests.broadcast.fakes import ListeningAudience, MemoryJournal, ScriptedWorld, ports
from tests.broadcast.relay.service import TurnedClock
from tests.storage.shared import Process, process, until
from tests.support.postgres import EMPTY, Postgres, empty_postgres, postgres
from tests.support.watched import CHANNEL, MIKA, NOW, ROBIN, EventStream, Watched

__all__ = ["empty_postgres", "postgres"]

SPECTATING = Spectating("https://odyssey.test/whep", "spectators-token", "https://odyssey.test/live.m3u8")


class Wall(SystemClock):
    """A machine whose wall is so much later than others'."""

    def __init__(self, late_by: timedelta = timedelta()) -> None:
        super().__init__()
        self._late_by = late_by

    def now(self) -> Any:
        return super().now() + self._late_by

    def date_of(self, steady: float) -> Any:
        return super().date_of(steady) + self._late_by


@dataclass
class Owner:
    """The process that runs the broadcasts."""

    process: Process
    broadcasts: Broadcasts
    world: ScriptedWorld
    journal: DatabaseJournal
    stage: Stage
    shows: DatabaseShows
    renewed: Listeners[str]
    clips_asked: list[Broadcast]

    async def start(self) -> BroadcastSession:
        """A broadcast that is live, and can be watched."""
        session = await start(self.broadcasts, CHANNEL, MIKA, "A cat")
        await reach(session, State.LIVE)
        assert self.world.events
        self.world.events.spectating(SPECTATING)
        return session


def shows_of(at: Process, clock: Clock) -> DatabaseShows:
    seal = ShowSeal("the operator's key")
    return DatabaseShows(at.database, at.writer, clock, seal.close, seal.open)


@asynccontextmanager
async def owner(url: str, clock: Clock | None = None, *, has_bell: bool = True) -> AsyncIterator[Owner]:
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(process(url))
        outbox = Outbox(DatabaseOutbox(at.database, at.writer), clock)
        journal, history = DatabaseJournal(at.writer, outbox), DatabaseHistory(at.database)
        world = ScriptedWorld()
        own = replace(
            ports(world, MemoryJournal(), ListeningAudience(MemoryJournal()), clock),
            journal=journal,
            history=history,
        )
        broadcasts = await stack.enter_async_context(Broadcasts(own))
        asked: list[Broadcast] = []

        async def ask_clip(view: BroadcastView | None) -> None:
            assert view
            asked.append(view.broadcast)

        renewed = Listeners[str]()
        here = Stage(broadcasts.view_in, lambda _: "lounge", ask_clip, own.listeners, renewed)
        bell: Bell = at.bell if has_bell else NoBell()
        book = shows_of(at, clock)
        stage = await shared_stage(here, stack, broadcasts, book, bell, clock)
        yield Owner(at, broadcasts, world, journal, stage, book, renewed, asked)


class OtherProcess(Watched):
    """One that runs none of them, and answers for their pages."""

    def __init__(self, at: Process, stage: Stage, clock: Clock) -> None:
        super().__init__(clock)
        self.process = at
        self.stage = stage

    def sources(self) -> Sources:
        return replace(
            super().sources(),
            view_in=self.stage.view_in,
            name_of=self.stage.name_of,
            listeners=self.stage.listeners,
            renewed=self.stage.renewed,
            stored_pictures=self.stage.stored_pictures,
            ask_clip=self.stage.ask_clip_in,
            last_in=DatabaseHistory(self.process.database).last_broadcast,
        )


@asynccontextmanager
async def another(
    url: str, clock: Clock | None = None, *, has_bell: bool = True
) -> AsyncIterator[OtherProcess]:
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        at = await stack.enter_async_context(process(url))
        bell: Bell = at.bell if has_bell else NoBell()
        stage = await others_stage(stack, shows_of(at, clock), bell, clock)
        yield OtherProcess(at, stage, clock)


@pytest.fixture
def url(empty_postgres: Postgres) -> Iterator[str]:
    with empty_postgres.database(EMPTY) as made:
        yield made


async def test_each_change_is_shown_elsewhere(url: str) -> None:
    """Complete, with the way to the picture; texts and votes as they come, and the end, once it is over."""
    async with (
        owner(url) as here,
        another(url) as there,
        there.served() as page,
        EventStream(f"{page}/events") as events,
    ):
        first = await events.next()
        assert first
        assert (first.data["broadcast"], first.data["last"]) == (None, None)
        session = await here.start()
        whep = {"url": SPECTATING.webrtc_url, "token": SPECTATING.spectator_token}
        event = await events.until(state="live", stream={"number": 1, "whep": whep, "has_hls": True})
        assert event.data["channel"]["name"] == "lounge"
        assert event.data["broadcast"]["host"] == "Mika"
        session.floor.switch(Mode.VOTE)
        for who, said in ((ROBIN, "An owl"), (MIKA, "A whale")):
            await here.broadcasts.suggest(CHANNEL, said, by=person(who))
        texts: list[str] = []
        while texts != ["An owl", "A whale"]:
            event = await events.until(mode="vote")
            texts = [each["text"] for each in event.data["broadcast"]["candidates"]]
        session.floor.pause(paused=True)
        await events.until(is_paused=True)
        session.end(Ending(Reason.HOST_ENDED, by=MIKA))
        last = (await events.until(broadcast=None)).data["last"]
        assert (last["opening"], last["films"]) == ("A cat", 0)


async def test_what_was_on_before_it_began_is_shown_too(url: str) -> None:
    """By the page itself, to whoever is sent its link, and as a picture."""
    async with owner(url) as here:
        session = await here.start()
        picture = Picture(b"a large picture", portrait=False)
        await here.broadcasts.last_moments.follow(
            session.broadcast.id, replace(session.last_moment, picture=picture)
        )
        assert here.world.events
        here.world.events.pictured(picture, b"a small picture")
        await until_shown(here, has_picture=True)
        async with another(url) as there, there.served() as page, aiohttp.ClientSession() as http:
            html = await (await http.get(page)).text()
            assert "Live in #lounge" in html
            assert "A cat, in soft light" in html
            assert "picture.jpg?" in html
            assert await (await http.get(f"{page}/picture.jpg")).read() == picture.jpeg
            session.end(Ending(Reason.HOST_ENDED, by=MIKA))
            await until(lambda: there.stage.view_in(CHANNEL) is None)
            assert await (await http.get(f"{page}/picture.jpg")).read() == picture.jpeg


async def test_without_a_ring_it_is_looked_at_every_two_seconds(url: str) -> None:
    """A bell may be lost, and nothing depends on it."""
    clock = TurnedClock()
    async with owner(url, has_bell=False) as here, another(url, clock, has_bell=False) as there:
        await here.start()
        await until_shown(here, state=State.LIVE)
        assert there.stage.view_in(CHANNEL) is None
        await clock.turn(1.9)
        assert there.stage.view_in(CHANNEL) is None
        await clock.turn(0.2)
        await until(lambda: there.stage.view_in(CHANNEL))


async def test_of_many_changes_the_last_is_written(url: str) -> None:
    """At once, then four times a second at most, each time as it stands; the number has no gap."""
    async with owner(url) as here:
        session = await here.start()
        await until_shown(here, state=State.LIVE)
        [before] = await heads(here)
        for paused in [True, False] * 100 + [True]:
            session.floor.pause(paused=paused)
            await asyncio.sleep(0.005)
        await until_shown(here, is_paused=True)
        [after] = await heads(here)
        assert 1 <= after.number - before.number <= 12


async def test_what_looks_as_before_is_not_written(url: str) -> None:
    """Whatever is told of it: a new picture, say, which is stored elsewhere."""
    async with owner(url) as here:
        session = await here.start()
        await until_shown(here, state=State.LIVE)
        before = await heads(here)
        session.look_again()
        await asyncio.sleep(2 * GAP_S)
        assert await heads(here) == before


async def test_a_clip_is_asked_for_of_whoever_runs_it(url: str) -> None:
    """By the page of another process, once for each who asks; of what is not on there is none."""
    async with (
        owner(url) as here,
        another(url) as there,
        there.served() as page,
        aiohttp.ClientSession() as http,
    ):
        assert (await http.post(f"{page}/clip")).status == HTTPStatus.CONFLICT
        session = await here.start()
        await until(lambda: is_live(there))
        await there.stage.ask_clip_in(CHANNEL)
        assert (
            await http.post(f"{page}/clip", headers={"X-Forwarded-For": "10.1.1.1"})
        ).status == HTTPStatus.ACCEPTED
        await until(lambda: len(here.clips_asked) == 2)
        await until_shown(here, state=State.LIVE)
        assert {each.id for each in here.clips_asked} == {session.broadcast.id}
        assert [each.clips_asked for each in await heads(here)] == [0]


async def test_news_of_what_is_over_come_too(url: str) -> None:
    """A recording that is there by now, say: whoever shows the last broadcast reads it anew."""
    async with owner(url) as here, another(url) as there, there.served() as page:
        session = await here.start()
        async with EventStream(f"{page}/events") as events:
            await events.until(state="live")
            session.end(Ending(Reason.HOST_ENDED, by=MIKA))
            await events.until(broadcast=None)
            [stream] = (await last_of(here)).streams
            await here.journal.save_recording(
                stream.stream, Recording(NOW, video_url="https://odyssey.test/v")
            )
            here.renewed.tell(session.broadcast.id)
            while (event := await events.next()) and event.data["last"]["films"] == 0:
                pass
            assert event


async def test_walls_hours_apart_show_the_same_time(url: str) -> None:
    """A ballot closes in twenty seconds wherever it is looked at."""
    async with (
        owner(url) as here,
        another(url, Wall(timedelta(hours=5))) as there,
        there.served() as page,
        EventStream(f"{page}/events") as events,
    ):
        await here.start()
        event = await events.until(state="live")
        assert abs(event.data["now"] - event.data["broadcast"]["began_at"]) < 10_000


async def test_what_is_handed_over_stays_on_the_page(url: str) -> None:
    """Until whoever goes on with it tells more: nobody sees an end that is none."""
    async with another(url) as there, owner(url) as here:
        session = await here.start()
        await until(lambda: there.stage.view_in(CHANNEL))
        session.end(Ending(Reason.SHUTDOWN), is_handed_over=True)
        await until(lambda: not here.broadcasts.running)
        view = here.stage.view_in(CHANNEL)
        assert view
        assert view.is_handed_over
        await asyncio.sleep(2 * GAP_S)
        assert there.stage.view_in(CHANNEL)


def is_live(there: OtherProcess) -> bool:
    view = there.stage.view_in(CHANNEL)
    return view is not None and view.broadcast.state is State.LIVE


async def heads(here: Owner) -> list[Head]:
    return await here.shows.heads()


async def last_of(here: Owner) -> PastBroadcast:
    last = await DatabaseHistory(here.process.database).last_broadcast(CHANNEL)
    assert last
    return last


async def until_shown(here: Owner, **wanted: object) -> None:
    """Returns when that is written of the one broadcast."""
    async with asyncio.timeout(20):
        while True:
            for told in await here.shows.told([head.broadcast_id for head in await here.shows.heads()]):
                view = shown_in(told.text, NOW).view
                shown = {
                    "state": view.broadcast.state,
                    "is_paused": view.floor.is_paused,
                    "has_picture": view.has_picture,
                }
                if {name: shown[name] for name in wanted} == wanted:
                    return
            await asyncio.sleep(0.01)
