"""A real headless Chromium for tests of pages: one for all that a process tests, as to start it costs most.

Nothing is installed by the tests: without a Chromium they are skipped with one sentence, or fail when the
environment says REQUIRE_BROWSER=1 (as in continuous integration).
"""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from playwright.async_api import Browser, ConsoleMessage, Error, Page, Request, async_playwright, expect

CANDIDATES = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
LOCAL_HOSTS = {"127.0.0.1", "localhost"}
_PATIENCE_MS = 30_000
"""For what a page has to do or to show: only what never comes takes it."""
expect.set_options(timeout=_PATIENCE_MS)


class LocalBrowser:
    """Opens pages, and remembers what they must not do.

    `foreign`: addresses outside this machine that were asked for. `errors`: uncaught errors and what the
    console reports as an error, such as a breach of the content security policy.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.foreign: list[str] = []
        self.errors: list[str] = []

    async def open(self, url: str, *, width: int = 1440, height: int = 900) -> Page:
        """A page in a context of its own (no shared storage), once it has loaded."""
        context = await self._browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(_PATIENCE_MS)
        page = await context.new_page()
        page.on("request", self._check_request)
        page.on("pageerror", self._note_error)
        page.on("console", self._check_console)
        await page.goto(url)
        return page

    def _check_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and parts.hostname not in LOCAL_HOSTS:
            self.foreign.append(request.url)

    def _note_error(self, error: Error) -> None:
        self.errors.append(str(error))

    def _check_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser, started by the first test that needs it."""
    path = next((found for name in CANDIDATES if (found := shutil.which(name))), None)
    if path is None:
        sentence = "no Chromium was found on this machine (Debian: apt-get install chromium)"
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(sentence)
        pytest.skip(sentence)
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield started
        finally:
            await started.close()


@pytest.fixture
async def browser(chromium: Browser) -> AsyncIterator[LocalBrowser]:
    """Opens a test's pages, and closes them; fails it when one asked for anything outside this machine."""
    local = LocalBrowser(chromium)
    try:
        yield local
    finally:
        for context in chromium.contexts:
            await context.close()
    assert local.foreign == [], "the page asked for something outside this machine"


@asynccontextmanager
async def serving_pages(serve: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """A web server of another origin than the service's, which answers every path so; its URL."""
    app = web.Application()
    app.router.add_get("/{path:.*}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()
