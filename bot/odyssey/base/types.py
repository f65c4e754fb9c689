"""The client's values: frozen dataclasses with the names of the published client."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

SESSION_TOKEN_LIFETIME_S = 600
"""When the service does not say (protocol page, "Limits")."""


class ConnectionStatus(StrEnum):
    """Where the connection stands. Compares equal to its plain string."""

    AUTHENTICATING = "authenticating"
    CONNECTING = "connecting"
    RECONNECTING = "reconnecting"
    """Connected, but nothing has come over UDP for some seconds; back to connected, or failed, soon."""
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    FAILED = "failed"


@dataclass(frozen=True, eq=False)
class VideoFrame:
    """One picture. `data` is H x W x 3 uint8 RGB; a received frame makes it when `data` is first read."""

    data: NDArray[np.uint8] = field(repr=False)
    width: int
    height: int
    timestamp_ms: int
    """Media time since the stream's first frame."""


@dataclass(frozen=True)
class VideoStats:
    """Counts since the connection opened."""

    received: int = 0
    """Whole encoded frames."""
    keyframes: int = 0
    decoded: int = 0
    delivered: int = 0
    """Frames given to the handler."""
    dropped: int = 0
    """Frames that a slow handler, or a slow machine, made us leave out."""


@dataclass(frozen=True)
class BroadcastInfo:
    """How spectators watch a broadcast. `hls_url` lags some 5 to 10 s; it may be None."""

    hls_url: str | None = field(repr=False)
    webrtc_url: str = field(repr=False)
    spectator_token: str = field(repr=False)


@dataclass(frozen=True)
class Recording:
    """A stream's artifacts. The URLs are presigned, good for about an hour, and secret (not in the repr)."""

    stream_id: str
    video_url: str | None = field(default=None, repr=False)
    events_url: str | None = field(default=None, repr=False)
    thumbnail_url: str | None = field(default=None, repr=False)
    preview_url: str | None = field(default=None, repr=False)
    frame_count: int | None = None
    duration_seconds: float | None = None


@dataclass(frozen=True)
class StreamRecordingInfo:
    """One line of the list of recordings. Times as the service writes them (ISO 8601)."""

    stream_id: str
    width: int | None
    height: int | None
    started_at: str | None
    ended_at: str | None
    duration_seconds: float | None


@dataclass(frozen=True)
class StreamRecordingsList:
    """One page of the list of recordings, newest first. `total` counts all of them."""

    recordings: list[StreamRecordingInfo]
    total: int
    limit: int
    offset: int


@dataclass(frozen=True)
class StreamerCapabilities:
    """What the reserved streamer can do."""

    image_to_video: bool = False


@dataclass(frozen=True)
class ClientCredentials:
    """A reserved streamer and the key to it, to hand to a client that must not see the API key."""

    session_id: str
    signalling_url: str
    session_token: str = field(repr=False)
    expires_in: int = SESSION_TOKEN_LIFETIME_S
    """Seconds from its making until `session_token` is refused. It cannot be renewed."""
    capabilities: StreamerCapabilities = field(default_factory=StreamerCapabilities)


@dataclass(frozen=True)
class IceServer:
    """A STUN or TURN server from the service's configuration."""

    urls: list[str]
    username: str | None = None
    credential: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Timeouts:
    """How long each wait may take, in seconds."""

    connect_s: float = 30.0
    """`connect()`, not counting the wait for a free streamer."""
    queue_s: float = 30.0
    """The wait for a free streamer (503)."""
    start_s: float = 30.0
    interact_s: float = 15.0
    end_s: float = 15.0
    request_s: float = 15.0
    """One REST request."""
    recording_s: float = 5.0
    """From the end of a stream: so long `get_recording` waits for its recording to appear."""
    silence_s: float = 8.0
    """UDP silence after which the connection counts as lost."""


MaybeAwaitable = Awaitable[Any] | Any
"""What a callback may return: nothing of interest, or something to await."""

FrameHandler = Callable[[VideoFrame], MaybeAwaitable]
