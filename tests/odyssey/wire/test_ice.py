"""Which ICE servers are asked, as whom, and that a service on loopback keeps everything on loopback."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from aioice import stun, turn
from aiortc.rtcicetransport import RTCIceGatherer

from bot.odyssey import Odyssey
from bot.odyssey.base.fields import MalformedError
from bot.odyssey.base.types import IceServer
from bot.odyssey.wire.ice import PUBLIC_STUN, ice_servers, parse_ice_servers, rtc_configuration
from tests.odyssey.service import PATIENCE_S, Service


class TurnServer(asyncio.DatagramProtocol):
    """Asks who is there, and notes the answer."""

    def __init__(self) -> None:
        self.username: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        message = stun.parse_message(data)
        if (name := message.attributes.get("USERNAME")) and not self.username.done():
            self.username.set_result(name)
        answer = stun.Message(message.message_method, stun.Class.ERROR, transaction_id=message.transaction_id)
        code = (401, "Unauthorized") if name is None else (400, "Enough")
        answer.attributes.update({"ERROR-CODE": code, "REALM": "here", "NONCE": b"nonce"})
        if name is not None:
            answer.add_message_integrity(turn.make_integrity_key(name, "here", "turn-secret"))
        self.transport.sendto(bytes(answer), addr)


async def test_turn_credentials_are_passed_on(service: Service, client: Odyssey) -> None:
    """A TURN server in the service's configuration is asked, under the user name that came with it."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(TurnServer, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    urls = ["stun:stun.example.com:3478", f"turn:127.0.0.1:{port}?transport=udp"]
    service.behaviour.ice_servers = [{"urls": urls, "username": "user-1", "credential": "turn-secret"}]
    try:
        await client.connect()
        assert await asyncio.wait_for(server.username, PATIENCE_S) == "user-1"
    finally:
        transport.close()


async def test_no_server_means_none(service: Service) -> None:
    """An empty list is none, not aiortc's default; what is on another machine is left out for loopback."""
    assert rtc_configuration([], only_loopback=False).iceServers == []
    far = [IceServer(["stun:stun.example.com:1", "turn:127.0.0.1:2", "nonsense"], "u", "c")]
    [kept] = rtc_configuration(far, only_loopback=True).iceServers or []
    assert (kept.urls, kept.username, kept.credential) == (["turn:127.0.0.1:2"], "u", "c")
    assert len(rtc_configuration(far, only_loopback=False).iceServers or []) == 2
    assert RTCIceGatherer(iceServers=[])._connection.stun_server is None


async def test_when_the_configuration_fails(service: Service) -> None:
    """A public STUN server is the way out of a failure, but never for a service on loopback."""
    service.script("GET /signal/config", (500, {}))
    assert await ice_servers(f"{service.url}/signal/config", 1, service.url) == []
    assert await ice_servers("http://192.0.2.1:9/config", 0.01, "http://192.0.2.1:9") == [PUBLIC_STUN]


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"iceServers": 5}', b'{"iceServers": [{"urls": [5]}]}', b"\xff"]
)
def test_a_malformed_configuration(body: bytes) -> None:
    """Is told apart from an empty one."""
    with pytest.raises(MalformedError):
        parse_ice_servers(body)


async def test_candidates_are_on_loopback_only(service: Service, client: Odyssey) -> None:
    """Our answer names 127.0.0.1 and no other address."""
    await client.connect()
    streamer = await service.streamer()
    [answer] = [message["sdp"] for message in streamer.signalled if message["type"] == "answer"]
    addresses = {line.split()[4] for line in answer.splitlines() if line.startswith("a=candidate:")}
    assert addresses == {"127.0.0.1"}


async def test_regions(service: Service, client: Odyssey) -> None:
    """The regions are timed and reported; one that fails, or that is on another machine, is left out."""
    service.files["/ping"] = b"pong"
    regions = [
        {"id": "near", "ping_url": f"{service.url}/ping"},
        {"id": "down", "ping_url": "http://127.0.0.1:9/ping"},
        {"id": "far", "ping_url": "http://192.0.2.1/ping"},
        {"id": "odd", "ping_url": "file:///etc/passwd"},
    ]
    service.script("GET /regions", (200, {"regions": regions}))
    await client.connect()
    [request] = service.calls("POST /sessions/request")
    assert list(request.body["region_latencies"]) == ["near"]


@pytest.mark.parametrize(
    "answer", [(500, {}), (200, {"regions": "none"}), (200, b"junk"), (200, {"regions": [{}]})]
)
async def test_regions_that_fail_do_not_matter(
    service: Service, client: Odyssey, answer: tuple[int, Any]
) -> None:
    """Any failure there is ignored."""
    service.script("GET /regions", answer)
    await client.connect()
    [request] = service.calls("POST /sessions/request")
    assert request.body == {}


def test_an_odd_server_in_the_list() -> None:
    """Takes only itself along: the others are asked, TURN included."""
    turn = {"urls": ["turn:127.0.0.1:2", 7], "username": "u", "credential": "c"}
    odd = [
        5,
        {"urls": None},
        {"urls": "turn:127.0.0.1:1"},
        {"urls": "stun:127.0.0.1:99999", "username": 5},
        turn,
    ]
    servers = parse_ice_servers(json.dumps({"iceServers": odd}).encode())
    [kept] = rtc_configuration(servers, only_loopback=True).iceServers or []
    assert (kept.urls, kept.username, kept.credential) == (["turn:127.0.0.1:2"], "u", "c")


async def test_an_odd_region_in_the_list(service: Service, client: Odyssey) -> None:
    """Takes only itself along."""
    service.files["/ping"] = b"pong"
    urls = ["http://[::1", "http://127.0.0.1:99999/", 5, None, "", "http://\ud800/", f"{service.url}/ping"]
    regions = [*({"id": f"r{n}", "ping_url": url} for n, url in enumerate(urls)), 5, None, {"id": 5}]
    service.script("GET /regions", (200, {"regions": regions}))
    await client.connect()
    [request] = service.calls("POST /sessions/request")
    assert list(request.body["region_latencies"]) == ["r6"]
