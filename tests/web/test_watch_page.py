"""The watch page: who asks for what, and what they get."""

import httpx

from bot.process.settings import Settings
from tests.e2e.conftest import CHANNEL, House, empty_database, house
from tests.support.browser import LocalBrowser

__all__ = ["empty_database", "house"]  # the fixtures

NEVER_EXISTED = "x" * 22


def address_of(settings: Settings) -> str:
    """Where a bot serves its pages."""
    return f"http://127.0.0.1:{settings.web_port}"


async def test_a_broadcast_that_never_existed_is_not_called_over(house: House) -> None:
    """Page and show are 404 for a made-up ID, and stay 200 for a broadcast that is over."""
    async with house.bot() as settings, httpx.AsyncClient(base_url=address_of(settings)) as http:
        panel = await house.live_broadcast()
        link = next(button.url for button in panel.buttons if button.label == "Watch")
        assert link
        assert (await http.get(f"{link}/show")).json()["state"] == "live"
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await house.shown("Full video")
        over = await http.get(f"{link}/show")
        assert (over.status_code, over.json()) == (200, {"state": "over"})
        assert (await http.get(link)).status_code == 200
        assert (await http.get(f"/watch/{NEVER_EXISTED}/show")).status_code == 404
        page = await http.get(f"/watch/{NEVER_EXISTED}")
        assert page.status_code == 404
        assert "text/html" in page.headers["content-type"]


async def test_the_page_says_that_there_is_no_such_broadcast(house: House, browser: LocalBrowser) -> None:
    """Somebody with a mistyped link reads what to do, in place of a spinner."""
    async with house.bot() as settings:
        page = await browser.open(f"{address_of(settings)}/watch/{NEVER_EXISTED}")
        await page.get_by_text("This link leads nowhere.").wait_for()
