"""The demo, restarted whole, with links that die within seconds at the service: old posts still work."""

import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Page, expect

from tests.support.browser import LocalBrowser
from tests.support.processes import python_m_bot

LIFETIME_S = "5"


@asynccontextmanager
async def demo(directory: Path) -> AsyncIterator[str]:
    """A run of it, with what an earlier one left; gives where its page is."""
    options = ("--small", "--port", "0", "--data", str(directory / "kept"), "--url-lifetime-s", LIFETIME_S)
    async with python_m_bot("demo", *options, cwd=directory, HOME=str(directory)) as process:
        assert process.stdout
        yield (await process.stdout.readline()).decode().rpartition(" ")[2].strip()
        process.send_signal(signal.SIGINT)
        _, errors = await process.communicate()
        assert (process.returncode, errors) == (0, b"")


async def test_old_posts_work_after_everything_was_restarted(browser: LocalBrowser, tmp_path: Path) -> None:
    """The link, its page, a jump to a suggestion, the timeline, each button; and one that is revoked dies."""
    async with demo(tmp_path) as url:
        mika = await browser.open(f"{url}?as=mika")
        await mika.get_by_label("Message #broadcasts").press_sequentially("/odyssey start")
        await mika.keyboard.press("Enter")
        await mika.keyboard.type("A red boat on a lake at dawn")
        await mika.keyboard.press("Enter")
        await expect(mika.locator(".container").first).to_contain_text("Live")
        await mika.get_by_label("Message #broadcasts").fill("!a whale leaps")
        await mika.keyboard.press("Enter")
        await expect(mika.locator(".message", has_text="!a whale leaps")).to_contain_text("✅")
        for name in ("Moderate", "End", "End it"):
            await mika.get_by_role("button", name=name, exact=True).click()
        await expect(mika.locator(".messages")).to_contain_text("Full video")
        link = mika.locator(".container", has_text="Full video").get_by_role("link", name="Full video").first
        await expect(link).to_have_attribute("href", re.compile("/r/.*/film$"))  # it comes by an edit
        film = await link.get_attribute("href")
        await mika.close()
    assert film

    async with demo(tmp_path) as url:
        robin = await browser.open(f"{url}?as=robin")
        post = robin.locator(".container", has_text="Full video")
        assert await post.get_by_role("link", name="Full video").first.get_attribute("href") == film
        assert await _length(robin, film) > 0

        page = await browser.open(film.partition("/r/")[0] + "/r/" + film.split("/")[4])
        idea = page.locator("button.moment", has_text="a whale leaps")
        await expect(idea).to_contain_text("Mika")
        await idea.click()
        await expect(idea).to_have_attribute("aria-current", "true")
        at = int(re.search(r"\?t=(\d+)$", page.url)[1])  # type: ignore[index]
        assert abs(await page.locator("#film").evaluate("video => video.currentTime") - at) < 3

        await post.get_by_role("button", name="Timeline").click()
        await expect(robin.locator(".message.private")).to_contain_text("a whale leaps")
        mika = await browser.open(f"{url}?as=mika")
        await mika.get_by_label("Message #broadcasts").press_sequentially("/odyssey recording")
        await mika.keyboard.press("Enter")
        await mika.keyboard.press("Enter")
        answer = mika.locator(".message.private", has_text="Full video")
        assert await answer.get_by_role("link", name="Full video").first.get_attribute("href") == film
        await answer.get_by_role("button", name="Revoke link").click()
        await expect(mika.locator(".message.private").get_by_role("button", name="New link")).to_be_visible()
        assert (await mika.request.get(film)).status == 404
        # What everybody sees has the service's links from now on, and a button for fresh ones.
        await robin.locator(".container").get_by_role("button", name="Fresh links").click()
        fresh = robin.locator(".message.private", has_text="Full video")
        there = await fresh.get_by_role("link", name="Full video").first.get_attribute("href")
        assert there != film
        assert await _length(robin, there or "") > 0
    assert browser.foreign == []


async def _length(page: Page, url: str) -> float:
    seconds: float = await page.evaluate(_LENGTH_OF_FILM, url)
    return seconds


_LENGTH_OF_FILM = """url => new Promise((done, failed) => {
    const video = document.createElement("video");
    video.onloadedmetadata = () => done(video.duration);
    video.onerror = () => failed(new Error("the film does not play"));
    video.src = url;
})"""
