"""The watch page, as the bot serves it."""

import asyncio

import pytest

from bot.process.settings import Settings
from tests.e2e.conftest import House, free_port, house
from tests.support.browser import LocalBrowser
from tests.support.watched import Watched

__all__ = ["house"]  # the fixtures

NEVER_EXISTED = "x" * 22


def address_of(settings: Settings) -> str:
    """Where a bot serves its pages."""
    return f"http://127.0.0.1:{settings.web_port}"


async def test_the_page_says_that_there_is_no_such_broadcast(house: House, browser: LocalBrowser) -> None:
    """Somebody with a mistyped link reads what to do, in place of a spinner."""
    async with house.bot() as settings:
        page = await browser.open(f"{address_of(settings)}/watch/{NEVER_EXISTED}")
        await page.get_by_text("This link leads nowhere.").wait_for()


async def test_a_page_of_an_older_bot_becomes_the_newer_one(
    browser: LocalBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bot that was only restarted goes on with the same page; one with another page has it loaded."""
    port = free_port()
    monkeypatch.setattr("tests.support.watched.free_port", lambda: port)
    monkeypatch.setattr("bot.web.events.hall.RETRY_MS", (50, 50))
    watched = Watched()
    async with watched.served() as url:
        page = await browser.open(f"{url}?overlay=1")
        await page.locator("body[data-state=live]").wait_for()
        await page.evaluate("window.isTheSame = true")
    watched.change(prompt_in_force="A dog")
    async with watched.served():
        await page.locator(".further").get_by_text("A dog").wait_for(state="attached")
        assert await page.evaluate("window.isTheSame")
    monkeypatch.setattr("bot.web.assets.tag_of", lambda _: "another page's")
    loaded = asyncio.create_task(page.wait_for_event("load"), name="the newer page")
    async with watched.served():
        await loaded
        await page.locator("body[data-state=live]").wait_for()
        assert page.url.endswith("?overlay=1")
