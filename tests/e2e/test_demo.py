"""The demo as a newcomer uses it: a browser, two people, one broadcast."""

import asyncio
import signal
from pathlib import Path

import psutil
from playwright.async_api import Page, expect

from tests.support.browser import LocalBrowser
from tests.support.processes import python_m_bot


async def test_two_people_steer_a_live_video_and_get_its_recording(
    kept_browser: LocalBrowser, tmp_path: Path
) -> None:
    """`/odyssey start`, moving video, ideas from two people, End, and the recording plays."""
    async with python_m_bot("demo", "--port", "0", "--small", cwd=tmp_path, HOME=str(tmp_path)) as demo:
        assert demo.stdout
        url = (await demo.stdout.readline()).decode().rpartition(" ")[2].strip()
        mika, robin = await kept_browser.open(f"{url}?as=mika"), await kept_browser.open(f"{url}?as=robin")

        await mika.get_by_label("Message #broadcasts").press_sequentially("/odyssey start")
        await mika.keyboard.press("Enter")
        await mika.keyboard.type("A red boat on a lake at dawn")
        await mika.keyboard.press("Enter")
        for page in (mika, robin):
            await expect(page.locator(".container").first).to_contain_text("Live")
            await _plays(page)

        await robin.get_by_label("Message #broadcasts").fill("!it starts to snow")
        await robin.keyboard.press("Enter")
        await expect(robin.locator(".message", has_text="!it starts to snow")).to_contain_text("✅")
        await expect(mika.locator(".container").first).to_contain_text("it starts to snow")

        await robin.locator(".container").last.get_by_role("button", name="Suggest").click()
        dialogue = robin.get_by_role("dialog")
        await dialogue.get_by_label("What should happen next?").fill("A whale leaps")
        await dialogue.get_by_role("button", name="Submit").click()
        await expect(robin.locator(".message.private")).to_contain_text("Applied: A whale leaps")
        # Only Mika, who started, is asked who may.
        await expect(mika.locator(".message.private")).to_contain_text("may start broadcasts in this server")

        for name in ("Moderate", "End", "End it"):
            await mika.get_by_role("button", name=name, exact=True).click()
        await expect(robin.locator(".messages")).to_contain_text("Full video")
        film = await robin.get_by_role("link", name="Full video").get_attribute("href")
        assert await robin.evaluate(_LENGTH_OF_FILM, film) > 0

        demo.send_signal(signal.SIGINT)
        _, errors = await demo.communicate()
        assert (demo.returncode, errors) == (0, b"")
    assert kept_browser.foreign == []


async def test_a_plug_that_is_pulled_is_a_hiccup(browser: LocalBrowser, tmp_path: Path) -> None:
    """Killed in mid-broadcast, the bot comes back by itself: so the page says, and panel and link go on.

    SIGKILL of the demo also ends its children.
    """
    async with python_m_bot("demo", "--port", "0", "--small", cwd=tmp_path, HOME=str(tmp_path)) as demo:
        assert demo.stdout
        url = (await demo.stdout.readline()).decode().rpartition(" ")[2].strip()
        robin = await browser.open(f"{url}?as=robin")
        await robin.get_by_role("button", name="Try it").first.click()
        await _plays(robin)
        frame = await robin.locator("iframe.player").get_attribute("src")

        plug = robin.get_by_role("button", name="Pull the plug")
        await plug.click()
        await expect(robin.locator(".outage")).to_contain_text("the bot's process is gone")
        await expect(plug).to_be_disabled()
        await expect(robin.locator(".outage")).to_contain_text("Back on air after")
        await expect(plug).to_be_enabled()
        await _plays(robin)
        assert await robin.locator("iframe.player").get_attribute("src") == frame
        await expect(robin.locator(".container", has_text="Suggest")).to_have_count(1)
        await robin.get_by_label("Message #broadcasts").fill("!it starts to snow")
        await robin.keyboard.press("Enter")
        await expect(robin.locator(".message", has_text="!it starts to snow")).to_contain_text("✅")
        children = psutil.Process(demo.pid).children(recursive=True)
        demo.kill()
        _, alive = await asyncio.to_thread(psutil.wait_procs, children, timeout=15)
        assert alive == []
    assert browser.foreign == []


async def _plays(page: Page) -> None:
    """The watch page in the demo shows video whose picture changes."""
    frame = page.frame_locator("iframe.player")
    video = frame.locator("video.on-air")
    await expect(frame.locator("#notice")).to_be_hidden()
    first = await video.evaluate(_PICTURE)
    await video.evaluate("video => new Promise(done => setTimeout(done, 400))")
    assert await video.evaluate(_PICTURE) != first


_PICTURE = """video => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [64, 36];
    const pen = canvas.getContext("2d");
    pen.drawImage(video, 0, 0, 64, 36);
    return pen.getImageData(0, 0, 64, 36).data.join();
}"""
_LENGTH_OF_FILM = """url => new Promise((done, failed) => {
    const video = document.createElement("video");
    video.onloadedmetadata = () => done(video.duration);
    video.onerror = () => failed(new Error("the film does not play"));
    video.src = url;
})"""
