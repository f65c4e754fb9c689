"""The demo with three bots, as somebody sees it who kills one of them."""

import re
import signal
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.support.browser import LocalBrowser
from tests.support.processes import python_m_bot

PATIENCE_MS = 90_000
"""For three bots to start on a busy machine, and for the leases of one that is gone to run out."""


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_kill_one_and_another_goes_on(browser: LocalBrowser, tmp_path: Path) -> None:
    """Its broadcast is on air again elsewhere, with the same panel and the same watch page."""
    async with python_m_bot(
        "demo", "--cluster", "--port", "0", "--small", cwd=tmp_path, HOME=str(tmp_path)
    ) as demo:
        assert demo.stdout
        url = (await demo.stdout.readline()).decode().rpartition(" ")[2].strip()
        page = await browser.open(f"{url}?as=mika")
        await page.get_by_label("Server").select_option("Paper Harbour")
        await page.get_by_role("button", name="Try it").first.click()
        owned = page.locator(".owned.held", has_text="Paper Harbour")
        await expect(owned).to_be_visible()
        await expect(page.locator("iframe.player")).to_be_visible()
        link = await page.locator("iframe.player").get_attribute("src")
        owner = page.get_by_role("article").filter(has=owned)
        name = await owner.get_attribute("aria-label")
        await owner.get_by_role("button", name="kill -9").click()
        await expect(page.get_by_role("article", name=str(name))).to_contain_text("its leases last")
        news = page.get_by_label("What happened")
        await expect(news).to_contain_text("is on air again", timeout=PATIENCE_MS)
        await expect(page.get_by_role("article", name=str(name)).locator(".owned")).to_have_count(0)
        assert await page.locator("iframe.player").get_attribute("src") == link
        await expect(page.locator(".container", has_text="Suggest")).to_have_count(1)
        await page.get_by_label("Message #broadcasts").fill("!it starts to snow")
        await page.keyboard.press("Enter")
        await expect(page.locator(".message", has_text="!it starts to snow")).to_contain_text("✅")
        await page.get_by_role("button", name=re.compile("Start Bot")).click()
        await expect(news).to_contain_text(
            re.compile(f"{name} is up.*{name} is up", re.DOTALL), timeout=PATIENCE_MS
        )
        demo.send_signal(signal.SIGINT)
        _, errors = await demo.communicate()
        assert (demo.returncode, errors) == (0, b"")
