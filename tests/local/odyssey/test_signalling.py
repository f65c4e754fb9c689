"""The signalling websocket: who may open it, what it says, and when it ends."""

from __future__ import annotations

import asyncio
import json
import socket as sockets
from typing import Any

import aiohttp
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from tests.local.odyssey.conftest import Service, serving
from tests.local.odyssey.wire import PATIENCE_S, Rest, connected

pytestmark = pytest.mark.usefixtures("small_pictures")


async def reserve(rest: Rest) -> tuple[str, str]:
    """The websocket URL of a new session, without and with its token."""
    _, session = await rest.call("POST", "/sessions/request", json={})
    _, minted = await rest.call("POST", "/sessions/token", json={"session_id": session["session_id"]})
    url = f"{session['signalling_url'].replace('http', 'ws', 1)}/client/{session['session_id']}"
    return url, f"{url}?token={minted['session_token']}"


async def receive(socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    """The next signalling message."""
    return dict(await asyncio.wait_for(socket.receive_json(), PATIENCE_S))


async def test_no_ice_servers_on_loopback(service: Service) -> None:
    """A stand-in on loopback names no ICE server, so that nothing leaves the machine."""
    for path in ("/signalling/config", "/config"):
        assert await service.rest.call("GET", path) == (200, {"iceServers": []})


@pytest.mark.parametrize("token", ["", "?token=", "?token=a.b.c", "?token=%FF%00", "?token=" + "x" * 3000])
async def test_a_wrong_session_token_is_refused(service: Service, token: str) -> None:
    """Without the session's own token the websocket is 401."""
    url, _ = await reserve(service.rest)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await service.http.ws_connect(url + token)
    assert refused.value.status == 401


async def test_a_token_is_for_its_own_session(service: Service) -> None:
    """A genuine token of another session is 401."""
    url, _ = await reserve(service.rest)
    _, other = await reserve(service.rest)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await service.http.ws_connect(f"{url}?{other.partition('?')[2]}")
    assert refused.value.status == 401


async def test_a_session_token_expires() -> None:
    """A session token is of no use after its lifetime."""
    async with serving(session_token_lifetime_s=0.05) as service:
        _, url = await reserve(service.rest)
        await asyncio.sleep(0.1)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await service.http.ws_connect(url)
        assert refused.value.status == 401


async def test_a_session_has_one_client(service: Service) -> None:
    """A second websocket on a session in use hears that no streamer is available; the first goes on."""
    _, url = await reserve(service.rest)
    async with service.http.ws_connect(url) as first, service.http.ws_connect(url) as second:
        assert (await receive(first))["type"] == "offer"
        assert await receive(second) == {"type": "error", "reason": "streamer_not_available"}
        await first.send_json({"type": "keepalive"})
        assert not first.closed


async def test_leaving_frees_the_streamer() -> None:
    """`client_disconnecting` gives the place back at once, and the session is gone."""
    async with serving(concurrent_streams=1) as service:
        _, url = await reserve(service.rest)
        async with service.http.ws_connect(url) as socket:
            await receive(socket)
            await socket.send_json({"type": "client_disconnecting"})
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
            assert socket.close_code == 1000
        assert (await service.rest.call("POST", "/sessions/request", json={}))[0] == 200
        async with service.http.ws_connect(url) as socket:
            assert (await receive(socket))["reason"] == "streamer_not_available"


async def leave(service: Service, code: int | None) -> str:
    """Connect, and leave with a close code or without a word; the session's signalling URL."""
    _, url = await reserve(service.rest)
    async with service.http.ws_connect(url) as socket:
        await receive(socket)
        if code is None:
            socket.get_extra_info("socket").shutdown(sockets.SHUT_RDWR)
        else:
            await socket.close(code=code)
    return url


async def reservable(service: Service, within_s: float) -> bool:
    """Whether a streamer can be reserved before the time is over."""
    deadline = asyncio.get_running_loop().time() + within_s
    while (await service.rest.call("POST", "/sessions/request", json={}))[0] != 200:
        if asyncio.get_running_loop().time() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True


@pytest.mark.parametrize("code", [1000, 1001])
async def test_a_clean_close_frees_the_streamer(code: int) -> None:
    """A client that closes normally gives its place back, also without `client_disconnecting`."""
    async with serving(concurrent_streams=1, unclean_hold_s=900) as service:
        await leave(service, code)
        assert await reservable(service, within_s=PATIENCE_S)


@pytest.mark.parametrize("code", [4000, None])
async def test_a_client_that_vanishes_keeps_its_place(code: int | None) -> None:
    """A connection that was never closed cleanly goes on counting, and nobody can take up its session."""
    async with serving(concurrent_streams=1, unclean_hold_s=900) as service:
        url = await leave(service, code)
        assert not await reservable(service, within_s=0.4)
        async with service.http.ws_connect(url) as socket:
            assert (await receive(socket))["reason"] == "streamer_not_available"


async def test_a_place_is_kept_for_a_time() -> None:
    """The place of a client that vanished is free again when its time is over."""
    async with serving(concurrent_streams=1, unclean_hold_s=0.2) as service:
        await leave(service, None)
        assert await reservable(service, within_s=PATIENCE_S)


async def test_the_offer_has_one_video_and_one_data_section(service: Service) -> None:
    """The service offers H.264 before VP8, sends only, and gathers nothing but 127.0.0.1."""
    _, url = await reserve(service.rest)
    async with service.http.ws_connect(url) as socket:
        sdp = (await receive(socket))["sdp"]
    assert sdp.count("m=video") == sdp.count("m=application") == 1
    assert "a=sendonly" in sdp
    assert sdp.index("H264/90000") < sdp.index("VP8/90000")
    candidates = [line.split()[4] for line in sdp.splitlines() if line.startswith("a=candidate:")]
    assert set(candidates) == {"127.0.0.1"}


async def test_leaving_while_connecting_leaves_nothing_behind() -> None:
    """A client may go at any moment of its connecting; no task of its peer goes on in the service."""
    before = asyncio.all_tasks()

    async def connect_and_leave(after_s: float) -> None:
        _, url = await reserve(service.rest)
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        async with service.http.ws_connect(url) as socket:
            await pc.setRemoteDescription(RTCSessionDescription((await receive(socket))["sdp"], "offer"))
            await pc.setLocalDescription(await pc.createAnswer())
            await socket.send_json({"type": "answer", "sdp": pc.localDescription.sdp})
            await asyncio.sleep(after_s)
            await socket.send_json({"type": "client_disconnecting"})
            await socket.receive()
        await asyncio.sleep(0.1)  # this side has an end to its own connecting, or never will
        await pc.close()

    async with serving(concurrent_streams=30) as service:
        await asyncio.gather(*(connect_and_leave(number / 300) for number in range(30)))
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("prefix", ["candidate:", ""])
async def test_candidates_may_be_trickled(service: Service, prefix: str) -> None:
    """A browser's way: an answer without candidates, then those, some of them mDNS names or nonsense."""
    _, url = await reserve(service.rest)
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    is_open = asyncio.Event()
    pc.on("datachannel", lambda channel: is_open.set())
    try:
        async with service.http.ws_connect(url) as socket:
            offer = (await receive(socket))["sdp"]
            await pc.setRemoteDescription(RTCSessionDescription(offer, "offer"))
            await pc.setLocalDescription(await pc.createAnswer())
            lines = pc.localDescription.sdp.splitlines()
            bare = [line for line in lines if not line.startswith(("a=candidate", "a=end-of-candidates"))]
            own = {line.removeprefix("a=candidate:") for line in lines if line.startswith("a=candidate")}
            hidden = "1 1 udp 2113937151 6f2c5a3e-2d5a-4f0a-9c8e-0a1b2c3d4e5f.local 50000 typ host"
            await socket.send_json({"type": "answer", "sdp": "\r\n".join(bare) + "\r\n"})
            for candidate in (hidden, "nonsense", "", "1 1 udp x 127.0.0.1 y typ host", *own):
                text = f"{prefix}{candidate}" if candidate else ""
                message = {"candidate": text, "sdpMid": "0", "sdpMLineIndex": 0}
                await socket.send_json({"type": "ice_candidate", **message})
            await asyncio.wait_for(is_open.wait(), PATIENCE_S)
    finally:
        await pc.close()


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "[1]",
        "null",
        '"answer"',
        '{"type": 7}',
        '{"type": "unheard_of"}',
        '{"type": "ice_candidate"}',
        '{"type": "ice_candidate", "candidate": {"candidate": 5}, "sdpMid": []}',
        '{"type": "ice_candidate", "candidate": "candidate:1 1 udp 1 10.0.0.1 9 typ host", "sdpMid": "0"}',
        '{"type": "interactive_stream_start"}',
        "[" * 50_000,
    ],
)
async def test_nonsense_on_signalling_does_no_harm(service: Service, message: str) -> None:
    """What cannot be understood is ignored: the connection still becomes usable."""
    async with connected(service.rest) as client:
        await client.socket.send_str(message)
        await client.socket.send_bytes(b"\x00\x01")
        await client.socket.send_json({"type": "keepalive"})
        assert (await client.start())["stream_id"]


@pytest.mark.parametrize("sdp", ["", "v=0", "nonsense", None, "v=0\r\nm=video 9 X 1\r\n"])
async def test_a_malformed_answer_ends_that_connection(service: Service, sdp: str | None) -> None:
    """An SDP answer that cannot be used is reported, and only its own connection ends."""
    _, url = await reserve(service.rest)
    async with service.http.ws_connect(url) as socket:
        await receive(socket)
        await socket.send_json({"type": "answer", "sdp": sdp})
        assert (await receive(socket))["type"] == "error"
    assert (await service.rest.call("GET", "/regions"))[0] == 200


async def test_an_idle_connection_is_closed() -> None:
    """Without a stream a connection ends at the idle limit, with a normal close code."""
    # Long enough to be connected before, on a busy machine too.
    async with serving(idle_limit_s=1.0) as service, connected(service.rest) as client:
        await asyncio.wait_for(client.closed.wait(), PATIENCE_S)
        assert client.socket.close_code == 1000


async def test_a_connection_has_a_longest_duration() -> None:
    """At its limit a connection hears `duration_limit_reached`; the stream it had is recorded."""
    async with serving(connection_limit_s=1.0) as service, connected(service.rest) as client:
        started = await client.start()
        assert (await client.expect_signal("error"))["reason"] == "duration_limit_reached"
        await asyncio.wait_for(client.closed.wait(), PATIENCE_S)
        assert (await service.rest.recording(started["stream_id"]))["frame_count"] > 0


async def test_a_stopping_service_says_so() -> None:
    """When the service stops its clients see a normal close code, 1001."""
    async with serving() as service, connected(service.rest) as client:
        await client.start()
        await service.standin.__aexit__(None, None, None)
        await asyncio.wait_for(client.closed.wait(), PATIENCE_S)
        assert client.socket.close_code == 1001


async def test_messages_are_json_objects_with_a_type(service: Service) -> None:
    """Everything that the service says on signalling is a JSON object with a `type`."""
    _, url = await reserve(service.rest)
    async with service.http.ws_connect(url) as socket:
        frame = await socket.receive()
        assert frame.type is aiohttp.WSMsgType.TEXT
        assert set(json.loads(frame.data)) == {"type", "sdp"}
