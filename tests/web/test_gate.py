"""Who asks, and how much one address may."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from bot.process.setting_values import networks
from bot.web.gate import WRONG_LINKS_A_MINUTE, WRONG_LINKS_IN_ALL, address_of
from tests.broadcast.fakes import SteppedClock
from tests.support.watched import BROADCAST, EventStream, Watched


def from_(address: str) -> dict[str, str]:
    return {"X-Forwarded-For": address}


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "address"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),  # nobody trusted has said so
        ("127.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("127.0.0.1", ["6.6.6.6, 198.51.100.1"], "198.51.100.1"),  # what its client has put there
        ("127.0.0.1", ["6.6.6.6", "198.51.100.1, 10.1.2.3"], "198.51.100.1"),  # through two of ours
        ("127.0.0.1", ["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
        ("127.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("127.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::/64"),
        ("::ffff:127.0.0.1", ['"::ffff:198.51.100.1"'], "198.51.100.1"),
        ("2001:db8::2:3:4:5", [], "2001:db8:0:0::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("127.0.0.1", ["6.6.6.6, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["", ","], "127.0.0.1"),
        ("127.0.0.1", ["x" * 9000], "127.0.0.1"),
        (None, ["198.51.100.1"], "None"),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str | None, forwarded_for: list[str], address: str) -> None:
    """The nearest address that is none of theirs; of an IPv6 one, the household."""
    expected = str(networks(address)[0]) if "/" in address else address
    assert address_of(peer, forwarded_for, networks("127.0.0.0/8, ::1, 10.0.0.0/8")) == expected


async def test_one_address_has_so_many_pages_and_the_others_are_served() -> None:
    """Ten thousand tries of one: it is told when to come again, and gets in when it has left room."""
    watched = Watched()
    async with watched.served(pages_per_address=3) as page, AsyncExitStack() as others:
        pages = [EventStream(f"{page}/events", **from_("198.51.100.1")) for _ in range(3)]
        for each in pages:
            await others.enter_async_context(each)
        async with httpx.AsyncClient() as http:
            for _ in range(20):
                refused = await http.get(f"{page}/events", headers=from_("198.51.100.1"))
                assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
                assert refused.headers["Connection"] == "close"
        other = await others.enter_async_context(EventStream(f"{page}/events", **from_("198.51.100.2")))
        await other.until(watching=4)
        await pages[0].__aexit__()
        await other.until(watching=3)
        again = await others.enter_async_context(EventStream(f"{page}/events", **from_("198.51.100.1")))
        assert again.answer.status == 200


async def test_a_bot_that_is_full_says_so() -> None:
    """Connections to Discord and to the service need room too."""
    async with Watched().served(pages_in_all=1) as page:
        async with (
            EventStream(f"{page}/events", **from_("198.51.100.1")),
            EventStream(f"{page}/events", **from_("198.51.100.2")) as refused,
        ):
            assert (refused.answer.status, refused.answer.headers["Retry-After"]) == (503, "10")
        async with EventStream(f"{page}/events", **from_("198.51.100.2")) as welcome:
            assert await welcome.next()


async def statuses(http: httpx.AsyncClient, address: str, count: int, path: str = "") -> list[int]:
    answers = [
        await http.get(f"/watch/wrong-{number}{path}", headers=from_(address)) for number in range(count)
    ]
    return [answer.status_code for answer in answers]


async def test_who_guesses_links_is_not_answered_any_more() -> None:
    """However many a minute, they cost a few queries; a right link is served, and others may err too."""
    watched = Watched(SteppedClock())
    async with watched.served() as page, httpx.AsyncClient(base_url=page.partition("/watch")[0]) as http:
        found = await statuses(http, "198.51.100.1", 5 * WRONG_LINKS_A_MINUTE)
        assert found == [404] * WRONG_LINKS_A_MINUTE + [429] * (4 * WRONG_LINKS_A_MINUTE)
        assert watched.asked.count("broadcast") == WRONG_LINKS_A_MINUTE
        refused = await http.get("/watch/wrong", headers=from_("198.51.100.1"))
        assert refused.headers["Retry-After"] == "60"
        assert (await http.get(page, headers=from_("198.51.100.1"))).status_code == 200
        assert await statuses(http, "198.51.100.2", 2) == [404, 404]
        await watched.clock.sleep(60)
        assert await statuses(http, "198.51.100.1", 1) == [404]


async def test_what_is_below_a_wrong_link_costs_no_query() -> None:
    """Of a wrong link's events, pictures and films nothing is looked for, and all are counted together."""
    watched = Watched(SteppedClock())
    async with watched.served() as page, httpx.AsyncClient(base_url=page.partition("/watch")[0]) as http:
        for path in ("/events", "/picture.jpg", "/film/1", "/live.m3u8"):
            assert await statuses(http, "198.51.100.1", 5, path) == [404] * 5
        assert await statuses(http, "198.51.100.1", 1, "/events") == [429]
        assert watched.asked == []


async def test_many_addresses_together_guess_no_more_than_so_many() -> None:
    """Whoever has a thousand addresses cannot have the database asked all the time either."""
    watched = Watched(SteppedClock())
    async with watched.served() as page, httpx.AsyncClient(base_url=page.partition("/watch")[0]) as http:
        for number in range(WRONG_LINKS_IN_ALL):
            await statuses(http, f"198.51.{number // 250}.{number % 250}", 1)
        assert await statuses(http, "203.0.113.1", 1) == [429]
        assert watched.asked.count("broadcast") == WRONG_LINKS_IN_ALL


async def test_an_old_link_that_is_right_is_no_guess() -> None:
    """A whole school may click on it."""
    watched = Watched(SteppedClock())
    watched.broadcasts[BROADCAST.id] = BROADCAST
    async with watched.served() as page, httpx.AsyncClient(base_url=page.partition("/watch")[0]) as http:
        answers = [await http.get(f"/watch/{BROADCAST.id}") for _ in range(2 * WRONG_LINKS_A_MINUTE)]
        assert {answer.status_code for answer in answers} == {302}
        at_once = await asyncio.gather(*(http.get(f"/watch/{BROADCAST.id}") for _ in range(10)))
        assert {answer.status_code for answer in at_once} == {302}


async def test_who_never_asks_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection on which no whole request comes is closed; one that is told events is not."""
    monkeypatch.setattr("bot.web.server.IDLE_S", 0.2)
    async with Watched().served() as page, EventStream(f"{page}/events") as events:
        url = httpx.URL(page)
        reader, writer = await asyncio.open_connection(url.host, url.port)
        writer.write(b"GET /watch/a HTTP/1.1\r\nHost:")
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()
        assert await events.next()
        assert not events.answer.content.at_eof()


@pytest.mark.parametrize("path", ["", "/odyssey"])
async def test_a_run_says_who_it_is_and_how_one_comes_there(path: str) -> None:
    """The same at every path, another one in the next run; a proxy is known by its address alone."""
    watched, names = Watched(), set()
    for trusted, direct, forwarded in (
        ("127.0.0.1", "by a proxy that does not say from where", "by a proxy"),
        ("10.0.0.0/8", "directly", "by a proxy that is not trusted"),
    ):
        chosen: dict[str, Any] = {
            "base_url": "https://example.org/odyssey",
            "trusted_proxies": networks(trusted),
        }
        async with watched.served(**chosen) as page, httpx.AsyncClient() as http:
            url = f"{page.partition('/watch')[0]}{path}/instance"
            answers = [
                (await http.get(url, headers=headers)).json() for headers in ({}, from_("198.51.100.1"))
            ]
            assert [answer["comes"] for answer in answers] == [direct, forwarded]
            names |= {answer["instance"] for answer in answers}
    assert len(names) == 2
