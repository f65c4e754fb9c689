"""Hostile and unknown messages: ignored and logged, while the connection goes on."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.odyssey import BroadcastInfo, Odyssey
from bot.odyssey.base.fields import MalformedError
from bot.odyssey.wire.messages import (
    BroadcastReady,
    BroadcastUnusable,
    InteractionAcknowledged,
    RemoteCandidate,
    StreamStarted,
    parse_signalling,
    parse_streamer,
)
from tests.odyssey.service import PATIENCE_S, Service

JUNK: list[Any] = [
    "not json",
    "",
    "[]",
    "null",
    '"text"',
    "[" * 100_000,
    '{"type": ' + "[" * 50_000 + "]" * 50_000 + "}",
    {"type": None},
    {"type": ["offer"]},
    {"type": "unheard_of"},
    {"no": "type"},
    {"type": "stream_started"},
    {"type": "stream_started", "stream_id": 7},
    {"type": "ice_candidate", "candidate": "candidate:nonsense", "sdpMid": "0"},
    {"type": "ice_candidate", "candidate": "1 1 udp 1 not-an-address nan typ host", "sdpMid": "0"},
    {"type": "ice_candidate", "candidate": 5},
    {"type": "ice_candidate", "candidate": "1 1 udp 1 0b1b.local 5000 typ host", "sdpMLineIndex": 1e999},
    {"type": "ice_candidate", "candidate": "", "sdpMid": "0"},
    b"\x00\xff binary",
]


async def test_junk_on_both_ways(service: Service, client: Odyssey) -> None:
    """No message, however malformed, ends the loops: the stream starts and is steered after all of them."""
    await client.connect()
    streamer = await service.streamer()
    for junk in JUNK:
        await streamer.signal(junk)
        if junk != "":
            await streamer.say(junk)
    await client.start_stream("a cat")
    assert await client.interact("jump") == "jump"
    service.behaviour.max_message_size = 10
    await streamer.signal("x" * (8 * 2**20))
    assert await client.interact("again") == "again"


async def test_junk_before_the_offer(service: Service, client: Odyssey) -> None:
    """Candidates that come before the offer wait for it; junk does no harm."""
    service.behaviour.offers = False
    attempt = asyncio.create_task(client.connect())
    streamer = await service.streamer()
    for junk in JUNK:
        await streamer.signal(junk)
    await streamer.offer()
    await attempt
    assert client.is_connected


async def test_a_doubled_start_counts_once(service: Service, client: Odyssey) -> None:
    """A second `stream_started` with the same ID is not told again."""
    started: list[str] = []
    await client.connect(on_stream_started=started.append)
    stream_id = await client.start_stream("a cat")
    streamer = await service.streamer()
    await streamer.say({"type": "stream_started", "stream_id": stream_id})
    await client.interact("jump")
    assert started == [stream_id]


async def test_a_broadcast_nobody_can_watch(service: Service, client: Odyssey) -> None:
    """`broadcast_ready` without a token is a stream error, not a broadcast."""
    errors: list[str] = []
    ready: list[BroadcastInfo] = []
    await client.connect(
        on_stream_error=lambda reason, message: errors.append(reason), on_broadcast_ready=ready.append
    )
    await client.start_stream("a cat")
    streamer = await service.streamer()
    for token in ({}, {"spectator_token": None}, {"spectator_token": 5}):
        await streamer.say(
            {"type": "broadcast_ready", "webrtc_url": "http://x", "broadcast_url": None, **token}
        )
    await client.interact("jump")
    assert errors == ["broadcast_unusable"] * 3
    assert ready == []


async def test_a_stream_error_outside_a_call(service: Service, client: Odyssey) -> None:
    """It goes to `on_stream_error` and fails nothing that is called later."""
    errors: list[tuple[str, str]] = []
    await client.connect(on_stream_error=lambda *error: errors.append(error))
    await client.start_stream("a cat")
    streamer = await service.streamer()
    await streamer.say({"type": "interactive_stream_error", "reason": "model_error", "message": "Oops"})
    async with asyncio.timeout(PATIENCE_S):
        while not errors:
            await asyncio.sleep(0.01)
    assert errors == [("model_error", "Oops")]
    assert await client.interact("jump") == "jump"


async def test_callbacks_that_raise_or_dawdle(
    client: Odyssey, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A callback that raises is logged; one that never returns holds up only the others, and is cancelled."""
    forever = asyncio.Event()

    def broken(*args: object) -> None:
        raise RuntimeError("the user's mistake")

    async def slow(stream_id: str) -> None:
        await forever.wait()

    await client.connect(on_connected=broken, on_stream_started=slow, on_interact_acknowledged=broken)
    await client.start_stream("a cat")
    assert await client.interact("jump") == "jump"
    assert caplog.text.count("broken raised") == 2
    monkeypatch.setattr("bot.odyssey.live.callbacks.FINISH_S", 0.05)
    await client.disconnect()
    assert "did not finish" in caplog.text


async def test_an_async_callback_may_use_the_client(service: Service, client: Odyssey) -> None:
    """Even `disconnect()` and `connect()` from inside `on_disconnected` do not hang."""
    back = asyncio.Event()

    async def again() -> None:
        await client.disconnect()
        await client.connect()
        back.set()

    await client.connect(on_disconnected=again)
    streamer = await service.streamer()
    streamer.reset_socket()
    await asyncio.wait_for(back.wait(), PATIENCE_S)
    assert client.is_connected


FIELDS = ["sdp", "candidate", "sdpMid", "sdpMLineIndex", "reason", "stream_id", "prompt", "webrtc_url"]
TYPES = ["offer", "ice_candidate", "error", "stream_started", "broadcast_ready", "update_acknowledged"]
ERRORS = ["error", "interactive_stream_error"]


@given(
    st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps)
)
def test_parsers_raise_only_their_own_error(raw: str) -> None:
    """Any text is a message, nothing of interest, or a `MalformedError`."""
    for parse in (parse_signalling, parse_streamer):
        with suppress(MalformedError):
            assert parse(raw) is None


@given(
    st.sampled_from([*TYPES, *ERRORS]),
    st.dictionaries(
        st.sampled_from(FIELDS), st.none() | st.integers() | st.floats() | st.text() | st.lists(st.text())
    ),
)
def test_known_types_with_any_fields(kind: str, fields: dict[str, Any]) -> None:
    """A known type with fields of any kind is parsed or malformed, and errors are heard however malformed."""
    for parse in (parse_signalling, parse_streamer):
        try:
            message = parse(json.dumps({**fields, "type": kind}))
        except MalformedError:
            assert kind not in ERRORS
        else:
            assert kind != "broadcast_ready" or message is None or isinstance(message, BroadcastUnusable)


@pytest.mark.parametrize("odd", [None, 5, True, [], {"a": 1}, ""])
def test_one_odd_word_does_not_lose_the_message(odd: object) -> None:
    """What may be missing is as good as missing when it is odd."""
    ready = {
        "type": "broadcast_ready",
        "webrtc_url": "http://x",
        "spectator_token": "t",
        "broadcast_url": odd,
    }
    assert parse_streamer(json.dumps(ready)) == BroadcastReady(BroadcastInfo(None, "http://x", "t"))
    started = {"type": "stream_started", "stream_id": "s1", "applied_prompt": odd}
    assert parse_streamer(json.dumps(started)) == StreamStarted("s1", None)
    assert parse_streamer(
        json.dumps({"type": "update_acknowledged", "prompt": odd})
    ) == InteractionAcknowledged(None)
    candidate = {"type": "ice_candidate", "candidate": "candidate:1", "sdpMid": odd, "sdpMLineIndex": "0"}
    assert parse_signalling(json.dumps(candidate)) == RemoteCandidate("1", None, 0)
