"""The watch page's view alone, fed with documents by a test: no bot, no stream."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # it has no type hints
from playwright.async_api import Page

from tests.support.browser import LocalBrowser

PAGE = Path("bot/web/page")
PICTURE = Path("bot/local/demo/page/harbour.jpg")
NOW = 1_764_236_000_000
"""What the server's clock says, in ms."""

Document = Mapping[str, Any]

# In place of main.js: what is asked of the player is noted.
_MAIN = """
import { View } from "./view/view.js";
window.asked = [];
const note = (what) => (...more) => window.asked.push([what, ...more].join(" "));
const [tap, pause, mute] = ["tap", "pause", "mute"].map(note);
const view = new View({ at: (path) => `token/${path}`, tap, pause, mute });
window.draw = (state) => view.draw(state);
"""
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "media-src 'self' blob: http: https:; connect-src 'self'; base-uri 'none'; form-action 'none'"
    )
}


class WatchPage:
    """An open page that shows what it is given."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def show(
        self,
        document: Document | None = None,
        connection: str = "open",
        status: str = "playing",
        **picture: Any,
    ) -> None:
        """Draws a state; `picture` is more of what the player says."""
        state = {"document": document, "connection": connection, "picture": {"status": status, **picture}}
        await self.page.evaluate("state => draw(state)", state)

    async def text(self) -> str:
        """All that can be read, line by line, without the marks around names."""
        text = await self.page.locator("main").inner_text()
        return "\n".join(filter(None, text.replace("\u2068", "").replace("\u2069", "").splitlines()))

    async def is_clean(self, state: str) -> None:
        """axe-core finds nothing. It is loaded once, since that takes the most time."""
        if not await self.page.evaluate("Boolean(window.axe)"):
            await self.page.evaluate(Axe().axe_script)
        found = await self.page.evaluate("axe.run({ resultTypes: ['violations'] })")
        rules = [(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in found["violations"]]
        assert rules == [], f"{state}: {rules}"


@dataclass
class Site:
    """What is served: the page at `url`, films by their part. Of `expired` ones the first link is refused."""

    url: str = ""
    films: dict[int, bytes] = field(default_factory=dict)
    expired: set[int] = field(default_factory=set)
    asked: list[int] = field(default_factory=list)

    async def page(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGE / "page.html", headers=_HEADERS)

    async def main(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(text=_MAIN, content_type="text/javascript")

    async def film(self, request: web.Request) -> web.StreamResponse:
        part = int(request.match_info["part"])
        self.asked.append(part)
        if part in self.expired or part not in self.films:
            self.expired.discard(part)
            raise web.HTTPForbidden
        return web.Response(body=self.films[part], content_type="video/mp4")

    async def picture(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(PICTURE)


@asynccontextmanager
async def serving_watch_page() -> AsyncIterator[Site]:
    site = Site()
    app = web.Application()
    app.router.add_get("/watch/token", site.page)
    app.router.add_get("/watch/token/picture.jpg", site.picture)
    app.router.add_get("/watch/token/film/{part}", site.film)
    app.router.add_get("/assets/main.js", site.main)
    app.router.add_static("/assets", PAGE)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.url = f"http://127.0.0.1:{runner.addresses[0][1]}/watch/token"
        yield site
    finally:
        await runner.cleanup()


async def open_watch_page(
    browser: LocalBrowser,
    url: str,
    *,
    steps: bool = False,
    faked: str = "",
    width: int = 1440,
    height: int = 900,
) -> WatchPage:
    """The page, without motion, with a clock that stands; or `steps`, when the test says so.

    `faked` is a script that comes first: what the device can, or cannot.
    """
    page = await browser.open("about:blank", width=width, height=height)
    await page.emulate_media(reduced_motion="reduce", color_scheme="dark")
    if steps:
        await page.clock.install(time=NOW / 1000)
    else:
        await page.clock.set_fixed_time(NOW / 1000)
    await page.add_init_script(faked)
    await page.goto(url)
    await page.wait_for_function("Boolean(window.draw)")
    if steps:
        await page.clock.pause_at(NOW / 1000 + 10)
    return WatchPage(page)


def document(broadcast: Document | None = None, last: Document | None = None, **more: Any) -> Document:
    """A state document, as the bot sends it."""
    channel = {"name": "lounge", "url": "https://discord.com/channels/1/2"}
    return {"now": NOW, "channel": channel, "watching": 12, "broadcast": broadcast, "last": last, **more}


def broadcast(**more: Any) -> Document:
    """One that is live, for three minutes and for seven more; nothing waits in line."""
    opening = "A harbour at dusk, paper lanterns on the water"
    return {
        "key": "one",
        "state": "live",
        "portrait": False,
        "host": "Robin",
        "began_at": NOW - 184_000,
        "ends_at": NOW + 416_000,
        "opening": opening,
        "prompt": {"text": opening, "by": None},
        "mode": "queue",
        "is_paused": False,
        "coming_back": 0,
        "place_in_pool": None,
        "is_last_call": False,
        "waiting": 0,
        "waiting_for_a_place": 0,
        "candidates": [],
        "closes_at": None,
        "motion": None,
        "winner": None,
        "stream": None,
        **more,
    }


def ballot(*votes: int, **more: Any) -> Document:
    """One with a ballot that is open for twelve seconds more, with so many votes for each idea."""
    ideas = [
        ("A whale leaps between the boats", "Mika"),
        ("It begins to snow, and every lantern turns to ice", "Ada"),
        ("Fireworks above the houses", "Noor"),
        ("The lighthouse wakes up and walks away", "Sam"),
        ("A night train crosses the bay", "Yuki"),
    ]
    candidates = [
        {"number": number, "text": text, "by": by, "votes": count}
        for number, ((text, by), count) in enumerate(zip(ideas, votes, strict=False), start=1)
    ]
    return broadcast(
        **{
            "mode": "vote",
            "prompt": {"text": "A dragon made of paper rises from the lanterns", "by": "Robin"},
            "candidates": candidates,
            "closes_at": NOW + 12_000,
            "waiting": len(candidates),
            **more,
        }
    )


def past(**more: Any) -> Document:
    """The last broadcast, over for two hours, with films of three streams."""
    return {
        "key": "zero",
        "opening": "A harbour at dusk, paper lanterns on the water",
        "host": "Robin",
        "ended_at": NOW - 7_200_000,
        "seconds": 600,
        "films": 3,
        "portrait": False,
        "has_failed": False,
        **more,
    }


WINNER = {"text": "A dragon made of paper rises from the lanterns", "by": "Robin", "votes": 7, "of": 12}
MOTION = {"mode": "queue", "by": "Ada", "for": 4, "against": 1, "closes_at": NOW + 25_000}
