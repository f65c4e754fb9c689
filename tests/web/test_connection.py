"""The page's line to the bot: what it hears, and that it is always there again."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Page

from tests.web.player import Tab, one_tab, serving, tab
from tests.web.service import Service

__all__ = ["one_tab", "tab"]  # the fixtures

_HTML = """<!doctype html><link rel="icon" href="data:,"><title>connection</title>
<script type="module">
    import { Connection } from "./assets/connection.js";
    window.told = [];
    window.states = [];
    window.isWatched = true;
    window.connection = new Connection("./events", {
        told: (document) => told.push(document.now),
        changed: (state) => states.push(state),
        isWatched: () => window.isWatched,
    });
    connection.open();
</script>"""
_TIMES = {"answer": 300, "silence": 300, "heardOfLate": 0, "glance": 10, "blip": 50, "reconnect": [20, 100]}

Answer = Callable[[web.Request], Any]


@dataclass
class Bot:
    """Answers `GET events` in turn, each time by the next of `answers`, and then by the last of them."""

    answers: list[Answer]
    asked: list[web.Request] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The route."""
        answer = self.answers[min(len(self.asked), len(self.answers) - 1)]
        self.asked.append(request)
        self.changed.set()
        response: web.StreamResponse = await answer(request)
        return response

    async def asked_times(self, times: int) -> None:
        """Waits until it has been asked so often."""
        while len(self.asked) < times:
            self.changed.clear()
            await self.changed.wait()


def says(*chunks: str, ends: bool = False) -> Answer:
    """An event stream of these pieces; it goes on in silence, unless it `ends`."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for chunk in chunks:
            await response.write(chunk.encode())
            await asyncio.sleep(0)
        if not ends:
            await asyncio.Event().wait()
        return response

    return answer


def refuses(status: int, **headers: str) -> Answer:
    """An answer without events."""

    async def answer(_request: web.Request) -> web.Response:
        return web.Response(
            status=status, text="no", headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    return answer


async def beats(request: web.Request) -> web.StreamResponse:
    """One document, and then the heartbeat alone."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(state(1).encode())
    for _ in range(6):
        await asyncio.sleep(0.2)
        await response.write(b":\n\n")
    await response.write(state(2).encode())
    await asyncio.Event().wait()
    raise AssertionError


async def never(_request: web.Request) -> web.StreamResponse:
    """No answer."""
    await asyncio.Event().wait()
    raise AssertionError


def state(now: int) -> str:
    """A document as it is sent."""
    return f"event: state\nid: {now}\ndata: {json.dumps({'now': now})}\n\n"


@asynccontextmanager
async def connected(tab: Tab, bot: Bot, **times: Any) -> AsyncIterator[Page]:
    """A page with a connection to this bot."""
    async with serving(Service(), _HTML, _TIMES | times, web.get("/events", bot.events)) as url:
        await tab.page.goto(url)
        yield tab.page
        await tab.page.goto("about:blank")


async def told(page: Page, *documents: int) -> None:
    """Waits until these documents, and no others, were handed out."""
    await page.wait_for_function("wanted => String(told) === String(wanted)", arg=list(documents))


async def has_said(page: Page, *states: str) -> None:
    """Waits until the connection has called itself this, in this order."""
    await page.wait_for_function("wanted => String(states) === String(wanted)", arg=list(states))


async def test_events_are_read_however_they_are_cut(tab: Tab) -> None:
    """Comments, unknown events and fields, Windows' line ends, pieces that end in the middle of a letter."""
    text = 'retry: 20\n\n: beat\n\nevent: state\r\nid: 7\r\ndata: {"now": 1, "é": 2}\r\n\r\n'
    cut = text.encode()
    middle = cut.index("é".encode()) + 1

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        for piece in (cut[:3], cut[3:middle], cut[middle:-1], cut[-1:]):
            await response.write(piece)
            await asyncio.sleep(0.02)
        await response.write(b"event: weather\ndata: fine\n\nnonsense\n\n" + state(2).encode())
        await asyncio.Event().wait()
        raise AssertionError

    async with connected(tab, Bot([answer])) as page:
        await told(page, 1, 2)
        await has_said(page, "open")


async def test_a_bot_that_is_restarted_is_found_again(tab: Tab) -> None:
    """The stream ends, a proxy answers for the bot, then it is back: told once, and asked for what is new."""
    away = [refuses(502), refuses(200, Content_Type="text/html"), refuses(503), refuses(404)]
    bot = Bot([says(state(1), ends=True), *away, says(state(2))])
    async with connected(tab, bot) as page:
        await told(page, 1, 2)
        await has_said(page, "open", "lost", "open")
        assert [request.headers.get("Last-Event-ID") for request in bot.asked] == [None, *["1"] * 5]


async def test_a_blip_is_not_spoken_of(tab: Tab) -> None:
    """A connection that ends in order and is there again at once was never lost."""
    async with connected(tab, Bot([says(state(1), ends=True), says(state(2))]), blip=10_000) as page:
        await told(page, 1, 2)
        await has_said(page, "open")


@pytest.mark.parametrize("answer", [never, says(state(1))])
async def test_silence_is_no_connection(tab: Tab, answer: Answer) -> None:
    """Never answered, or nothing said for long, not even the heartbeat: another one is opened."""
    bot = Bot([answer, says(state(2))])
    async with connected(tab, bot) as page:
        await bot.asked_times(2)
        await page.wait_for_function("told.at(-1) === 2")


async def test_the_heartbeat_is_a_sign_of_life(tab: Tab) -> None:
    """A connection on which nothing changes stays the same one."""
    bot = Bot([beats])
    async with connected(tab, bot, silence=1000) as page:
        await told(page, 1, 2)
        assert len(bot.asked) == 1


@pytest.mark.parametrize(
    "answers", [[says(state(1), "event: gone\ndata: {}\n\n", ends=True)], [refuses(404)]]
)
async def test_a_link_that_is_gone_is_left(tab: Tab, answers: list[Answer]) -> None:
    """Revoked while it is open, or five times not found: the page says so, and asks no more."""
    bot = Bot(answers)
    async with connected(tab, bot) as page:
        await page.wait_for_function("states.at(-1) === 'gone'")
        asked = len(bot.asked)
        await page.evaluate("connection.open(), window.dispatchEvent(new Event('online'))")
        await page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))")
        assert len(bot.asked) == asked <= 5


async def test_it_comes_back_no_sooner_than_it_was_asked_to(tab: Tab) -> None:
    """A Retry-After is respected, whatever wakes the page."""
    bot = Bot([refuses(429, Retry_After="3600")])
    async with connected(tab, bot) as page:
        await has_said(page, "lost")
        await page.evaluate("window.dispatchEvent(new Event('online'))")
        await page.evaluate("new Promise((resolve) => setTimeout(resolve, 100))")
        assert len(bot.asked) == 1


async def test_a_network_that_is_back_gets_a_new_connection(tab: Tab) -> None:
    """So does a tab that has slept, as what seems open may be dead, and a page out of the browser's cache."""
    bot = Bot([says(state(1)), says(state(2)), says(state(3)), says(state(4))])
    async with connected(tab, bot, silence=100_000, reconnect=[3_600_000, 3_600_000]) as page:
        await told(page, 1)
        await page.evaluate("window.dispatchEvent(new Event('online'))")
        await told(page, 1, 2)
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await told(page, 1, 2, 3)
        await page.evaluate("connection.close(), connection.open()")
        await told(page, 1, 2, 3, 4)


async def test_who_does_not_watch_is_not_counted(tab: Tab) -> None:
    """A tab that nobody sees asks as unseen, and as a viewer when it is seen again."""
    bot = Bot([says(state(1))])
    async with connected(tab, bot, silence=100_000, heardOfLate=100_000) as page:
        for number, is_watched in enumerate([False, True], 2):
            await page.evaluate(f"window.isWatched = {str(is_watched).lower()}")
            await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
            await bot.asked_times(number)
        assert [request.query_string for request in bot.asked] == ["", "unseen", ""]
