"""Watch pages of broadcasts that another process runs, over a real PostgreSQL."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

import aiohttp
import pytest

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.elsewhere.showing import GAP_S
from bot.broadcast.model import Ending, Recording
from bot.broadcast.picture import Picture
from bot.broadcast.states import Reason, State
from tests.broadcast.conftest import person
from tests.broadcast.relay.service import TurnedClock
from tests.storage.shared import until
from tests.support.postgres import EMPTY, Postgres, empty_postgres, postgres
from tests.support.watched import CHANNEL, MIKA, NOW, ROBIN, EventStream
from tests.web.elsewhere import SPECTATING, Wall, another, heads, is_live, last_of, owner, until_shown

__all__ = ["empty_postgres", "postgres"]


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
