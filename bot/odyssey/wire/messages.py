"""The wire's messages, parsed into typed values and built from them.

A parser returns None for a type it does not know, and raises `MalformedError` for a message that breaks the
protocol; its caller logs either and goes on.
"""

import json
from dataclasses import dataclass
from typing import Any

from bot.odyssey.base.fields import json_object, optional_int, optional_text, text
from bot.odyssey.base.types import BroadcastInfo


@dataclass(frozen=True)
class Offer:
    sdp: str


@dataclass(frozen=True)
class RemoteCandidate:
    """A trickled ICE candidate, without the `candidate:` prefix. Empty means that no more will come."""

    candidate: str
    sdp_mid: str | None
    sdp_mline_index: int | None


@dataclass(frozen=True)
class SignallingError:
    """The service gives up on this session."""

    reason: str


@dataclass(frozen=True)
class StreamStarted:
    """Answers a start."""

    stream_id: str
    applied_prompt: str | None


@dataclass(frozen=True)
class BroadcastReady:
    """Spectators can watch from now on."""

    info: BroadcastInfo


@dataclass(frozen=True)
class BroadcastUnusable:
    """A `broadcast_ready` that nobody can watch by: no token, or no URL."""

    problem: str


@dataclass(frozen=True)
class InteractionAcknowledged:
    """Answers an interaction; carries no ID."""

    prompt: str | None


@dataclass(frozen=True)
class StreamEnded:
    """Answers an end, or comes by itself."""


@dataclass(frozen=True)
class StreamFailed:
    """The service's `interactive_stream_error`."""

    reason: str
    message: str


SignallingMessage = Offer | RemoteCandidate | SignallingError
StreamerMessage = (
    StreamStarted | BroadcastReady | BroadcastUnusable | InteractionAcknowledged | StreamEnded | StreamFailed
)

KEEPALIVE = json.dumps({"type": "keepalive"})
"""Sent every 10 s over signalling."""
CLIENT_DISCONNECTING = json.dumps({"type": "client_disconnecting"})
"""Sent before leaving, so that the streamer is freed at once."""
STREAM_END = json.dumps({"type": "interactive_stream_end"})


def parse_signalling(raw: str | bytes) -> SignallingMessage | None:
    """A message of the signalling websocket."""
    fields = json_object(raw)
    match fields.get("type"):
        case "offer":
            return Offer(text(fields, "sdp"))
        case "ice_candidate":
            candidate = optional_text(fields, "candidate") or ""
            return RemoteCandidate(
                candidate.removeprefix("candidate:"),
                optional_text(fields, "sdpMid"),
                optional_int(fields, "sdpMLineIndex"),
            )
        case "error":
            return SignallingError(optional_text(fields, "reason") or "unknown")
        case _:
            return None


def parse_streamer(raw: str | bytes) -> StreamerMessage | None:
    """A message of the data channel `streamerToClient`."""
    fields = json_object(raw)
    match fields.get("type"):
        case "stream_started":
            return StreamStarted(text(fields, "stream_id"), optional_text(fields, "applied_prompt"))
        case "broadcast_ready":
            return _broadcast_ready(fields)
        case "update_acknowledged":
            return InteractionAcknowledged(optional_text(fields, "prompt"))
        case "stream_ended":
            return StreamEnded()
        case "interactive_stream_error":
            reason = optional_text(fields, "reason") or "unknown"
            return StreamFailed(reason, optional_text(fields, "message") or reason)
        case _:
            return None


def answer(sdp: str) -> str:
    return json.dumps({"type": "answer", "sdp": sdp})


def stream_start(
    *,
    prompt: str,
    portrait: bool,
    broadcast: bool,
    image_data_url: str | None,
    bypass_prompt_expansion: bool | None,
) -> str:
    fields: dict[str, Any] = {
        "type": "interactive_stream_start",
        "prompt": prompt,
        "portrait": portrait,
        "input_image_base64": image_data_url,
        "broadcast": broadcast,
    }
    if bypass_prompt_expansion is not None:
        fields["bypass_vlm_expansion"] = bypass_prompt_expansion
    return json.dumps(fields)


def update(prompt: str) -> str:
    """An interaction."""
    return json.dumps({"type": "update", "prompt": prompt})


def _broadcast_ready(fields: dict[str, Any]) -> BroadcastReady | BroadcastUnusable:
    for key in ("spectator_token", "webrtc_url"):
        if not optional_text(fields, key):
            return BroadcastUnusable(f"The broadcast is ready but its {key} is missing.")
    return BroadcastReady(
        BroadcastInfo(
            hls_url=optional_text(fields, "broadcast_url"),
            webrtc_url=text(fields, "webrtc_url"),
            spectator_token=text(fields, "spectator_token"),
        )
    )
