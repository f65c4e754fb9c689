"""Who asks for what, and what they get."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from bot.broadcast.errors import WorldError
from bot.broadcast.model import Channel, Recording
from bot.broadcast.picture import Picture
from bot.broadcast.show.view import BroadcastView
from bot.broadcast.states import Reason
from bot.web.assets import PAGE
from tests.broadcast.fakes import SteppedClock
from tests.support.hostile_texts import hostile_texts
from tests.support.watched import BROADCAST, NOW, TOKEN, EventStream, Watched, past

THERE = (
    "http://odyssey.test/video.mp4?X-Amz-Date=20260801T200000Z&X-Amz-Expires=3600&X-Amz-Signature=%2Ba%20b"
)


class Head(HTMLParser):
    """What whoever is sent a link reads in its page's head."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.facts: dict[str, str] = {}
        self.elements: list[str] = []
        self._in_title = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        given = dict(attrs)
        name = given.get("property") or given.get("name")
        if tag == "meta" and name:
            self.facts[name] = given["content"] or ""
        self._in_title = tag == "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.facts["title"] = self.facts.get("title", "") + data

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False


class Visitor:
    """A browser on a link's page: it asks for what is below."""

    def __init__(self, page: str, http: httpx.AsyncClient) -> None:
        self.page = page
        self.origin = page.partition("/watch/")[0]
        self.http = http

    async def get(self, path: str = "", **headers: str) -> httpx.Response:
        return await self.http.get(f"{self.page}{path}", headers=headers)


@asynccontextmanager
async def visited(watched: Watched, **settings: Any) -> AsyncIterator[Visitor]:
    async with watched.served(**settings) as page, httpx.AsyncClient() as http:
        yield Visitor(page, http)


async def test_a_link_shows_what_is_on_to_whoever_is_sent_it() -> None:
    """A title, a sentence, and a picture by its whole address."""
    watched = Watched()
    watched.change(picture=b"\xff\xd8 a picture")
    async with visited(watched, base_url="https://example.org/odyssey") as visitor:
        answer = await visitor.get()
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        facts = Head(answer.text).facts
        assert facts["title"] == facts["og:title"] == "Live in #lounge"
        assert "“A cat”" in facts["og:description"]
        assert facts["og:url"] == f"https://example.org/odyssey/watch/{TOKEN}"
        picture = facts["og:image"].removeprefix("https://example.org/odyssey")
        shown = await visitor.http.get(f"{visitor.origin}{picture}")
        assert (shown.content, shown.headers["Content-Type"]) == (b"\xff\xd8 a picture", "image/jpeg")


async def test_nothing_on_is_said_too() -> None:
    """With what was on last, if anything was; and without a picture where there is none."""
    watched = Watched()
    watched.view = None
    async with visited(watched) as visitor:
        facts = Head((await visitor.get()).text).facts
        assert "Nothing is on" in facts["og:description"]
        assert "og:image" not in facts
        watched.end(past(True))
        facts = Head((await visitor.get()).text).facts
        assert "The last broadcast began with “A cat”" in facts["og:description"]
        assert "og:image" in facts


@pytest.mark.parametrize(
    "prompt",
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title><body onload=x>", "‮evil \ud800"]
    + [text.text for text in hostile_texts(20)],
)
async def test_no_prompt_writes_html(prompt: str) -> None:
    """Whatever is in force: the page has the elements that it has, and the sentence is cut to a size."""
    watched = Watched()
    watched.view = None
    async with visited(watched) as visitor:
        elements = Head((await visitor.get()).text).elements
        watched.view = Watched().view
        watched.change(prompt_in_force=prompt, broadcast=replace(BROADCAST, prompt=prompt))
        head = Head((await visitor.get()).text)
        assert head.elements == elements
        assert len(head.facts["og:description"]) < 300
        shown = " ".join(prompt.split())[:20].encode(errors="replace").decode()
        assert escape(shown) in escape(head.facts["og:description"])


async def test_every_answer_is_guarded() -> None:
    """No script of others, no guessing of types, no word to others, no frame, nothing for another origin."""
    async with visited(Watched()) as visitor:
        below = ("", "/events", "/picture.jpg", "/film/1", "/live.m3u8", "/nothing")
        for url in (*(visitor.page + path for path in below), f"{visitor.origin}/assets/layout.css"):
            async with visitor.http.stream("GET", url, headers={"Origin": "https://evil.test"}) as answer:
                headers = answer.headers
            parts = headers["Content-Security-Policy"].split("; ")
            assert {"default-src 'none'", "script-src 'self'", "style-src 'self'"} < set(parts)
            assert parts[-1] == "frame-ancestors 'none'"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert not [name for name in headers if name.startswith("access-control")]
        assert (await visitor.http.post(visitor.page)).status_code == 405
        assert (await visitor.http.options(visitor.page)).status_code == 405


async def test_those_who_may_frame_it_may() -> None:
    """As the operator has set it."""
    async with visited(Watched(), frame_ancestors=["https://a.test", "https://*.b.test"]) as visitor:
        policy = (await visitor.get()).headers["Content-Security-Policy"]
        assert policy.endswith("frame-ancestors https://a.test https://*.b.test")


async def test_pages_are_the_same_below_a_path() -> None:
    """Whether the proxy passes the path on, or takes it away; no reference in the page is absolute."""
    async with visited(Watched(), base_url="https://example.org/a/b") as visitor:
        for path in ("", "/a/b"):
            at = f"{visitor.origin}{path}/watch/{TOKEN}"
            html = (await visitor.http.get(at)).text
            assert 'src="/' not in html
            assert 'href="/' not in html
            assert (await visitor.http.get(f"{at}/../../assets/layout.css")).status_code == 200
            async with EventStream(f"{at}/events") as events:
                assert await events.next()
            slashed = await visitor.http.get(f"{at}/?overlay=1")
            assert slashed.status_code == 302
            assert slashed.url.join(slashed.headers["Location"]) == httpx.URL(f"{at}?overlay=1")
        assert (await visitor.http.get(f"{visitor.origin}/a/watch/{TOKEN}")).status_code == 404


async def test_a_link_of_an_earlier_version_leads_to_its_channels() -> None:
    """As long as that was never revoked; one that never was leads nowhere."""
    watched = Watched()
    watched.broadcasts = {BROADCAST.id: BROADCAST, "other": replace(BROADCAST, channel=Channel(1, 2))}
    async with visited(watched, base_url="https://example.org/a") as visitor:
        for at in (f"{visitor.origin}/watch", f"{visitor.origin}/a/watch"):
            answer = await visitor.http.get(f"{at}/{BROADCAST.id}?overlay=1")
            assert answer.status_code == 302
            assert answer.url.join(answer.headers["Location"]) == httpx.URL(f"{at}/{TOKEN}?overlay=1")
        for wrong in ("other", "x" * 22):
            unknown = await visitor.http.get(f"{visitor.origin}/watch/{wrong}")
            assert (unknown.status_code, unknown.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


async def test_whoever_cuts_the_link_off_is_told_so() -> None:
    """With and without PUBLIC_URL's path, the looks included."""
    async with visited(Watched(), base_url="https://example.org/a") as visitor:
        for at in (f"{visitor.origin}/", f"{visitor.origin}/a/"):
            answer = await visitor.http.get(at)
            assert answer.status_code == 404
            assert "This link leads nowhere" in answer.text
            (looks,) = re.findall(r'rel="stylesheet" href="(.*?)"', answer.text)
            assert (await visitor.http.get(answer.url.join(looks))).status_code == 200


@pytest.mark.parametrize(
    "path", ["/watch/", "/watch/" + "x" * 65, "/watch/a%2Fb", "/watch/%00", "/watch/%27OR%201"]
)
async def test_what_is_no_link_is_not_found(path: str) -> None:
    """Nothing of it reaches the database."""
    watched = Watched()
    async with visited(watched) as visitor:
        assert (await visitor.http.get(f"{visitor.origin}{path}")).status_code == 404
        assert watched.asked == []


async def test_a_thousand_visits_cost_one_look_into_the_database() -> None:
    """For all pages of a link, however they come."""
    watched = Watched()
    watched.view = None
    async with visited(watched) as visitor:
        for _ in range(50):
            for path in ("", "/picture.jpg"):
                await visitor.get(path)
        assert watched.asked == ["last"]


async def test_the_picture_is_asked_for_again_only_when_it_is_another() -> None:
    """By its tag."""
    watched = Watched()
    watched.change(picture=b"a picture")
    async with visited(watched) as visitor:
        first = await visitor.get("/picture.jpg")
        assert first.headers["Cache-Control"] == "no-cache"
        known = {"If-None-Match": first.headers["ETag"]}
        assert (await visitor.get("/picture.jpg", **known)).status_code == 304
        watched.change(picture=b"another picture")
        assert (await visitor.get("/picture.jpg", **known)).content == b"another picture"


async def test_of_what_is_over_the_last_picture_is_shown() -> None:
    """As it is remembered; after a restart its recording's, which is fetched once."""
    watched = Watched()
    watched.view, watched.last = None, past(False, True)
    async with visited(watched) as visitor:
        watched.last_picture = Picture(b"remembered", portrait=False)
        assert (await visitor.get("/picture.jpg")).content == b"remembered"
        watched.last_picture = None
        watched.recordings["s2"] = Recording(NOW, thumbnail_url="https://odyssey.test/t.jpg")
        watched.files["https://odyssey.test/t.jpg"] = b"thumbnail"
        for _ in range(5):
            assert (await visitor.get("/picture.jpg")).content == b"thumbnail"
        assert watched.asked == ["last", "recording", "file"]


@pytest.mark.parametrize("failure", [None, WorldError(Reason.UNREACHABLE), OSError("no")])
async def test_no_picture_is_no_error(failure: Exception | None) -> None:
    """Nothing was on, or what was on has none to be had: not asked for again at once."""
    watched = Watched(SteppedClock())
    watched.view, watched.last = None, past(True)
    async with visited(watched) as visitor:
        assert (await visitor.get()).status_code == 200
        watched.failure = failure
        for _ in range(5):
            assert (await visitor.get("/picture.jpg")).status_code == 404
        assert watched.asked.count("recording") == 1
        await watched.clock.sleep(11)
        await visitor.get("/picture.jpg")
        assert watched.asked.count("recording") == 2


async def test_a_film_leads_to_its_video_as_the_service_signed_it() -> None:
    """To a link that works for a while yet: the same for all, and another one shortly before its end."""
    watched = Watched(SteppedClock())
    watched.view, watched.last = None, past(False, True, True)
    watched.recordings = {"s2": Recording(NOW, THERE), "s3": Recording(NOW, f"{THERE}3")}
    async with visited(watched) as visitor:
        for _ in range(5):
            answer = await visitor.get("/film/1")
            assert (answer.status_code, answer.headers["Location"]) == (302, THERE)
            assert answer.headers["Cache-Control"] == "no-store"
        assert (await visitor.get("/film/2")).headers["Location"] == f"{THERE}3"
        assert watched.asked == ["last", "recording", "recording"]
        await watched.clock.sleep(54 * 60)
        await visitor.get("/film/1")
        assert watched.asked.count("recording") == 2
        await watched.clock.sleep(2 * 60)
        await visitor.get("/film/1")
        assert watched.asked.count("recording") == 3


@pytest.mark.parametrize("number", ["3", "0", "-1", "99999999999", "x", "1/2", ""])
async def test_a_film_that_there_is_none_of_is_not_found(number: str) -> None:
    """And nobody is asked for it."""
    watched = Watched()
    watched.last = past(False, True, True)
    async with visited(watched) as visitor:
        assert (await visitor.get(f"/film/{number}")).status_code == 404
        assert "recording" not in watched.asked


@pytest.mark.parametrize(
    "recording", [None, Recording(NOW), Recording(NOW, "javascript:alert(1)"), Recording(NOW, "https://a b/")]
)
async def test_a_film_that_cannot_be_had_is_for_later(recording: Recording | None) -> None:
    """The service does not answer, has nothing, or what is no link: it is left alone for a while."""
    watched = Watched(SteppedClock())
    watched.last = past(True)
    if recording:
        watched.recordings["s1"] = recording
    async with visited(watched) as visitor:
        await visitor.get()
        watched.failure = None if recording else WorldError(Reason.UNREACHABLE)
        for _ in range(5):
            answer = await visitor.get("/film/1")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
        assert watched.asked.count("recording") == 1
        watched.failure, watched.recordings["s1"] = None, Recording(NOW, THERE)
        await watched.clock.sleep(11)
        assert (await visitor.get("/film/1")).status_code == 302


async def test_assets_are_kept_and_asked_for_again_by_their_tag() -> None:
    """Compressed for who takes that; modules of two versions do not go together."""
    async with visited(Watched()) as visitor:
        url = f"{visitor.origin}/assets/layout.css"
        whole = await visitor.http.get(url, headers={"Accept-Encoding": "identity"})
        small = await visitor.http.get(url, headers={"Accept-Encoding": "br, gzip"})
        assert small.text == whole.text == (PAGE / "layout.css").read_text()
        assert int(small.headers["Content-Length"]) < int(whole.headers["Content-Length"])
        assert (small.headers["Content-Encoding"], small.headers["Content-Type"]) == ("gzip", "text/css")
        for first in (whole, small):
            assert (first.headers["Cache-Control"], first.headers["Vary"]) == ("no-cache", "Accept-Encoding")
            known = {"If-None-Match": first.headers["ETag"]}
            assert (await visitor.http.get(url, headers=known)).status_code == 304
        script = await visitor.http.get(url.replace("layout.css", "main.js"))
        assert script.headers["Content-Type"] == "text/javascript"


@pytest.mark.parametrize("path", ["../app.py", "%2e%2e/app.py", "/etc/passwd", "view", "", "main.js/", "%00"])
async def test_no_other_file_is_an_asset(path: str) -> None:
    """None but the page's own, whatever is asked for."""
    async with visited(Watched()) as visitor:
        reader, writer = await asyncio.open_connection(*visitor.origin.removeprefix("http://").split(":"))
        writer.write(f"GET /assets/{path} HTTP/1.0\r\n\r\n".encode())  # as it is: a browser would tidy it
        assert b" 404 " in await reader.readline()
        writer.close()


async def test_the_playlist_is_the_channels() -> None:
    """Of a right link alone."""
    async with visited(Watched()) as visitor:
        assert (await visitor.get("/live.m3u8")).text == "the playlist of 2002"


@pytest.mark.parametrize(
    "request_", [b"\x16\x03\x01 TLS", b"GET / HTTP/9.9", b"GET /" + b"x" * 10_000 + b" HTTP/1.1", b"A B C"]
)
async def test_what_is_no_request_is_refused_and_not_worth_a_line(
    request_: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever sends garbage fills no log."""
    async with visited(Watched()) as visitor:
        reader, writer = await asyncio.open_connection(*visitor.origin.removeprefix("http://").split(":"))
        writer.write(request_ + b"\r\nHost: x\r\n\r\n")
        assert b" 400 " in await reader.readline()
        writer.close()
    assert [record for record in caplog.records if record.name != "bot.web.server"] == []


async def test_a_page_that_breaks_is_in_the_log_without_who_asked(caplog: pytest.LogCaptureFixture) -> None:
    """With what it was, and neither the address nor the link."""
    watched = Watched()
    watched.view = replace(BroadcastView(BROADCAST, "A cat"), prompt_in_force=None)  # type: ignore[arg-type]
    async with visited(watched) as visitor:
        assert (await visitor.get()).status_code == 500
    assert "a request for a page failed" in caplog.text
    assert "Traceback" in caplog.text
    assert TOKEN not in caplog.text
    assert "from 127.0.0.1" not in caplog.text
