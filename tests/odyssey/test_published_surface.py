"""The types of callbacks and fields are those of the published client; where ours differ, it says so here."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import typing
from enum import Enum
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.odyssey import (
    BroadcastInfo,
    ClientCredentials,
    ConnectionStatus,
    ConnectOptions,
    Odyssey,
    Recording,
    SpectatorConnection,
    StreamerCapabilities,
    StreamRecordingInfo,
    StreamRecordingsList,
    VideoFrame,
)
from tests.odyssey.service import PATIENCE_S, Service
from tests.odyssey.video.test_video import until

CALLBACKS: dict[str, list[Any]] = {
    "on_connected": [],
    "on_disconnected": [],
    "on_video_frame": [VideoFrame],
    "on_stream_started": [str],
    "on_stream_ended": [],
    "on_interact_acknowledged": [str],
    "on_broadcast_ready": [BroadcastInfo],
    "on_stream_error": [str, str],
    "on_error": [Exception, bool],
    "on_status_change": [ConnectionStatus, str | None],
}
FIELDS: dict[type, dict[str, Any]] = {
    VideoFrame: {"data": NDArray[np.uint8], "width": int, "height": int, "timestamp_ms": int},
    BroadcastInfo: {"hls_url": str | None, "webrtc_url": str, "spectator_token": str},
    Recording: {
        "stream_id": str,
        "video_url": str | None,
        "events_url": str | None,
        "thumbnail_url": str | None,
        "preview_url": str | None,
        "frame_count": int | None,
        "duration_seconds": float | None,
    },
    StreamRecordingInfo: {
        "stream_id": str,
        "width": int | None,  # published: int; None is one that the service told wrongly
        "height": int | None,
        "started_at": str | None,  # published: str, likewise
        "ended_at": str | None,
        "duration_seconds": float | None,
    },
    StreamRecordingsList: {
        "recordings": list[StreamRecordingInfo],
        "total": int,
        "limit": int,
        "offset": int,
    },
    StreamerCapabilities: {"image_to_video": bool},
    ClientCredentials: {
        "session_id": str,
        "signalling_url": str,
        "session_token": str,
        "expires_in": int,
        "capabilities": StreamerCapabilities,
    },
}


@pytest.mark.parametrize("name", CALLBACKS)
def test_what_callbacks_are_told(name: str) -> None:
    """Each takes the published arguments."""
    hint = typing.get_type_hints(ConnectOptions)[name]
    [callback] = [one for one in typing.get_args(hint) if one is not type(None)]
    assert typing.get_args(callback)[0] == CALLBACKS[name]


@pytest.mark.parametrize("kind", FIELDS, ids=lambda kind: kind.__name__)
def test_fields(kind: type) -> None:
    """Each value has the published fields in their order, and cannot be changed."""
    hints = typing.get_type_hints(kind)
    fields = dataclasses.fields(kind)
    assert {field.name: hints[field.name] for field in fields} == FIELDS[kind]
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]  # of every dataclass


def test_the_status() -> None:
    """The published words; an enum's member that is its string."""
    words = ["authenticating", "connecting", "reconnecting", "connected", "disconnected", "failed"]
    assert [status.value for status in ConnectionStatus] == words
    assert all(isinstance(status, str) and isinstance(status, Enum) for status in ConnectionStatus)
    assert {ConnectionStatus.CONNECTED: 1}["connected"] == 1  # type: ignore[index]  # the claim
    assert ConnectionStatus("failed") is ConnectionStatus.FAILED
    assert json.dumps(ConnectionStatus.CONNECTED) == '"connected"'


def test_properties() -> None:
    """Those of the client and of a spectator's connection."""
    hints = {
        name: typing.get_type_hints(getattr(Odyssey, name).fget)["return"]
        for name in ("is_connected", "current_status", "current_session_id", "last_applied_prompt")
    }
    assert hints == {
        "is_connected": bool,
        "current_status": ConnectionStatus,
        "current_session_id": str | None,
        "last_applied_prompt": str | None,
    }
    assert typing.get_type_hints(SpectatorConnection.is_connected.fget)["return"] is bool  # type: ignore[attr-defined]  # a property


async def test_callbacks_get_what_they_are_promised(service: Service, client: Odyssey) -> None:
    """Over a whole broadcast and a failure, each value told is of its type."""
    told: dict[str, list[tuple[Any, ...]]] = {name: [] for name in CALLBACKS}
    options: Any = {name: lambda *args, name=name: told[name].append(args) for name in CALLBACKS}
    await client.connect(**options)
    await client.start_stream("a cat", broadcast=True)
    await client.interact("jump")
    await until(lambda: told["on_video_frame"] and told["on_broadcast_ready"])
    streamer = await service.streamer()
    await streamer.say({"type": "interactive_stream_error", "reason": "model_error", "message": "Broken."})
    await until(lambda: told["on_stream_error"])
    await client.end_stream()
    await streamer.signal({"type": "error", "reason": "streamer_disconnected"})
    await asyncio.wait_for(streamer.gone.wait(), PATIENCE_S)
    await until(lambda: told["on_disconnected"])
    for name, expected in CALLBACKS.items():
        assert told[name], name
        for args in told[name]:
            assert len(args) == len(expected)
            assert all(isinstance(value, kind) for value, kind in zip(args, expected, strict=True))
    statuses = [status for status, _ in told["on_status_change"]]
    assert all(type(status) is ConnectionStatus for status in statuses)
    assert statuses[0] is ConnectionStatus.AUTHENTICATING
    assert statuses[-1] is ConnectionStatus.FAILED
