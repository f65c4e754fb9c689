"""The published JavaScript client, unchanged, against the stand-in. It is not part of this project.

`make published-client` fetches it and runs this; without PUBLISHED_CLIENT, its folder, the tests are skipped.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Page

from tests.local.odyssey.conftest import API_KEY, Service, serving
from tests.support.browser import LocalBrowser, serving_pages

FOLDER = os.environ.get("PUBLISHED_CLIENT")
pytestmark = pytest.mark.skipif(FOLDER is None, reason="PUBLISHED_CLIENT is not set")

PAGE = """<!doctype html><title>published client</title><link rel=icon href=data:,>
<script>
  window.__ODYSSEY_API_URL__ = new URLSearchParams(location.search).get("service");
  window.told = [];
</script>
<script type=module>
  import { Odyssey } from "./index.js";
  window.Odyssey = Odyssey;
  window.show = (stream, id) => {
    const video = Object.assign(document.createElement("video"), { id, muted: true, srcObject: stream });
    document.body.append(video);
    video.play();  // not awaited: there is nothing to play before a stream starts
  };
  const names = ["StreamStarted", "StreamEnded", "StreamError", "BroadcastReady", "StatusChange"];
  const tell = name => (...facts) => told.push([name, ...facts]);
  window.handlers = Object.fromEntries(names.map(name => [`on${name}`, tell(name)]));
  window.ready = true;
</script>"""
FRAMES = """([id, frames]) => {
    const video = document.getElementById(id);
    return video && video.getVideoPlaybackQuality().totalVideoFrames >= frames
        && [video.videoWidth, video.videoHeight];
}"""


@pytest.fixture
async def origin() -> AsyncIterator[str]:
    """Where a page with the published client is served."""
    assert FOLDER

    client = Path(FOLDER) / "dist" / "index.js"

    async def serve(request: web.Request) -> web.StreamResponse:
        if request.path == "/index.js":
            return web.FileResponse(client)
        return web.Response(text=PAGE, content_type="text/html")

    async with serving_pages(serve) as url:
        yield url


async def opened(browser: LocalBrowser, origin: str, service: Service) -> Page:
    """A page whose client speaks to this service."""
    page = await browser.open(f"{origin}?service={service.standin.url}")
    await page.wait_for_function("window.ready")
    await page.evaluate(f"window.client = new Odyssey({{ apiKey: '{API_KEY}' }})")
    return page


async def told(page: Page, name: str) -> list[Any]:
    """What the first call of a handler was given."""
    handle = await page.wait_for_function("name => told.find(([first]) => first === name)", arg=name)
    return list(await handle.json_value())[1:]


async def moving(page: Page, video: str) -> tuple[int, int]:
    """Waits until a video moves; its size."""
    width, height = await (await page.wait_for_function(FRAMES, arg=[video, 10])).json_value()
    return width, height


async def test_a_broadcast_is_steered_watched_and_recorded(
    service: Service, browser: LocalBrowser, origin: str
) -> None:
    """Connect, start, interact, watch over WHEP, end, and list and fetch the recording."""
    page = await opened(browser, origin, service)
    await page.evaluate("async () => { show(await client.connect(handlers), 'own'); }")
    stream_id = await page.evaluate(
        "client.startStream({ prompt: 'A cat on a windowsill', portrait: false, broadcast: true })"
    )
    assert await moving(page, "own") == (1280, 704)
    assert len(await page.evaluate("client.lastAppliedPrompt")) > len("A cat on a windowsill")
    assert await page.evaluate("client.interact({ prompt: 'it snows' })") == "it snows"
    (info,) = await told(page, "BroadcastReady")
    assert info["hlsUrl"].startswith(service.standin.url)
    await page.evaluate(
        """async info => {
            window.spectator = await Odyssey.connectToStream(info.webrtcUrl, info.spectatorToken);
            show(spectator.stream, "spectator");
        }""",
        info,
    )
    assert await moving(page, "spectator") == (1280, 704)
    await page.evaluate("spectator.disconnect()")
    await page.evaluate("client.endStream()")
    await page.evaluate("client.disconnect()")
    assert [await told(page, name) for name in ("StreamStarted", "StreamEnded")] == [[stream_id], []]
    await asyncio.sleep(service.standin.settings.recording_delay_s)
    recording = await page.evaluate("stream => client.getRecording(stream)", stream_id)
    async with service.http.get(recording["video_url"]) as response:
        assert (await response.read())[4:8] == b"ftyp"
    listed = await page.evaluate("client.listStreamRecordings({ limit: 5 })")
    assert [row["stream_id"] for row in listed["recordings"]] == [stream_id]


async def test_an_image_and_the_end_of_the_time(browser: LocalBrowser, origin: str) -> None:
    """A stream starts from a picture; at its limit the client is told so, and connects again."""
    async with serving(stream_limit_s=2.0) as service:
        page = await opened(browser, origin, service)
        await page.evaluate(
            """async () => {
                const canvas = new OffscreenCanvas(640, 480);
                canvas.getContext("2d").fillRect(0, 0, 640, 480);
                show(await client.connect(handlers), "own");
                await client.startStream({ prompt: "A fox", image: await canvas.convertToBlob() });
            }"""
        )
        assert await moving(page, "own") == (704, 1280)
        assert await told(page, "StreamError") == ["session_timeout", "Stream ended: credit lease expired"]
        await page.wait_for_function("told.some(([name, status]) => status === 'disconnected')")
        await page.evaluate("client.disconnect()")
        await page.evaluate("async () => { await client.connect(handlers); }")
        assert await page.evaluate("client.startStream({ prompt: 'A fox again' })")
        await page.evaluate("client.disconnect()")


async def test_credentials_and_a_simulation(service: Service, browser: LocalBrowser, origin: str) -> None:
    """A page without the key connects with credentials that one with the key has made; a job completes."""
    page = await opened(browser, origin, service)
    await page.evaluate(
        """async () => {
            window.guest = new Odyssey();
            const credentials = await client.createClientCredentials();
            show(await guest.connectWithCredentials(credentials), "guest");
            await guest.startStream({ prompt: "A whale" });
        }"""
    )
    assert await moving(page, "guest") == (704, 1280)
    await page.evaluate("guest.disconnect()")
    job = await page.evaluate(
        """client.simulate({ script: [{ timestamp_ms: 0, start: { prompt: "A dog" } },
            { timestamp_ms: 500, interact: { prompt: "it runs" } }, { timestamp_ms: 1000, end: {} }] })"""
    )
    async with asyncio.timeout(20):
        while (status := await page.evaluate("id => client.getSimulateStatus(id)", job["job_id"]))[
            "status"
        ] != "completed":
            await asyncio.sleep(0.1)
    assert status["streams"][0]["video_url"]
    assert (await page.evaluate("client.listSimulations()"))["total"] == 1


async def test_refusals_are_understood(browser: LocalBrowser, origin: str) -> None:
    """A wrong key, a full account and an unknown broadcast are the errors that the client has for them."""
    async with serving(concurrent_streams=0) as service:
        page = await opened(browser, origin, service)
        failing = "promise => promise.then(() => null, error => [error.name, error.code, error.message])"
        assert await page.evaluate(f"({failing})(new Odyssey({{ apiKey: 'ody_wrong' }}).connect())") == [
            "Error",
            None,
            "Invalid API key",
        ]
        name, code, _ = await page.evaluate(f"({failing})(client.connect())")
        assert (name, code) == ("ConcurrentLimitReachedError", "CONCURRENT_LIMIT_REACHED")
        url = f"{service.standin.url}/broadcasts/unknown"
        refused = await page.evaluate(f"({failing})(Odyssey.connectToStream('{url}', 'x'))")
        assert refused[2] == "Stream not found"
