"""The watch page through real reverse proxies, as docs/proxies.md says to set them up."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from tests.support.proxies import running
from tests.support.watched import CHANNEL, TOKEN, EventStream, Watched


@asynccontextmanager
async def from_address(address: str) -> AsyncIterator[httpx.AsyncClient]:
    """Whoever has this address, and says to have another."""
    forged = {"X-Forwarded-For": "203.0.113.9"}
    transport = httpx.AsyncHTTPTransport(local_address=address)
    async with httpx.AsyncClient(transport=transport, headers=forged, timeout=20) as http:
        yield http


@pytest.mark.parametrize("program", ["nginx", "caddy"])
async def test_everything_of_a_watch_link_comes_through(program: str, tmp_path: Path) -> None:
    """Page, what it loads, playlist, and events as they happen; the bot knows each viewer's own address."""
    watched = Watched()
    async with (
        watched.served(base_url="https://example.org/odyssey", pages_per_address=1) as direct,
        running(program, httpx.URL(direct).port or 0, tmp_path) as fronts,
    ):
        assert [front.path for front in fronts] == ["", "/odyssey", "/odyssey"]
        for number, front in enumerate(fronts):
            link = f"{front.origin}{front.path}/watch/{TOKEN}"
            async with from_address("127.0.0.2") as viewer, from_address("127.0.0.3") as another:
                page = await viewer.get(link)
                assert page.status_code == 200
                assert page.headers["Content-Security-Policy"]
                asked = (await viewer.get(f"{front.origin}{front.path}/instance")).json()
                assert asked["comes"] == "by a proxy"
                loaded = re.findall(r'(?:href|src)="([^"#]+)"', page.text)
                own = [address for address in loaded if "assets/" in address]
                assert own
                for address in own:
                    assert (await viewer.get(urljoin(link, address))).status_code == 200, address
                assert (await viewer.get(f"{link}/live.m3u8")).text == f"the playlist of {CHANNEL.id}"
                slashed = await viewer.get(f"{link}/", follow_redirects=True)
                assert (slashed.status_code, str(slashed.url)) == (200, link)
                async with EventStream(f"{link}/events") as events:
                    await events.next()
                    watched.change(prompt_in_force=f"prompt {number}")
                    assert await events.until(prompt={"text": f"prompt {number}", "by": None})
                async with viewer.stream("GET", f"{link}/events") as first:
                    assert first.status_code == 200
                    assert (await viewer.get(f"{link}/events")).status_code == 429
                    async with another.stream("GET", f"{link}/events") as other:
                        assert other.status_code == 200
