"""Seams that go wrong, over the real wire: a next stream that is none, and a page that gets no answer."""

import asyncio
import re
import sqlite3
from contextlib import closing
from functools import partial
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Route

from bot.local.discord.people.views import SeenMessage
from bot.local.odyssey.service import Standin, StandinSettings
from tests.e2e.conftest import API_KEY, CHANNEL, WAIT_S, House
from tests.support.browser import LocalBrowser
from tests.support.next_stream import NextStream
from tests.support.steering import set_

STREAM_LIMIT_S = 5
SLOTS = 2


@pytest.mark.long
@pytest.mark.outage("a stream that lies")
async def test_a_broadcast_survives_one_bad_stream_after_the_other(house: House) -> None:
    """Of a wrong shape, dying with its first frame, answered late: each idea is taken once, all is let go."""
    settings = StandinSettings(
        api_key=API_KEY,
        recording_delay_s=0.1,
        stream_limit_s=STREAM_LIMIT_S,
        concurrent_streams=SLOTS,
        faults=True,
    )
    async with Standin(settings) as standin:
        following = NextStream(standin)
        async with house.bot(
            odyssey_api_url=standin.url, stream_limit_s=STREAM_LIMIT_S, concurrent_streams=SLOTS
        ):
            await set_(house, gap_s=0)
            await house.live_broadcast()
            said: list[SeenMessage] = []
            for goes_wrong in (
                following.has_the_wrong_shape,
                following.sends_a_frame_and_dies,
                following.waits_for_the_old_one,
            ):
                begun = len(_streams(house))
                goes_wrong()
                while len(_streams(house)) == begun or standin.faults.armed:
                    said.append(await house.discord.user("robin").send(CHANNEL, f"!{len(said) + 1} birds"))
                    await house.discord.wait_for_message(CHANNEL, partial(_is_applied, said[-1].id))
                    await asyncio.sleep(0.3)
            await house.discord.user("mika").slash(CHANNEL, "odyssey end")
            await house.shown("Ended by its host")
        assert not standin.slots_taken
    numbers, reasons = zip(*_streams(house), strict=True)
    assert len(set(numbers)) == len(numbers)
    assert all(reasons)
    assert reasons.count("stream_error") == 2


async def test_the_page_does_not_wait_for_ever_for_an_answer(house: House, browser: LocalBrowser) -> None:
    """The bot's answer hangs once, then the service's (M31): it asks again, and has the picture."""
    async with house.bot():
        panel = await house.live_broadcast()
        link = next(button.url for button in panel.buttons if button.label == "Watch")
        assert link
        page = await browser.open("about:blank")
        await page.clock.install()
        hanging: dict[str, Route] = {}
        asked = {name: asyncio.Event() for name in ("events", "whep")}

        async def hangs_once(route: Route) -> None:
            name = urlsplit(route.request.url).path.rsplit("/", 1)[-1]
            if name in hanging:
                await route.continue_()
            else:
                hanging[name] = route
                asked[name].set()

        await page.context.route(re.compile(r"/(events|whep)(\?|$)"), hangs_once)
        await page.goto(link)
        for each in asked.values():
            await asyncio.wait_for(each.wait(), WAIT_S)
            assert await page.locator("#notice").is_visible()
            await page.clock.fast_forward("00:10")
        await page.locator("#notice").wait_for(state="hidden")
        for route in hanging.values():
            await route.abort()


def _is_applied(message_id: int, seen: SeenMessage) -> bool:
    return seen.id == message_id and "✅" in str(seen.reactions)


def _streams(house: House) -> list[tuple[int, str | None]]:
    """Numbers and ends of those that have begun."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        return database.execute(
            "SELECT number, end_reason FROM streams WHERE service_id IS NOT NULL ORDER BY number"
        ).fetchall()
