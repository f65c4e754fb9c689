"""The last broadcast's film on the watch page: its streams' films, one after the other in one element."""

import io
from collections.abc import AsyncIterator

import av
import pytest
from playwright.async_api import Page, expect

from tests.support.browser import LocalBrowser
from tests.support.watch_page import Site, broadcast, document, open_watch_page, past, serving_watch_page

OVER = document(last=past(films=3))


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving_watch_page() as served:
        served.films = dict.fromkeys((1, 2, 3), _film())
        yield served


async def test_the_parts_play_one_after_the_other(browser: LocalBrowser, site: Site) -> None:
    """After one tap, to the end; the next broadcast that is live puts the film away."""
    watch = await open_watch_page(browser, site.url)
    await watch.show(OVER, status="idle")
    assert site.asked == []
    await watch.page.get_by_role("button", name="Play the recording").click()
    await _has_ended(watch.page, part=3)
    assert site.asked == [1, 2, 3]
    await expect(watch.page.locator("#film")).to_have_accessible_name("The recording, part 3 of 3")
    await watch.is_clean("a film")
    await watch.page.get_by_role("button", name="Previous part").click()
    await expect(watch.page.locator("#part")).to_have_text("Part 2 of 3")

    starting = document(broadcast(state="connecting", began_at=None, ends_at=None), last=OVER["last"])
    await watch.show(starting, status="idle")
    await expect(watch.page.locator("#film")).to_be_visible()
    assert "The next broadcast is starting …" in await watch.text()
    await watch.show(document(broadcast(), last=OVER["last"]), status="connecting")
    await expect(watch.page.locator("#film")).to_be_hidden()
    assert await watch.page.locator("#film").get_attribute("src") is None
    assert browser.errors == []


async def test_a_link_that_has_expired_is_fetched_anew(browser: LocalBrowser, site: Site) -> None:
    """Once; a part that is not there is passed over, and when the last is not, a word says so."""
    site.expired = {1}
    del site.films[2], site.films[3]
    watch = await open_watch_page(browser, site.url)
    await watch.show(OVER, status="idle")
    await watch.page.get_by_role("button", name="Play the recording").click()
    await expect(watch.page.locator("#part")).to_have_text("The recording cannot be played just now.")
    await watch.show(OVER, status="idle")
    assert "The recording cannot be played just now." in await watch.text()
    assert site.asked == [1, 1, 2, 2, 3, 3]


async def _has_ended(page: Page, part: int) -> None:
    await page.wait_for_function("(part) => film.ended && film.src.endsWith(`/${part}`)", arg=part)


def _film() -> bytes:
    """A fifth of a second."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(2):
            container.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        container.mux(stream.encode(None))
    return out.getvalue()
