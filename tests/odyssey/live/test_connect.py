"""Making a connection: its refusals, its queue, its time-outs, and trying again."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bot.odyssey import (
    ConcurrentLimitReachedError,
    Odyssey,
    OdysseyAuthError,
    OdysseyConnectionError,
    OdysseyError,
    OdysseyStreamError,
    StreamSessionTimeoutError,
)
from tests.odyssey.service import API_KEY, PATIENCE_S, Service


async def test_a_wrong_key(service: Service) -> None:
    """A refused key is an `OdysseyAuthError`, not retryable, and says nothing of the key."""
    client = Odyssey("ody_wrong", service.url)
    with pytest.raises(OdysseyAuthError) as error:
        await client.connect()
    assert (error.value.code, error.value.status, error.value.retryable) == ("invalid_api_key", 401, False)
    assert "ody_wrong" not in str(error.value)
    assert client.current_status == "failed"


async def test_no_key() -> None:
    """Without a key nothing is sent anywhere."""
    with pytest.raises(OdysseyAuthError) as error:
        await Odyssey(api_url="http://127.0.0.1:9").connect()
    assert error.value.code == "no_api_key"


async def test_denied_with_a_detail(service: Service, client: Odyssey) -> None:
    """A 403 is an `OdysseyAuthError` in the service's words."""
    service.script("POST /auth/token", (403, {"detail": "This key is not for streaming."}))
    with pytest.raises(OdysseyAuthError, match="not for streaming") as error:
        await client.connect()
    assert error.value.status == 403


@pytest.mark.parametrize("wrapped", [False, True])
async def test_a_usage_limit(service: Service, client: Odyssey, wrapped: bool) -> None:
    """A 429 is the typed usage error of its code, with its numbers and what to do."""
    body = {
        "error": "CONCURRENT_LIMIT_REACHED",
        "message": "Too many streams.",
        "action": "Upgrade",
        "action_url": "https://example.com/upgrade",
        "details": {"active_count": 5, "limit": 5},
    }
    service.script("POST /sessions/request", (429, {"detail": body} if wrapped else body))
    with pytest.raises(ConcurrentLimitReachedError, match="Too many streams") as error:
        await client.connect()
    assert (error.value.active_count, error.value.limit, error.value.retryable) == (5, 5, True)
    assert (error.value.action, error.value.action_url) == ("Upgrade", "https://example.com/upgrade")


async def test_the_queue(service: Service, client: Odyssey, monkeypatch: pytest.MonkeyPatch) -> None:
    """503 means to wait for a streamer, telling how long, with a time-out of its own."""
    monkeypatch.setattr("bot.odyssey.api.sessions.QUEUE_POLL_S", 0.02)
    service.script("POST /sessions/request", *[(503, {})] * 3)
    waits: list[float] = []
    await client.connect(on_queue_wait=waits.append, timeout_s=PATIENCE_S)
    assert len(waits) == 3
    assert client.is_connected


async def test_the_queue_ends(service: Service, client: Odyssey, monkeypatch: pytest.MonkeyPatch) -> None:
    """When no streamer comes free in time, the error says so, and that it is worth trying again."""
    monkeypatch.setattr("bot.odyssey.api.sessions.QUEUE_POLL_S", 0.02)
    service.script("POST /sessions/request", *[(503, {})] * 100)
    with pytest.raises(OdysseyConnectionError) as error:
        await client.connect(queue_timeout_s=0.1)
    assert (error.value.code, error.value.status, error.value.retryable) == ("no_streamer", 503, True)


async def test_a_failed_connect_can_be_tried_again(service: Service, client: Odyssey) -> None:
    """After each kind of failure the same client connects; the session token is minted once each time."""
    service.script("POST /sessions/request", (500, {}))
    service.script("POST /sessions/token", (404, {"detail": "gone"}))
    service.script("GET /signal/client", (403, {}), (502, {}))
    for expected in (
        OdysseyConnectionError,
        OdysseyConnectionError,
        OdysseyAuthError,
        OdysseyConnectionError,
    ):
        with pytest.raises(expected):
            await client.connect()
        assert client.current_status == "failed"
    minted = len(service.calls("POST /sessions/token"))
    await client.connect()
    assert client.is_connected
    assert len(service.calls("POST /sessions/token")) == minted + 1


async def test_a_timed_out_connect_can_be_tried_again(service: Service, client: Odyssey) -> None:
    """A service that never makes an offer costs the time allowed, leaves nothing open, and can be tried
    again."""
    service.behaviour.offers = False
    with pytest.raises(OdysseyConnectionError) as error:
        await client.connect(timeout_s=1.0)
    assert error.value.code == "timeout"
    streamer = await service.streamer()
    await asyncio.wait_for(streamer.gone.wait(), PATIENCE_S)
    service.behaviour.offers = True
    await client.connect()
    assert client.is_connected


async def test_without_channels_it_is_not_ready(service: Service, client: Odyssey) -> None:
    """Video alone does not make a connection: `clientToStreamer` must be open."""
    service.behaviour.opens_channels = False
    with pytest.raises(OdysseyConnectionError):
        await client.connect(timeout_s=0.3)


@pytest.mark.parametrize(
    "sdp", ["nonsense", "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n", "v=0\r\na=mid:\r\n"]
)
async def test_a_hostile_offer(service: Service, client: Odyssey, sdp: str) -> None:
    """An offer that cannot be answered ends the attempt at once, with a typed error or the time-out."""
    service.behaviour.offers = False
    attempt = asyncio.create_task(client.connect(timeout_s=1.0))
    streamer = await service.streamer()
    await streamer.signal({"type": "offer", "sdp": sdp})
    with pytest.raises(OdysseyConnectionError):
        await attempt


async def test_disconnect_gives_up_a_connect(service: Service, client: Odyssey) -> None:
    """`disconnect()` while connecting makes `connect()` raise, and leaves nothing open."""
    service.behaviour.offers = False
    attempt = asyncio.create_task(client.connect())
    streamer = await service.streamer()
    await client.disconnect()
    with pytest.raises(OdysseyConnectionError) as error:
        await attempt
    assert error.value.code == "disconnected"
    assert client.current_status == "disconnected"
    await asyncio.wait_for(streamer.gone.wait(), PATIENCE_S)


async def test_one_connection_at_a_time(client: Odyssey) -> None:
    """A second `connect()` is refused, during and after the first."""
    first = asyncio.create_task(client.connect())
    await asyncio.sleep(0)
    for _ in range(2):
        with pytest.raises(OdysseyConnectionError) as error:
            await client.connect()
        assert error.value.code == "already_connected"
        await first


async def test_an_unknown_option(client: Odyssey) -> None:
    """A misspelt callback is a TypeError, not silently never called."""
    with pytest.raises(TypeError, match="on_vidoe_frame"):
        await client.connect(on_vidoe_frame=print)  # type: ignore[call-arg]  # the claim


async def test_cancelled_at_every_await(service: Service, client: Odyssey) -> None:
    """Wherever `connect()` is cancelled, it leaves no task, socket or thread, and can be called again."""
    threads = threading.active_count()
    for steps in [*range(1, 40), *range(40, 200, 9)]:
        attempt = asyncio.create_task(client.connect())
        for _ in range(steps):
            await asyncio.sleep(0)
        if not attempt.cancel():
            break
        with pytest.raises(asyncio.CancelledError):
            await attempt
        assert not client.is_connected
        assert [task for task in asyncio.all_tasks() if task.get_name().startswith("odyssey-")] == []
    await client.disconnect()
    await client.connect()
    await client.disconnect()
    assert threading.active_count() == threads


async def test_cancelled_disconnect(service: Service, client: Odyssey) -> None:
    """A `disconnect()` that is cancelled still closes everything."""
    await client.connect()
    streamer = await service.streamer()
    leaving = asyncio.create_task(client.disconnect())
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.wait({leaving})
    await asyncio.wait_for(streamer.gone.wait(), PATIENCE_S)


async def test_after_the_session_timeout(service: Service, client: Odyssey) -> None:
    """`session_timeout` ends the stream with a typed error; when the service then closes, one can connect
    again."""
    told: list[tuple[str, str]] = []
    gone = asyncio.Event()
    await client.connect(on_stream_error=lambda *error: told.append(error), on_disconnected=gone.set)
    await client.start_stream("a cat")
    service.behaviour.acknowledges = False
    streamer = await service.streamer()
    waiting = asyncio.create_task(client.interact("jump"))
    await streamer.next("update")
    message = "Stream ended: credit lease expired"
    await streamer.say({"type": "interactive_stream_error", "reason": "session_timeout", "message": message})
    with pytest.raises(StreamSessionTimeoutError, match="lease expired"):
        await waiting
    assert told == [("session_timeout", message)]
    assert client.current_stream_id is None
    with pytest.raises(StreamSessionTimeoutError):
        await client.end_stream()
    await streamer.socket.close(code=1000)
    await asyncio.wait_for(gone.wait(), PATIENCE_S)
    assert client.current_status == "disconnected"
    await client.connect()
    await client.start_stream("another cat")


async def test_end_is_rejected_by_a_stream_error(service: Service, client: Odyssey) -> None:
    """`end_stream` raises what the service says instead of waiting on."""
    service.behaviour.ends = False
    await client.connect()
    await client.start_stream("a cat")
    streamer = await service.streamer()
    waiting = asyncio.create_task(client.end_stream())
    await streamer.next("interactive_stream_end")
    await streamer.say({"type": "interactive_stream_error", "reason": "model_error", "message": "Broken."})
    with pytest.raises(OdysseyStreamError, match="Broken") as error:
        await waiting
    assert error.value.reason == "model_error"


async def test_start_is_rejected_by_a_stream_error(service: Service, client: Odyssey) -> None:
    """So does `start_stream`; and another start may follow."""
    service.behaviour.starts = False
    await client.connect()
    streamer = await service.streamer()
    waiting = asyncio.create_task(client.start_stream("a cat"))
    await streamer.next("interactive_stream_start")
    await streamer.say(
        {"type": "interactive_stream_error", "reason": "quota_exceeded", "message": "No hours."}
    )
    with pytest.raises(OdysseyStreamError) as error:
        await waiting
    assert error.value.reason == "quota_exceeded"
    service.behaviour.starts = True
    assert await client.start_stream("a cat")


async def test_a_start_that_gave_up(service: Service, client: Odyssey) -> None:
    """A stream that begins after its start has timed out is ended, and is never taken for the next
    start's."""
    service.behaviour.starts = False
    await client.connect()
    streamer = await service.streamer()
    with pytest.raises(OdysseyStreamError) as error:
        await client.start_stream("first", timeout_s=0.05)
    assert error.value.code == "timeout"
    second = asyncio.create_task(client.start_stream("second"))
    await asyncio.sleep(0.05)
    service.behaviour.starts = True
    late = await streamer.started()
    await streamer.next("interactive_stream_end")
    assert await second != late
    assert client.current_stream_id == await second


async def test_every_api_error_says_whether_to_retry(service: Service, client: Odyssey) -> None:
    """Errors are told apart by status: what the service may get over is retryable, what it will not is
    not."""
    expected = {400: False, 403: False, 404: True, 422: False, 500: True, 502: True, 503: True}
    for status, retryable in expected.items():
        service.script("GET /recordings/x", (status, {"detail": "because"}))
        with pytest.raises(OdysseyError) as error:
            await client.get_recording("x")
        assert (error.value.status, error.value.retryable) == (status, retryable)


async def test_nobody_listens() -> None:
    """A service that cannot be reached is a retryable connection error."""
    with pytest.raises(OdysseyConnectionError) as error:
        await Odyssey(API_KEY, "http://127.0.0.1:9").connect()
    assert (error.value.code, error.value.retryable) == ("unreachable", True)
