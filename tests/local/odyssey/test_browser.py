"""A page that uses plain browser WebRTC, from another origin, as the official JavaScript client would."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Page

from tests.local.odyssey.conftest import API_KEY, Service
from tests.support.browser import LocalBrowser, serving_pages

CLIENT = Path(__file__).with_name("plain_client.js").read_text(encoding="utf-8")
MOVING = "([id, frames]) => { const seen = look(id); return seen && seen.frames >= frames && seen; }"


@pytest.fixture
async def page(browser: LocalBrowser) -> AsyncIterator[Page]:
    """An empty page of another origin with the client in it."""

    async def serve(_: web.Request) -> web.Response:
        return web.Response(
            text=f"<!doctype html><title>client</title><link rel=icon href=data:,><script>{CLIENT}</script>",
            content_type="text/html",
        )

    async with serving_pages(serve) as origin:
        opened = await browser.open(origin)
        yield opened
        await opened.goto("about:blank")  # it lets go of its connections


async def moving(page: Page, video: str, frames: int = 10) -> dict[str, Any]:
    """What a video shows, once it has shown so many frames."""
    handle = await page.wait_for_function(MOVING, arg=[video, frames])
    return dict(await handle.json_value())


async def message(page: Page, kind: str) -> dict[str, Any]:
    """The first message of a type from the streamer."""
    handle = await page.wait_for_function(
        "kind => state.messages.find(message => message.type === kind)", arg=kind
    )
    return dict(await handle.json_value())


@pytest.mark.parametrize("without_h264", [False, True])
async def test_a_browser_steers_a_stream(service: Service, page: Page, without_h264: bool) -> None:
    """A browser sees moving video, in H.264 or without it, and its interaction changes what is seen."""
    await page.evaluate("([url, key, options]) => connect(url, key, options)",
                        [service.standin.url, API_KEY, {"withoutH264": without_h264}])  # fmt: skip
    start = {
        "type": "interactive_stream_start",
        "prompt": "A cat at noon",
        "portrait": False,
        "broadcast": False,
    }
    await page.evaluate("message => send(message)", start)
    started = await message(page, "stream_started")
    day = await moving(page, "interactive")
    assert (day["width"], day["height"]) == (1280, 704)
    await page.evaluate("message => send(message)", {"type": "update", "prompt": "night falls"})
    assert (await message(page, "update_acknowledged"))["prompt"] == "night falls"
    night = await moving(page, "interactive", day["frames"] + 20)
    while sum(day["colours"]) - sum(night["colours"]) <= 200:  # it falls in a second or so
        night = await moving(page, "interactive", night["frames"] + 5)
    await page.evaluate("message => send(message)", {"type": "interactive_stream_end"})
    await message(page, "stream_ended")
    assert (await service.rest.recording(started["stream_id"]))["frame_count"] > 20


async def test_a_browser_spectates_and_plays_the_recording(
    service: Service, page: Page, browser: LocalBrowser
) -> None:
    """A browser watches a broadcast by WHEP and leaves; afterwards it plays the recording and the preview."""
    await page.evaluate("([url, key]) => connect(url, key)", [service.standin.url, API_KEY])
    start = {"type": "interactive_stream_start", "prompt": "A dragon", "portrait": True, "broadcast": True}
    await page.evaluate("message => send(message)", start)
    ready = await message(page, "broadcast_ready")
    where = [ready["webrtc_url"], ready["spectator_token"]]
    location = await page.evaluate("([url, token]) => spectate(url, token)", where)
    seen = await moving(page, "spectator")
    assert (seen["width"], seen["height"]) == (704, 1280)
    assert await page.evaluate("async url => (await fetch(url, {method: 'DELETE'})).status", location) == 200
    started = await message(page, "stream_started")
    await page.evaluate("message => send(message)", {"type": "interactive_stream_end"})
    recording = await service.rest.recording(started["stream_id"])
    for name in ("video_url", "preview_url"):
        await page.evaluate("url => play(url)", recording[name])
        played = await page.wait_for_function(
            "() => { const seen = look('recording'); return seen?.time > 0.2 && seen; }"
        )
        assert (await played.json_value())["height"] in (1280, 640)
        await page.evaluate("document.getElementById('recording').remove()")
    assert browser.errors == []


async def test_a_browser_plays_hls(service: Service, page: Page, browser: LocalBrowser) -> None:
    """The segments play in a browser as they are, while the stream is running."""
    await page.evaluate("([url, key]) => connect(url, key)", [service.standin.url, API_KEY])
    start = {"type": "interactive_stream_start", "prompt": "A boat", "portrait": False, "broadcast": True}
    await page.evaluate("message => send(message)", start)
    ready = await message(page, "broadcast_ready")
    await page.evaluate("url => playHls(url)", ready["broadcast_url"])
    seen = await moving(page, "hls")
    assert (seen["width"], seen["height"]) == (1280, 704)
    assert browser.errors == []
