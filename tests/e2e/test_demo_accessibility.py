"""axe-core finds nothing in the whole demo either, with all that the real bot shows."""

from pathlib import Path

from playwright.async_api import Page, expect

from tests.support.browser import LocalBrowser, violations
from tests.support.processes import python_m_bot


async def test_a_broadcast_from_the_first_click_to_its_recording(
    kept_browser: LocalBrowser, tmp_path: Path
) -> None:
    """Connecting, live, controls, ballot, vote, review, settings and recording, as two people."""
    async with python_m_bot("demo", "--port", "0", "--small", cwd=tmp_path, HOME=str(tmp_path)) as demo:
        assert demo.stdout
        url = (await demo.stdout.readline()).decode().rpartition(" ")[2].strip()
        mika = await kept_browser.open(f"{url}?as=mika")
        robin = await kept_browser.open(f"{url}?as=robin", width=390, height=844)

        await mika.get_by_role("button", name="Try it").first.click()
        await expect(mika.locator("iframe.player")).to_be_visible()
        await _is_clean(mika, "connecting")
        panel = mika.locator(".container").first
        await expect(panel.locator("img")).to_be_visible()
        await _is_clean(mika, "live")

        await panel.get_by_role("button", name="Moderate").click()
        controls = mika.locator(".message.private", has=mika.get_by_role("button", name="Panic"))
        modes = controls.get_by_role("combobox")
        await modes.select_option("vote")
        await expect(controls).to_contain_text("by vote")
        for idea in ("It begins to snow", "A whale leaps between the boats"):
            await _say(robin if "snow" in idea else mika, f"!{idea}")
        await expect(panel).to_contain_text("A whale leaps between the boats")
        await _is_clean(mika, "ballot and controls")
        await _is_clean(robin, "ballot on a phone")
        await robin.locator(".container").first.get_by_role("button").first.click()
        await expect(robin.locator(".message.private")).to_contain_text("Your vote")
        await _is_clean(robin, "vote on a phone")

        await modes.select_option("host")
        await _say(robin, "!Fireworks above the houses")
        await mika.get_by_role("button", name="Review").click()
        await expect(mika.get_by_role("button", name="Approve")).to_be_visible()
        await _is_clean(mika, "review")
        await _say(mika, "/odyssey settings ")
        await expect(mika.locator(".message.private").last.get_by_role("combobox")).to_be_visible()
        await _is_clean(mika, "settings")

        await panel.get_by_role("button", name="Moderate").click()
        for name in ("End", "End it"):
            await mika.get_by_role("button", name=name, exact=True).last.click()
        await expect(mika.locator(".messages")).to_contain_text("Full video")
        await _is_clean(mika, "recording")
        await _is_clean(robin, "recording on a phone")
        await robin.get_by_role("tab", name="Video").click()
        await _is_clean(robin, "nothing on air any more")


async def _say(page: Page, text: str) -> None:
    await page.get_by_label("Message #broadcasts").press_sequentially(text)
    await page.keyboard.press("Enter")


async def _is_clean(page: Page, state: str) -> None:
    assert await violations(page, without="iframe") == [], state
