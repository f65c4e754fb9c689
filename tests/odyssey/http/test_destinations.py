"""Where nobody is sent, by whatever a service gives: URLs, names, redirects."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from bot.odyssey import ClientCredentials, OdysseyError, read_artifact
from bot.odyssey.base.addresses import is_public_host
from bot.odyssey.http.destinations import Destinations
from bot.odyssey.http.http import open_http
from bot.odyssey.wire.ice import ice_servers
from bot.odyssey.wire.signalling import open_signalling
from tests.odyssey.origin import Origin, redirect, serving, told

FORBIDDEN = "forbidden_address"
PUBLIC = "93.184.215.14"
Leads = Callable[..., None]

_to_the_system = socket.getaddrinfo


@pytest.fixture(autouse=True)
def without_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def leads(monkeypatch: pytest.MonkeyPatch) -> Leads:
    """Says where names lead: `leads("name", "first answer", "second answer", ...)`, the last for ever."""
    known: dict[str, list[tuple[str, ...]]] = {}

    def look_up(host: Any, port: Any, *rest: Any, **options: Any) -> list[Any]:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in known:
            return _to_the_system(host, port, *rest, **options)
        answers = known[name]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [each for address in found for each in _to_the_system(address, port, *rest, **options)]

    def add(name: str, *answers: str | tuple[str, ...]) -> None:
        known[name] = [(answer,) if isinstance(answer, str) else answer for answer in answers]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return add


@pytest.fixture
async def inside() -> AsyncIterator[Origin]:
    """What stands behind the firewall, and must not be asked for anything."""
    async with serving() as origin:
        origin.otherwise = told(200, {"secret": "of the house"})
        yield origin


@pytest.fixture(autouse=True)
def untouched(inside: Origin) -> Iterator[None]:
    yield
    assert inside.paths() == []


def port_of(origin: Origin) -> int:
    return urlsplit(origin.url).port or 0


async def code_of(url: str, service: str | None) -> str:
    """What becomes of a request: the error's code, or the status."""
    try:
        async with open_http(service) as http:
            return str((await http.request("GET", url, timeout_s=2)).status)
    except OdysseyError as error:
        return error.code or ""


SERVICE = "https://api.odyssey.test"


PRIVATE = """
127.0.0.1 127.1 2130706433 0x7f000001 0177.0.0.1 0x7f.1 127.0.0.1. 0.0.0.0 0
localhost LOCALHOST. me.localhost printer.local db.internal router.lan router
10.0.0.1 172.16.3.4 192.168.1.1 169.254.169.254 100.64.0.1 224.0.0.1 255.255.255.255
[::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [64:ff9b::10.0.0.1] [2002:7f00:1::]
[2001:0:5ef5:79fd:0:0:80ff:fffe] [fe80::1] [fd00::1] [fec0::1] [ff02::1] [100::1] [4000::1]
①②⑦.⓪.⓪.① 127。0。0。1
"""


@pytest.mark.parametrize("host", PRIVATE.split())
async def test_what_is_private_by_what_it_says_is_not_asked(host: str, inside: Origin) -> None:
    """However it is written: decimal, octal, hexadecimal, short, inside another address, in odd digits."""
    port = port_of(inside)
    assert await code_of(f"http://{host}:{port}/", SERVICE) in (FORBIDDEN, "bad_url")
    assert await code_of(f"http://{host}:{port}/", None) in (FORBIDDEN, "bad_url")


@pytest.mark.parametrize(
    "answers",
    [
        ("127.0.0.1",),
        ("10.0.0.7",),
        ("::1",),
        ("::ffff:127.0.0.1",),
        ((PUBLIC, "127.0.0.1"),),
        (("127.0.0.1", PUBLIC),),
        (PUBLIC, "127.0.0.1"),
    ],
)
@pytest.mark.outage("a link into a private network")
async def test_a_name_that_leads_inside_is_not_followed(
    answers: tuple[Any, ...], leads: Leads, inside: Origin
) -> None:
    """With all of its addresses or one of them; and not when it leads there only the second time either."""
    leads("innocent.example", *answers)
    assert await code_of(f"http://innocent.example:{port_of(inside)}/", SERVICE) == FORBIDDEN


async def test_a_public_name_is_followed(leads: Leads, inside: Origin) -> None:
    """As far as the network goes: it is not refused by us."""
    leads("innocent.example", "203.0.113.1")
    assert not is_public_host("203.0.113.1"), "for documents only"
    destinations = Destinations(SERVICE)
    leads("innocent.example", PUBLIC)
    await destinations.check("innocent.example", 443)
    await destinations.check(PUBLIC, 8443)
    await destinations.check("[2606:4700::1111]", None)


async def test_a_service_inside_is_asked_where_it_was_configured(leads: Leads) -> None:
    """By its name or its address, and there alone: its URLs lead to no neighbour of it."""
    async with serving() as service, serving() as neighbour:
        service.otherwise = told(200, {})
        for home in (f"http://127.0.0.1:{port_of(service)}", f"http://odyssey.intranet:{port_of(service)}"):
            leads("odyssey.intranet", "127.0.0.1")
            assert await code_of(f"{home}/x", home) == "200"
        home = f"http://odyssey.intranet:{port_of(service)}"
        for url in (neighbour.url, neighbour.url.replace("127.0.0.1", "localhost")):
            assert await code_of(url, home) == FORBIDDEN
        leads("innocent.example", "127.0.0.1")
        assert await code_of(f"http://innocent.example:{port_of(neighbour)}", home) == FORBIDDEN
        assert neighbour.paths() == []


async def test_a_service_on_loopback_may_lead_elsewhere_on_loopback() -> None:
    """That is how the stand-in is run; not into the network that this machine is in."""
    async with serving() as service, serving() as store:
        store.otherwise = told(200, {})
        assert await code_of(store.url.replace("127.0.0.1", "localhost"), service.url) == "200"
        assert await code_of("http://10.0.0.1:8000/", service.url) == FORBIDDEN
        assert (
            await code_of("http://127.0.0.1:22/", service.url.replace("127.0.0.1", "localhost")) == FORBIDDEN
        )


@pytest.mark.parametrize(
    "to", ["http://127.0.0.1:{port}/", "http://innocent.example:{port}/", "//2130706433:{port}/"]
)
async def test_a_redirect_leads_nobody_inside(to: str, leads: Leads, inside: Origin) -> None:
    """From a service that may be asked, however often it redirects before."""
    leads("odyssey.intranet", "127.0.0.1")
    leads("innocent.example", "127.0.0.1")
    async with serving() as service:
        service.answers["/a"] = redirect(302, "/b")
        service.answers["/b"] = redirect(307, to.format(port=port_of(inside)))
        home = f"http://odyssey.intranet:{port_of(service)}"
        assert await code_of(f"{home}/a", home) in (FORBIDDEN, "bad_redirect")
        assert service.paths() == ["GET /a", "GET /b"]


@pytest.mark.parametrize(
    "url",
    [
        *("http://innocent.example@127.0.0.1:{port}/", "http://127.0.0.1:{port}#@innocent.example/"),
        *("http://innocent.example\\@127.0.0.1:{port}/", "http://127.0.0.1:{port}\\@innocent.example/"),
        *("http://innocent.example:25/", "http://innocent.example:0/", "http://innocent.example:99999/"),
        *(
            "http://innocent.example:6\t6/",
            "ftp://innocent.example/",
            "file:///etc/passwd",
            "gopher://127.0.0.1:{port}/",
        ),
        *("http:///x", "http://", "//127.0.0.1:{port}/", "http://[::1", "http://%31%32%37.0.0.1:{port}/"),
    ],
)
async def test_odd_urls_lead_nowhere(url: str, leads: Leads, inside: Origin) -> None:
    """Users' names, schemes, ports that other servers have, and what two readers would read in two ways."""
    leads("innocent.example", PUBLIC)
    found = await code_of(url.format(port=port_of(inside)), SERVICE)
    assert found in (FORBIDDEN, "bad_url")
    with pytest.raises(OdysseyError):
        await read_artifact(url.format(port=port_of(inside)), limit_bytes=100, timeout_s=2, service=SERVICE)


async def test_signalling_leads_nobody_inside(leads: Leads, inside: Origin) -> None:
    """By an address, by a name, and by one that leads there only when the connection is made."""
    leads("innocent.example", "127.0.0.1")
    leads("turning.example", PUBLIC, "127.0.0.1")
    for host, code in (
        ("127.0.0.1", FORBIDDEN),
        ("innocent.example", FORBIDDEN),
        ("turning.example", "unreachable"),
    ):
        given = ClientCredentials("s1", f"ws://{host}:{port_of(inside)}/signal", "token")
        with pytest.raises(OdysseyError) as refused:
            async with open_signalling(given, SERVICE):
                pass
        assert refused.value.code == code


async def test_signalling_is_redirected_to_nobody_inside(leads: Leads, inside: Origin) -> None:
    """The handshake of a public service, which answers with an address of ours."""
    leads("odyssey.intranet", "127.0.0.1")
    async with serving() as service:
        service.otherwise = redirect(302, f"http://10.0.0.1:{port_of(inside)}/")
        home = f"http://odyssey.intranet:{port_of(service)}"
        given = ClientCredentials("s1", home.replace("http", "ws"), "token")
        with pytest.raises(OdysseyError):
            async with asyncio.timeout(5), open_signalling(given, home):
                pass


async def test_ice_servers_inside_are_left_out(leads: Leads) -> None:
    """Those that are public stay, of one server too."""
    leads("odyssey.intranet", "127.0.0.1")
    leads("turn.example", PUBLIC)
    leads("turning.example", "10.0.0.1")
    async with serving() as service:
        named = [
            {"urls": ["stun:turn.example:3478", "stun:10.0.0.1:3478"]},
            {"urls": "turn:turning.example:3478", "username": "u", "credential": "c"},
            {"urls": "turn:[::1]:3478", "username": "u", "credential": "c"},
            {"urls": "stun:odyssey.intranet:3478"},
        ]
        service.otherwise = lambda _: web.json_response({"iceServers": named})
        home = f"http://odyssey.intranet:{port_of(service)}"
        found = await ice_servers(f"{home}/config", 5, home)
    assert [server.urls for server in found] == [["stun:turn.example:3478"], ["stun:odyssey.intranet:3478"]]


async def test_through_a_proxy_the_url_has_to_do(monkeypatch: pytest.MonkeyPatch, leads: Leads) -> None:
    """The proxy sees names otherwise than we do; what says that it is private is not asked of it."""
    async with serving() as proxy:
        proxy.otherwise = told(200, {})
        monkeypatch.setenv("http_proxy", proxy.url)
        assert await code_of("http://innocent.example/", SERVICE) == "200"
        for host in ("10.0.0.1", "printer.local", "2130706433"):
            assert await code_of(f"http://{host}/", SERVICE) == FORBIDDEN
        assert len(proxy.asked) == 1
