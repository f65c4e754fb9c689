"""The page's stage and its connection in a bare page, with times that a test can wait for."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page

from bot.web.assets import PAGE
from tests.support.browser import LocalBrowser
from tests.web.service import Service

SHORT_TIMES = {
    "config": 300,
    "gathering": 1000,
    "whep": {"connect": 3000, "firstFrame": 3000, "lost": 60_000},
    "hls": {"connect": 15_000, "firstFrame": 15_000, "lost": 60_000},
    "look": 50,
    "still": 60_000,
    "settled": 0,
    "fade": 30,
    "retry": [20, 100],
    "quietRetry": [50, 100],
}
_HTML = """<!doctype html><link rel="icon" href="data:,"><title>stage</title>
<style>video { width: 160px; height: 96px; opacity: 0 } .on-air, .before { opacity: 1 }</style>
<video autoplay muted playsinline></video><video autoplay muted playsinline></video>
<button>Tap to play</button>
<script type="module">
    import { Stage } from "./assets/stage/stage.js";
    window.told = [];
    window.stage = new Stage(document.querySelectorAll("video"), { told: (news) => told.push(news) });
    document.querySelector("button").onclick = () => stage.tap();
    addEventListener("pagehide", () => stage.leave());
</script>"""


@dataclass
class Tab:
    """A browser's tab, and what went wrong in it."""

    page: Page
    errors: list[str]


@pytest.fixture(scope="module")
async def one_tab(chromium: Browser) -> AsyncIterator[Tab]:
    """One for all tests of a module, since to open another costs more than most of them."""
    browser = LocalBrowser(chromium)
    page = await browser.open("about:blank")
    yield Tab(page, browser.errors)
    await page.context.close()
    assert browser.foreign == []


@pytest.fixture
async def tab(one_tab: Tab) -> AsyncIterator[Tab]:
    """The module's tab, as good as new."""
    one_tab.errors.clear()
    yield one_tab
    await one_tab.page.goto("about:blank")


@dataclass
class Player:
    """A stage in a browser, and the service that it watches."""

    page: Page
    service: Service

    async def follow(self, number: int | None, *, has_hls: bool = False) -> None:
        """As the newest state document says."""
        stream = number and self.service.stream(number, has_hls=has_hls)
        await self.page.evaluate("stream => stage.follow(stream, { live: 'live.m3u8' })", stream)

    async def told(self, status: str, **more: Any) -> dict[str, Any]:
        """What the stage says, once that is this."""
        handle = await self.page.wait_for_function(
            "wanted => Object.keys(wanted).every((key) => told.at(-1)?.[key] === wanted[key]) && told.at(-1)",
            arg={"status": status, **more},
        )
        return dict(await handle.json_value())

    async def set_limits(self, **changes: int) -> None:
        """Other limits for WHEP from now on."""
        await self.page.evaluate(
            "async (changes) => Object.assign((await import('./assets/times.js')).times.whep, changes)",
            changes,
        )

    async def statuses(self) -> list[str]:
        """All that it has said so far."""
        return list(await self.page.evaluate("told.map(news => news.status)"))

    async def moves(self) -> None:
        """Waits for new frames of what is on air."""
        await self.page.evaluate(
            """() => new Promise((resolve) => {
                const look = (frames) => {
                    const video = document.querySelector(".on-air");
                    if (frames > 2) resolve();
                    else if (video) video.requestVideoFrameCallback(() => look(frames + 1));
                    else setTimeout(look, 20, frames);
                };
                look(0);
            })"""
        )

    async def brightness(self) -> float:
        """Of what is seen; 0 is black."""
        return float(
            await self.page.evaluate(
                """() => {
                    const canvas = document.createElement("canvas");
                    const pen = canvas.getContext("2d");
                    pen.drawImage(document.querySelector(".on-air"), 0, 0, 8, 8);
                    return pen.getImageData(4, 4, 1, 1).data.slice(0, 3).reduce((sum, part) => sum + part);
                }"""
            )
        )


@asynccontextmanager
async def playing(
    tab: Tab, service: Service, *, capabilities: str = "", **times: Any
) -> AsyncIterator[Player]:
    """A stage on an empty page. `capabilities`: a script that makes the browser another one."""
    html = _HTML.replace("<style>", f"<script>{capabilities}</script><style>")
    async with service.sending(), serving(service, html, times) as url:
        await tab.page.goto(url)
        await tab.page.wait_for_function("window.stage")
        yield Player(tab.page, service)
        await tab.page.goto("about:blank")


@asynccontextmanager
async def serving(
    service: Service, html: str, times: dict[str, Any], *routes: web.RouteDef
) -> AsyncIterator[str]:
    """The page's files beside a service, which is of another origin; the page's address."""

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=html, content_type="text/html")

    async def short_times(_: web.Request) -> web.Response:
        changes = json.dumps(SHORT_TIMES | times)
        text = f"{(PAGE / 'times.js').read_text()}\nObject.assign(times, {changes});"
        return web.Response(text=text, content_type="text/javascript")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/assets/times.js", short_times)
    app.router.add_static("/assets", PAGE)
    app.add_routes(routes)
    service.add_routes(app)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        port = runner.addresses[0][1]
        service.url = f"http://localhost:{port}"
        yield f"http://127.0.0.1:{port}/"
    finally:
        await runner.cleanup()
