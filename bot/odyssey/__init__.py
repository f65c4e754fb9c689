"""A client of the Odyssey service: interactive video from a world model, over WebRTC.

Speaks the public protocol with the names of the published Python client, and uses nothing else of this
project: `from bot.odyssey import Odyssey`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from bot.odyssey.base.addresses import is_public_host
from bot.odyssey.base.errors import (
    AccountSuspendedError,
    ConcurrentLimitReachedError,
    MonthlyLimitReachedError,
    OdysseyArgumentError,
    OdysseyAuthError,
    OdysseyConnectionError,
    OdysseyError,
    OdysseyStreamError,
    OdysseyUsageError,
    RateLimitError,
    StreamDurationExceededError,
    StreamSessionTimeoutError,
)
from bot.odyssey.base.types import (
    BroadcastInfo,
    ClientCredentials,
    ConnectionStatus,
    Recording,
    StreamerCapabilities,
    StreamRecordingInfo,
    StreamRecordingsList,
    Timeouts,
    VideoFrame,
    VideoStats,
)
from bot.odyssey.files.images import MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS, FittedImage, fit_frame, fit_image

if TYPE_CHECKING:
    from bot.odyssey.api.simulations import (
        SimulationJob,
        SimulationJobsList,
        SimulationStatus,
        SimulationStream,
    )
    from bot.odyssey.client import Odyssey
    from bot.odyssey.files.artifacts import read_artifact
    from bot.odyssey.files.downloads import DownloadedRecording
    from bot.odyssey.http.http import open_http
    from bot.odyssey.live.options import ConnectOptions
    from bot.odyssey.live.spectator import SpectatorConnection, connect_to_stream

__all__ = [
    "MAX_IMAGE_BYTES",
    "MAX_IMAGE_PIXELS",
    "AccountSuspendedError",
    "BroadcastInfo",
    "ClientCredentials",
    "ConcurrentLimitReachedError",
    "ConnectOptions",
    "ConnectionStatus",
    "DownloadedRecording",
    "FittedImage",
    "MonthlyLimitReachedError",
    "Odyssey",
    "OdysseyArgumentError",
    "OdysseyAuthError",
    "OdysseyConnectionError",
    "OdysseyError",
    "OdysseyStreamError",
    "OdysseyUsageError",
    "RateLimitError",
    "Recording",
    "SimulationJob",
    "SimulationJobsList",
    "SimulationStatus",
    "SimulationStream",
    "SpectatorConnection",
    "StreamDurationExceededError",
    "StreamRecordingInfo",
    "StreamRecordingsList",
    "StreamSessionTimeoutError",
    "StreamerCapabilities",
    "Timeouts",
    "VideoFrame",
    "VideoStats",
    "connect_to_stream",
    "fit_frame",
    "fit_image",
    "is_public_host",
    "open_http",
    "read_artifact",
]

_LOADED_WHEN_ASKED_FOR = {
    "api.simulations": ("SimulationJob", "SimulationJobsList", "SimulationStatus", "SimulationStream"),
    "client": ("Odyssey",),
    "files.artifacts": ("read_artifact",),
    "files.downloads": ("DownloadedRecording",),
    "http.http": ("open_http",),
    "live.options": ("ConnectOptions",),
    "live.spectator": ("SpectatorConnection", "connect_to_stream"),
}
"""WebRTC and HTTP take most of a second: a process that only fits a picture does not wait for them."""


def __getattr__(name: str) -> object:
    for module, names in _LOADED_WHEN_ASKED_FOR.items():
        if name in names:
            globals().update({each: getattr(import_module(f"{__name__}.{module}"), each) for each in names})
            return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
