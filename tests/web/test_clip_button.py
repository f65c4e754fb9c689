"""The Clip button of the watch page: what it asks, how often it may, and what its user reads."""

import httpx
import pytest
from playwright.async_api import expect

from bot.broadcast.errors import BroadcastError, Code
from bot.web.gate import CLIPS_APART_S, CLIPS_IN_ALL
from tests.broadcast.fakes import SteppedClock
from tests.support.watch_page import WatchPage
from tests.support.watched import CHANNEL, Watched
from tests.web.test_view_screens import LIVE, OVER


async def statuses(page: str, *addresses: str, **headers: str) -> list[int]:
    async with httpx.AsyncClient() as http:
        asked = [
            await http.post(f"{page}/clip", headers={"X-Forwarded-For": each, **headers})
            for each in addresses
        ]
    return [each.status_code for each in asked]


async def test_one_address_asks_once_for_what_it_has_seen() -> None:
    """The others may meanwhile; all together not more than a channel can bear."""
    clock = SteppedClock()
    watched = Watched(clock=clock)
    async with watched.served() as page:
        assert await statuses(page, "198.51.100.1", "198.51.100.1", "198.51.100.2") == [202, 429, 202]
        await clock.sleep(CLIPS_APART_S)
        assert await statuses(page, "198.51.100.1") == [202]
        assert watched.clips_asked == [CHANNEL] * 3
        many = [f"203.0.113.{number}" for number in range(CLIPS_IN_ALL)]
        answers = await statuses(page, *many)
        assert answers == [202] * (CLIPS_IN_ALL - 2) + [429] * 2


async def test_a_page_of_somebody_elses_asks_for_nothing() -> None:
    watched = Watched()
    async with watched.served() as page:
        assert await statuses(page, "198.51.100.1", **{"Sec-Fetch-Site": "cross-site"}) == [403]
        wrong = page.rsplit("/", 1)[0] + "/wrong"
        assert await statuses(wrong, "198.51.100.1") == [404]
    assert watched.clips_asked == []


async def test_when_nothing_is_on_that_is_said() -> None:
    watched = Watched()
    watched.clip_refusal = BroadcastError(Code.NOTHING_TO_CLIP)
    async with watched.served() as page:
        assert await statuses(page, "198.51.100.1") == [409]


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (202, "the clip will be in the channel"),
        (429, "Please wait a moment"),
        (409, "Please try again"),
        (500, "Please try again"),
    ],
)
async def test_whoever_presses_it_reads_what_becomes_of_it(watch: WatchPage, status: int, word: str) -> None:
    """And cannot press it again at once."""
    await watch.show(LIVE)
    asked = []

    async def answer(route, request):  # type: ignore[no-untyped-def]
        asked.append(request.method)
        await route.fulfill(status=status)

    await watch.page.route("**/clip", answer)
    button = watch.page.get_by_role("button", name="Clip")
    await button.click()
    await expect(watch.page.locator("#clipWord")).to_contain_text(word)
    await expect(button).to_be_disabled()
    assert asked == ["POST"]
    await watch.is_clean("a clip")
    await watch.page.unroute("**/clip")
    await watch.page.evaluate("clip.disabled = false")


async def test_there_is_none_where_nothing_is_seen(watch: WatchPage) -> None:
    await watch.show(OVER, status="idle")
    await expect(watch.page.locator("#clip")).to_be_hidden()
