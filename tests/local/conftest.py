"""A local Discord, and a discord.py bot that is connected to it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.local.demo.page_server import add_page
from bot.local.discord.server import LocalDiscord
from tests.local.connection import point_discord_py_at, running
from tests.local.sample_bot import Panel, SampleBot
from tests.support.browser import LocalBrowser

WATCH_PAGE = "<!doctype html><html lang=en><title>Live</title><main><h1>The video</h1></main>"


@pytest.fixture
def browser(kept_browser: LocalBrowser) -> LocalBrowser:
    """Uses its pages again: the demo's page leaves nothing but what it stores."""
    return kept_browser


@pytest.fixture
def response_timeout_s() -> float:
    """How long people wait for an answer: a test in which none comes parametrizes it."""
    return 30.0


@pytest.fixture
async def local_discord(response_timeout_s: float) -> AsyncIterator[LocalDiscord]:
    async with LocalDiscord(response_timeout_s=response_timeout_s) as server:
        yield server


@pytest.fixture
async def bot(local_discord: LocalDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SampleBot]:
    point_discord_py_at(local_discord, monkeypatch)
    async with running(SampleBot(), local_discord.token) as connected:
        yield connected


@pytest.fixture
async def watched_discord(
    monkeypatch: pytest.MonkeyPatch, response_timeout_s: float
) -> AsyncIterator[LocalDiscord]:
    """One with the demo's page, and a page to watch to which the sample bot's panels lead."""

    async def watch(request: web.Request) -> web.Response:
        return web.Response(text=WATCH_PAGE, content_type="text/html")

    def add_routes(app: web.Application, discord: LocalDiscord) -> None:
        add_page(app, discord)
        app.router.add_get("/watch/abc", watch)

    async with LocalDiscord(add_routes=add_routes, response_timeout_s=response_timeout_s) as server:
        monkeypatch.setattr(Panel, "watch_url", f"{server.url}/watch/abc")
        yield server
