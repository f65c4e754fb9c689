"""The watch page, as the bot serves it."""

from bot.process.settings import Settings
from tests.e2e.conftest import House, house
from tests.support.browser import LocalBrowser

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
