"""For tests of the watch page."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.support.watch_page import WatchPage, opened_watch_page


@pytest.fixture(autouse=True)
def counted_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that comes or goes is told within a moment."""
    monkeypatch.setattr("bot.web.events.hall.WATCHING_S", 0.1)


@pytest.fixture(scope="module")
async def opened(chromium: Browser) -> AsyncIterator[WatchPage]:
    """One page for a file: to open one costs more than to draw twenty states."""
    async with opened_watch_page(chromium) as page:
        yield page


@pytest.fixture
async def watch(opened: WatchPage) -> WatchPage:
    """That page, as a test may expect it."""
    await opened.page.clock.resume()
    await opened.page.set_viewport_size({"width": 1440, "height": 900})
    return opened
