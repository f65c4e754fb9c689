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
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it has no type hints
from playwright.async_api import Browser, ConsoleMessage, Error, Page, Request, async_playwright, expect

CANDIDATES = (
    "chromium-headless-shell",  # without the windows of a whole browser: half of what a page costs
    "/usr/bin/chromium",
    "chromium",
    "chromium-browser",
    "google-chrome",
)
OFF = (
    # Two pages of each window, for what its address bar suggests: they cost more than what is tested.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # What Playwright turns off itself: the last list is the one that counts.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
ARGUMENTS = (
    f"--disable-features={','.join(OFF)}",
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

    def __init__(self, browser: Browser, kept: list[Page] | None = None) -> None:
        """`kept` has pages of earlier tests, emptied, and gets this one's: to make one takes almost a second.

        For tests that leave nothing in a page's context but what it stores: no route, no clock, no script.
        """
        self._browser = browser
        self._kept = kept
        self._opened: list[Page] = []
        self.foreign: list[str] = []
        self.errors: list[str] = []

    async def open(self, url: str, *, width: int = 1440, height: int = 900) -> Page:
        """A page in a context of its own (no shared storage), once it has loaded."""
        if self._kept:
            page = self._kept.pop()
            await page.set_viewport_size({"width": width, "height": height})
        else:
            context = await self._browser.new_context(viewport={"width": width, "height": height})
            context.set_default_timeout(_PATIENCE_MS)
            page = await context.new_page()
        self._opened.append(page)
        page.on("request", self._check_request)
        page.on("pageerror", self._note_error)
        page.on("console", self._check_console)
        await page.goto(url)
        return page

    async def close(self) -> None:
        """Closes its pages, or empties those that are to be kept."""
        for page in self._opened:
            if self._kept is None:
                await page.context.close()
            else:
                await self._empty(page)
                self._kept.append(page)

    async def _empty(self, page: Page) -> None:
        page.remove_listener("request", self._check_request)
        page.remove_listener("pageerror", self._note_error)
        page.remove_listener("console", self._check_console)
        if page.url.startswith("http"):
            await page.evaluate("localStorage.clear(); sessionStorage.clear()")
        await page.context.clear_cookies()
        await page.mouse.move(0, 0)
        await page.goto("about:blank")

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
    async with closing(LocalBrowser(chromium)) as local:
        yield local


@pytest.fixture(scope="session")
def kept_pages() -> list[Page]:
    """For browsers that use their pages again."""
    return []


@pytest.fixture
async def kept_browser(chromium: Browser, kept_pages: list[Page]) -> AsyncIterator[LocalBrowser]:
    """One that uses its pages again, for tests whose page leaves nothing but what it stores."""
    async with closing(LocalBrowser(chromium, kept_pages)) as local:
        yield local


@asynccontextmanager
async def closing(local: LocalBrowser) -> AsyncIterator[LocalBrowser]:
    """A test's browser, as long as the test lasts."""
    try:
        yield local
    finally:
        await local.close()
    assert local.foreign == [], "the page asked for something outside this machine"


async def violations(page: Page, *, without: str | None = None) -> list[tuple[str, list[str]]]:
    """What axe-core finds wrong: the rules, and the elements; not in the elements `without`.

    It is loaded once into a page, and does not describe all that it finds right: both take more than to look.
    """
    if not await page.evaluate("Boolean(window.axe)"):
        await page.evaluate(Axe().axe_script)
    look = "without => axe.run({ exclude: without ? [[without]] : [] }, { resultTypes: ['violations'] })"
    found = (await page.evaluate(look, without))["violations"]
    return [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in found]


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
