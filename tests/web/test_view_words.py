"""The watch page and whatever people write: it stays text, in its place, and can be read to its end."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.support.browser import LocalBrowser
from tests.support.watch_page import (
    WatchPage,
    ballot,
    broadcast,
    document,
    open_watch_page,
    past,
    serving_watch_page,
)

WIDTH = 320
LONG = "The lighthouse wakes up and walks away over the sea. " * 38
HOSTILE = {
    "markup": "<img src=x onerror=alert(1)><script>alert(2)</script><b>bold</b>",
    "one word": "a" * 2000,
    "from the right": "\u202eتنين من ورق يصعد من الفوانيس\u202e",
    "heaps": "z" + "\u0337\u0321\u031b" * 40 + " over everything",
    "lines": "one\n\n\n\ntwo\r\n\tthree",
}


@pytest.fixture
async def watch(browser: LocalBrowser) -> AsyncIterator[WatchPage]:
    async with serving_watch_page() as served:
        yield await open_watch_page(browser, served.url, width=WIDTH)
    assert browser.errors == []


async def test_hostile_words_stay_words(watch: WatchPage) -> None:
    """As prompt, idea and name: no element of theirs, nothing wider than a small phone, nothing covered."""
    for kind, text in HOSTILE.items():
        shown = ballot(1, 2, prompt={"text": text, "by": text}, host=text)
        shown = {**shown, "candidates": [{**one, "text": text, "by": text} for one in shown["candidates"]]}
        channel = {"name": text, "url": "https://discord.com/channels/1/2"}
        await watch.show(document(shown, channel=channel))
        direction = "getComputedStyle(document.querySelector('.prompt p')).direction"
        is_turned = await watch.page.evaluate(direction) == "rtl"
        assert is_turned is (kind == "from the right")
        await _is_in_its_place(watch, kind)
        await watch.show(document(last=past(opening=text, host=text), channel=channel), status="idle")
        await _is_in_its_place(watch, kind)


async def _is_in_its_place(watch: WatchPage, kind: str) -> None:
    await expect(watch.page.locator("main :is(b, script, img[src=x])")).to_have_count(0)
    assert await watch.page.evaluate("document.documentElement.scrollWidth") <= WIDTH, kind
    heaps = await watch.page.evaluate("(document.body.innerText.match(/\\p{M}{4}/gu) ?? []).length")
    assert heaps == 0, kind


async def test_a_long_prompt_is_cut_and_can_be_read(watch: WatchPage) -> None:
    """2,000 characters take four lines until somebody wants all; another prompt is cut again."""
    await watch.show(document(broadcast(prompt={"text": LONG, "by": "Ada"})))
    words = watch.page.locator(".prompt p")
    more = watch.page.get_by_role("button", name="Read all")
    cut = await words.evaluate("(node) => node.clientHeight")
    assert cut < 150
    await more.click()
    assert await words.evaluate("(node) => node.clientHeight") > 5 * cut
    less = watch.page.get_by_role("button", name="Read less")
    await expect(less).to_have_attribute("aria-expanded", "true")
    await watch.show(document(broadcast(prompt={"text": LONG + "!", "by": "Ada"})))
    await expect(more).to_be_visible()
    await watch.show(document(broadcast(prompt={"text": "Rain", "by": "Ada"})))
    await expect(more).to_be_hidden()
    await expect(less).to_be_hidden()
