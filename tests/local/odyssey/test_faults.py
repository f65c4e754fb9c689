"""Scripted faults: each does what its row in the table says, as a client sees it."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import aiohttp
import pytest

from bot.local.odyssey.faults.script import OPTIONS, FaultError, FaultScript
from bot.local.odyssey.rtc.peer import Peer
from tests.local.odyssey.conftest import Service, serving
from tests.local.odyssey.wire import PATIENCE_S, WireClient, connected

pytestmark = pytest.mark.usefixtures("small_pictures")


@pytest.fixture
async def service() -> Any:
    """A stand-in that takes faults."""
    async with serving(faults=True) as running:
        yield running


async def short_stream(service: Service) -> str:
    """A stream that is over; its ID."""
    async with connected(service.rest) as client:
        stream_id: str = (await client.start())["stream_id"]
        await client.end()
    return stream_id


async def test_faults_are_armed_over_http(service: Service) -> None:
    """`/faults` arms by name, lists, and disarms; unknown names and options are refused."""
    status, fault = await service.rest.call("POST", "/faults", json={"name": "no_streamers", "times": 2})
    assert (status, fault) == (201, {"name": "no_streamers", "times": 2})
    assert (await service.rest.call("GET", "/faults"))[1] == {"faults": [fault]}
    assert (await service.rest.call("DELETE", "/faults"))[1] == {"faults": []}
    for wrong in (
        {"name": "nope"},
        {"name": "no_streamers", "x": 1},
        {"name": "update_late", "delay_s": "1"},
    ):
        status, body = await service.rest.call("POST", "/faults", json=wrong)
        assert (status, list(body)) == (422, ["detail"])


async def test_faults_must_be_asked_for() -> None:
    """Without the setting there is no control endpoint, and nothing strikes."""
    async with serving() as service:
        assert (await service.rest.call("POST", "/faults", json={"name": "no_streamers"}))[0] == 404
        service.standin.faults.arm("no_streamers")
        assert (await service.rest.call("POST", "/sessions/request", json={}))[0] == 200


def test_every_fault_is_documented() -> None:
    """Each name is in the table of the module's docstring."""
    import bot.local.odyssey.faults.script as script

    for name in OPTIONS:
        assert f"`{name}`" in (script.__doc__ or "")


def test_faults_count_down() -> None:
    """A fault strikes as often as it was armed for; null strikes until it is disarmed."""
    script = FaultScript()
    script.arm("no_streamers", times=2)
    assert [script.strike("no_streamers") is not None for _ in range(3)] == [True, True, False]
    script.arm("no_streamers", times=None)
    assert all(script.strike("no_streamers") for _ in range(9))
    script.disarm()
    assert script.strike("no_streamers") is None
    with pytest.raises(FaultError):
        script.arm("no_streamers", times=0)


async def test_no_streamers_n_times(service: Service) -> None:
    """503 as often as armed, then a session."""
    service.standin.faults.arm("no_streamers", times=2)
    statuses = [(await service.rest.call("POST", "/sessions/request", json={}))[0] for _ in range(3)]
    assert statuses == [503, 503, 200]


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("MONTHLY_LIMIT_REACHED", "used_hours"),
        ("CONCURRENT_LIMIT_REACHED", "active_count"),
        ("STREAM_DURATION_EXCEEDED", "max_duration_seconds"),
        ("ACCOUNT_SUSPENDED", "reason"),
        ("RATE_LIMITED", "retry_after_seconds"),
    ],
)
@pytest.mark.parametrize("bare", [False, True])
async def test_usage_errors(service: Service, code: str, detail: str, bare: bool) -> None:
    """Each usage error of the protocol, in its newer and in its older form."""
    service.standin.faults.arm("usage_error", code=code, bare=bare)
    status, body = await service.rest.call("POST", "/sessions/request", json={})
    error = body if bare else body["detail"]
    assert (status, error["code" if bare else "error"]) == (429, code)
    assert detail in error["details"]


async def test_rest_faults(service: Service) -> None:
    """Calls fail with a status, with garbage, slowly, or by a lost connection; only those that were meant."""
    faults = service.standin.faults
    faults.arm("rest_error", path="/regions", status=500)
    assert (await service.rest.call("GET", "/stream-recordings"))[0] == 200
    assert (await service.rest.call("GET", "/regions"))[0] == 500
    faults.arm("auth_forbidden")
    assert (await service.rest.call("POST", "/auth/token", json={"api_key": "ody_test"}))[0] == 403
    faults.arm("rest_garbage", path="/regions")
    async with service.http.get(f"{service.standin.url}/regions") as response:
        with pytest.raises(UnicodeDecodeError):
            (await response.read()).decode()
    faults.arm("rest_slow", path="/regions", delay_s=0.2)
    began = time.monotonic()
    assert (await service.rest.call("GET", "/regions"))[0] == 200
    assert time.monotonic() - began >= 0.2
    faults.arm("rest_dropped", path="/regions", times=None)  # clients try a GET again by themselves
    with pytest.raises(aiohttp.ClientError):
        await service.rest.call("GET", "/regions")


@pytest.mark.parametrize("command", ["start", "update"])
async def test_commands_go_unanswered_late_or_wrong(service: Service, command: str) -> None:
    """A start or an interaction is ignored, refused, or late; the one after it is obeyed."""
    faults = service.standin.faults
    async with connected(service.rest) as client:
        if command == "update":
            await client.start()
        message = {"type": "update" if command == "update" else "interactive_stream_start", "prompt": "night"}
        answer = "update_acknowledged" if command == "update" else "stream_started"
        faults.arm(f"{command}_unanswered")
        faults.arm(f"{command}_error", reason="quota_exceeded")
        await client.send(**message)
        await client.send(**message)
        assert (await client.expect("interactive_stream_error"))["reason"] == "quota_exceeded"
        faults.arm(f"{command}_late", delay_s=0.2)
        began = time.monotonic()
        await client.send(**message)
        await client.expect(answer)
        assert time.monotonic() - began >= 0.2


async def test_a_stream_error_at_a_chosen_time(service: Service) -> None:
    """The stream ends with the chosen reason; the connection can start another."""
    service.standin.faults.arm("stream_error", reason="lease_denied", after_s=0.1)
    async with connected(service.rest) as client:
        started = await client.start()
        assert (await client.expect("interactive_stream_error"))["reason"] == "lease_denied"
        assert (await service.rest.recording(started["stream_id"]))["frame_count"] > 0
        assert (await client.start())["stream_id"] != started["stream_id"]


@pytest.mark.parametrize(
    ("name", "options", "close_code"),
    [
        ("websocket_dropped", {}, 1006),
        ("websocket_reset", {}, 1006),
        ("websocket_closed", {}, 1000),
        ("websocket_closed", {"code": 1011}, 1011),
    ],
)
async def test_the_websocket_goes(
    service: Service, name: str, options: dict[str, Any], close_code: int
) -> None:
    """Signalling is dropped, reset, or closed with a code; the stream was recorded."""
    service.standin.faults.arm(name, after_s=0.1, **options)
    async with connected(service.rest) as client:
        started = await client.start()
        await asyncio.wait_for(client.closed.wait(), PATIENCE_S)
        assert client.socket.close_code == close_code
    assert (await service.rest.recording(started["stream_id"]))["frame_count"] > 0


async def test_the_peer_connection_goes(service: Service) -> None:
    """The peer connection is closed by the service while signalling stays open."""
    service.standin.faults.arm("peer_gone", after_s=0.1)
    async with connected(service.rest) as client:
        gone = asyncio.Event()
        client.pc.on("connectionstatechange", gone.set)
        await client.start()
        await asyncio.wait_for(gone.wait(), PATIENCE_S)
        assert client.pc.connectionState == "closed"
        await client.socket.send_json({"type": "keepalive"})
        assert not client.closed.is_set()


@pytest.mark.parametrize("name", ["udp_silent", "video_frozen"])
async def test_video_stops(service: Service, name: str) -> None:
    """No more frames come while signalling stays open; with frozen video, commands are still answered."""
    service.standin.faults.arm(name, after_s=0.3)
    async with connected(service.rest) as client:
        await client.start()
        await until_video_stops(client)
        assert not client.closed.is_set()
        if name == "video_frozen":
            await client.update("rain")


async def test_what_is_armed_strikes_no_stream_that_has_begun(service: Service) -> None:
    """Nor by its first frame, should that come later; but the next one."""
    async with connected(service.rest) as client:
        await client.start()
        service.standin.faults.arm("model_breaks", since="frame")
        assert client.viewer is not None
        await client.viewer.wait_for_frames(3)
        await client.update("rain")
        await client.end()
        await client.start()
        assert (await client.expect("interactive_stream_error"))["reason"] == "model_error"


async def test_a_close_that_is_cut_off_goes_on() -> None:
    """As when a client leaves while the service's peer is being closed: the next close does not hang."""
    peer = Peer(loopback=True)
    await peer.offer()
    first = asyncio.create_task(peer.close())
    await asyncio.sleep(0)
    first.cancel()
    async with asyncio.timeout(PATIENCE_S):
        await peer.close()


async def test_garbage_comes_before_the_truth(service: Service) -> None:
    """After garbage on both ways the service goes on properly."""
    service.standin.faults.arm("garbage")
    async with connected(service.rest) as client:
        client.tolerant = True
        await client.start()
        await client.update("rain")
        assert client.garbage > 10


async def test_no_offer_ever(service: Service) -> None:
    """Signalling opens and stays silent."""
    service.standin.faults.arm("no_offer")
    _, session = await service.rest.call("POST", "/sessions/request", json={})
    _, minted = await service.rest.call("POST", "/sessions/token", json={"session_id": session["session_id"]})
    url = f"{session['signalling_url']}/client/{session['session_id']}?token={minted['session_token']}"
    async with service.http.ws_connect(url) as socket:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(socket.receive(), 0.2)


async def test_recordings_go_wrong(service: Service) -> None:
    """Late, lost, failed, without an artifact, or with URLs that are of no use."""
    faults = service.standin.faults
    stream_id = await short_stream(service)
    path = f"/recordings/{stream_id}"
    await service.rest.recording(stream_id)
    faults.arm("recording_lost")
    assert (await service.rest.call("GET", path))[0] == 404
    faults.arm("recording_failed")
    assert set((await service.rest.call("GET", path))[1].values()) == {stream_id, None}
    faults.arm("recording_missing", field="thumbnail_url")
    body = (await service.rest.call("GET", path))[1]
    assert body["thumbnail_url"] is None
    assert body["video_url"]
    faults.arm("urls_expired")
    async with service.http.get((await service.rest.call("GET", path))[1]["video_url"]) as response:
        assert response.status == 403

    other = f"/recordings/{await short_stream(service)}"
    faults.arm("recording_late", delay_s=0.6)
    began = time.monotonic()
    assert (await service.rest.call("GET", other))[0] == 404
    await service.rest.recording(other.rpartition("/")[2])
    assert time.monotonic() - began >= 0.6


async def test_downloads_go_wrong(service: Service) -> None:
    """An artifact is refused, comes slowly, or breaks off in the middle."""
    faults = service.standin.faults
    recording = await service.rest.recording(await short_stream(service))
    url = recording["thumbnail_url"]
    faults.arm("download_error", status=503)
    async with service.http.get(url) as response:
        assert response.status == 503
    async with service.http.get(url) as response:
        whole = await response.read()
    faults.arm("download_slow", bytes_per_s=len(whole) * 4)
    began = time.monotonic()
    async with service.http.get(url) as response:
        assert await response.read() == whole
    assert time.monotonic() - began >= 0.2
    faults.arm("download_truncated", share=0.5)
    async with service.http.get(url) as response:
        assert response.content_length == len(whole)
        with pytest.raises(aiohttp.ClientPayloadError):
            await response.read()


async def test_spectating_goes_wrong(service: Service) -> None:
    """A broadcast is never announced; joining is refused."""
    faults = service.standin.faults
    async with connected(service.rest) as client:
        faults.arm("broadcast_unready")
        await client.start(broadcast=True)
        await client.update("rain")
        assert client.viewer is not None
        await client.viewer.wait_for_frames(8)
        assert not [message for message in client.messages if message["type"] == "broadcast_ready"]
        await client.end()
        await client.start(broadcast=True)
        ready = await client.expect("broadcast_ready")
        faults.arm("whep_refused")
        url = f"{ready['webrtc_url']}/whep?token={ready['spectator_token']}"
        async with service.http.post(url, data="v=0") as response:
            assert response.status == 503
            assert json.loads(await response.text())["detail"]


async def until_video_stops(client: WireClient) -> None:
    """Wait until no frame has come for 300 ms."""
    assert client.viewer is not None
    await client.viewer.wait_for_frames(1)
    async with asyncio.timeout(PATIENCE_S):
        frames = -1
        while frames != client.viewer.frames:
            frames = client.viewer.frames
            await asyncio.sleep(0.3)
