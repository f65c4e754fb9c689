"""The watch page's view alone, fed with documents by a test: no bot, no stream."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Browser, Page

from tests.support.browser import LocalBrowser, violations

PAGE = Path("bot/web/page")
PICTURE = Path("bot/local/demo/page/harbour.jpg")
NOW = 1_764_236_000_000
"""What the server's clock says, in ms."""

Document = Mapping[str, Any]

# In place of main.js: what is asked of the player is noted.
_MAIN = """
window.asked = [];
const note = (what) => (...more) => window.asked.push([what, ...more].join(" ")) && window.answer?.();
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


@dataclass
class Site:
    """What is served: the page at `url`, films by their part. Of `expired` ones the first link is refused.

    `faked` is a script that comes before the page's: what the device can, or cannot.
    """

    url: str = ""
    faked: str = ""
    films: dict[int, bytes] = field(default_factory=dict)
    expired: set[int] = field(default_factory=set)
    asked: list[int] = field(default_factory=list)

    async def page(self, _request: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGE / "watch.html", headers=_HEADERS)

    async def main(self, _request: web.Request) -> web.StreamResponse:
        script = f'import {{ View }} from "./view/view.js";{self.faked}{_MAIN}'
        return web.Response(text=script, content_type="text/javascript")

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
    app.on_response_prepare.append(_close)
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


async def _close(_request: web.Request, response: web.StreamResponse) -> None:
    """After each answer: no task for an open connection outlives a test."""
    response.force_close()


class WatchPage:
    """An open page that shows what it is given. Its clock runs, until a test `pause`s it."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.site = site
        self._paused_at_s = NOW / 1000

    async def anew(self, *, faked: str = "", query: str = "") -> None:
        """The page as it is when somebody opens it, on a device that is `faked`."""
        self.site.faked = faked
        await self.page.goto(self.site.url + query)
        await self.page.wait_for_function("Boolean(window.draw)")

    async def pause(self) -> None:
        """The viewer's clock stands, a day ahead of what it said, until `clock.run_for`."""
        self._paused_at_s += 86_400
        await self.page.clock.pause_at(self._paused_at_s)

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
        """axe-core finds nothing."""
        assert await violations(self.page) == [], state


@asynccontextmanager
async def opened_watch_page(chromium: Browser) -> AsyncIterator[WatchPage]:
    """One page for many tests, since to open one costs most. It asks for nothing outside this machine."""
    local = LocalBrowser(chromium)
    async with serving_watch_page() as site:
        page = await local.open("about:blank")
        await page.emulate_media(reduced_motion="reduce", color_scheme="dark")
        await page.clock.install(time=NOW / 1000)
        watch = WatchPage(page, site)
        await watch.anew()
        yield watch
        await page.context.close()
    assert local.foreign == []
    assert [error for error in local.errors if "Failed to load resource" not in error] == []


def document(broadcast: Document | None = None, last: Document | None = None, **more: Any) -> Document:
    """A state document, as the bot sends it."""
    channel = {"name": "lounge", "url": "https://discord.com/channels/1/2"}
    picture = (broadcast or last or {"key": None})["key"]
    shown = {"picture": picture, "broadcast": broadcast, "last": last}
    return {"now": NOW, "channel": channel, "watching": 12, **shown, **more}


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
        "asked_for": opening,
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
            "prompt": {"text": WINNER["text"], "by": "Robin"},
            "asked_for": WINNER["text"],
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
