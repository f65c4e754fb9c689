"""A recording's page in a browser: it plays, jumps, and looks as it should."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.broadcast.history import PastBroadcast
from bot.broadcast.kept_files import FileKind
from bot.broadcast.rights import Person
from tests.support.browser import LocalBrowser, violations
from tests.support.hostile_texts import hostile_texts
from tests.support.watched import ROBIN, Watched
from tests.web.recordings.page import STREAM_S, film, recorded, recording_page

PLACE = "video => video.currentTime"


@pytest.fixture
async def local(chromium: Browser) -> AsyncIterator[LocalBrowser]:
    """A browser in which no page fails, but for what is refused on purpose."""
    local = LocalBrowser(chromium)
    yield local
    await local.close()
    assert local.foreign == []
    assert [error for error in local.errors if "Failed to load resource" not in error] == []


async def until(page: Page, condition: str) -> None:
    """Returns once it holds of the player's `video`."""
    async with asyncio.timeout(30):
        while not await page.locator("#film").evaluate(f"video => {condition}"):
            await asyncio.sleep(0.02)


async def at(page: Page, seconds: float) -> None:
    """Its player stands there, or has just gone on from there."""
    await until(page, f"video.readyState > 0 && Math.abs(video.currentTime - {seconds}) < 1.5")


async def test_a_click_on_an_idea_jumps_there(local: LocalBrowser, tmp_path: Path) -> None:
    """Who asked, what was sent, what became of it; and the address leads to that moment from then on."""
    async with recording_page(tmp_path, recorded(3)) as (_, url):
        page = await local.open(url)
        await expect(page.locator("#count")).to_have_text("9 ideas were sent")
        row = page.locator("button.moment", has_text="A whale leaps").nth(1)
        await expect(row).to_contain_text("Robin")
        await expect(row).to_contain_text("spray in the lantern light")
        await row.click()
        await at(page, STREAM_S + 1)
        await expect(row).to_have_attribute("aria-current", "true")
        assert page.url.endswith(f"?t={int(STREAM_S + 1)}")
        assert await page.locator("#film").evaluate("video => video.paused") is False
        refused = page.locator(".moment.refused").first
        await expect(refused).to_contain_text("Odyssey did not take it.")
        await expect(refused).to_contain_text("somebody")


@pytest.mark.parametrize(("asked", "seconds"), [("8", 8), ("0m8s", 8), ("8s", 8), ("0h0m14s", 14)])
async def test_an_address_leads_to_a_moment(
    local: LocalBrowser, tmp_path: Path, asked: str, seconds: int
) -> None:
    """As the page writes it, and as people do; it stands there and waits."""
    async with recording_page(tmp_path, recorded(3)) as (_, url):
        page = await local.open(f"{url}?t={asked}")
        await at(page, seconds)
        assert await page.locator("#film").evaluate("video => video.paused")


@pytest.mark.parametrize("asked", ["-5", "x", "1e9", "99999999999999999", "<b>", "%00", ""])
async def test_an_odd_address_begins_at_the_front(local: LocalBrowser, tmp_path: Path, asked: str) -> None:
    """And nothing fails."""
    async with recording_page(tmp_path, recorded(1)) as (_, url):
        page = await local.open(f"{url}?t={asked}")
        await expect(page.locator("#prompt")).not_to_be_empty()
        await until(page, "video.readyState > 0")
        assert await page.locator("#film").evaluate(PLACE) == 0


async def test_streams_play_one_after_the_other_until_there_is_a_film(
    local: LocalBrowser, tmp_path: Path
) -> None:
    """A click leads into the stream in question; the film is taken up when the player rests."""
    past = recorded(3)
    async with recording_page(tmp_path, past, has_film=False) as (watched, url):
        page = await local.open(url)
        row = page.locator("button.opening", has_text="Stream 2")
        await row.click()
        await until(page, "video.currentSrc.endsWith('/2/video')")
        await page.locator("#film").evaluate(f"video => video.currentTime = {STREAM_S - 0.3}")
        await until(page, "video.currentSrc.endsWith('/3/video')")
        await page.locator("#film").evaluate("video => video.pause()")
        watched.kept.offsets = {each.stream.id: STREAM_S * n for n, each in enumerate(past.streams)}
        watched.kept.keep(past, FileKind.FILM, film(STREAM_S * 3))
        await until(page, "video.currentSrc.endsWith('/film')")
        await at(page, 2 * STREAM_S)
        await expect(page.locator("#save")).to_be_visible()


async def test_keys_and_a_copied_moment(local: LocalBrowser, tmp_path: Path) -> None:
    """J and K go from idea to idea, arrows by seconds; what is copied is an address of that moment."""
    async with recording_page(tmp_path, recorded(2)) as (_, url):
        page = await local.open(f"{url}?t=0")
        await until(page, "video.readyState > 0")
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.keyboard.press("k")
        await at(page, 1)
        await page.locator("#film").evaluate("video => video.pause()")
        await page.locator("body").click(position={"x": 3, "y": 3})
        await page.keyboard.press("ArrowRight")
        await at(page, 6)
        await page.locator("#copy").click()
        await expect(page.locator("#copyText")).to_contain_text("is copied")
        copied = await page.evaluate("navigator.clipboard.readText()")
        assert copied == page.url
        assert "?t=" in copied


async def test_a_revoked_link_is_said_to_be_gone(local: LocalBrowser, tmp_path: Path) -> None:
    """On a page that is open too, while its recording still grows."""
    past = recorded(1)
    async with recording_page(tmp_path, past, has_film=False) as (watched, url):
        page = await local.open(url)
        await expect(page.locator("#prompt")).not_to_be_empty()
        moderator = Person(ROBIN, views_channel=True, manages_channel=True)
        await watched.kept.links.revoke(past.broadcast, by=moderator)
        await expect(page.locator("#notice")).to_have_text("This link leads nowhere any more.")
        again = await local.open(url)
        await expect(again.locator("h1")).to_have_text("This link leads nowhere.")


@pytest.mark.parametrize("size", [(1440, 900), (390, 844), (844, 390)], ids=str)
@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("portrait", [False, True])
async def test_it_is_usable_by_everybody(
    local: LocalBrowser, tmp_path: Path, size: tuple[int, int], scheme: str, portrait: bool
) -> None:
    """axe-core finds nothing, and nothing is wider than the screen."""
    async with recording_page(tmp_path, recorded(2, portrait=portrait)) as (_, url):
        page = await local.open(url, width=size[0], height=size[1])
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        await expect(page.locator("#count")).not_to_be_empty()
        assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]


async def test_words_of_people_are_words(local: LocalBrowser, tmp_path: Path) -> None:
    """Whatever they are, they stay text, and do not widen the page."""
    past = recorded(1)
    async with recording_page(tmp_path, past) as (watched, url):
        _say(watched, past, [each.text for each in hostile_texts(60)])
        page = await local.open(url, width=390, height=844)
        await expect(page.locator("#count")).not_to_be_empty()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        assert await page.locator("#moments :is(script, img, b, a)").count() == 0


def _say(watched: Watched, past: PastBroadcast, texts: list[str]) -> None:
    one = watched.kept.sent[0]
    watched.kept.sent = [
        one._replace(
            id=f"x{number}",
            prompt=text,
            viewer=replace(one.viewer, name=text),
            applied=text[::-1],
            sent_at=past.streams[0].stream.started_at,
        )
        for number, text in enumerate(texts)
    ]
