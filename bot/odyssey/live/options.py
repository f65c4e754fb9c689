"""What a connection can be asked for: callbacks, which video, and how long to wait."""

from collections.abc import Callable
from typing import TypedDict

from bot.odyssey.base.types import BroadcastInfo, ConnectionStatus, FrameHandler, MaybeAwaitable


class ConnectOptions(TypedDict, total=False):
    """All optional. Every callback may be a plain or an async function.

    A plain one is called at once, an async one in its turn, aside; one that raises is logged. The exception
    is `on_video_frame`: a plain function runs in a worker thread, so that a slow one cannot hold up the event
    loop.
    """

    on_connected: Callable[[], MaybeAwaitable] | None
    on_disconnected: Callable[[], MaybeAwaitable] | None
    """Told exactly once, for a connection that was made, however it ended."""
    on_video_frame: FrameHandler | None
    """Without it no video is decoded."""
    on_stream_started: Callable[[str], MaybeAwaitable] | None
    """Told the stream's ID, before `start_stream` returns it."""
    on_stream_ended: Callable[[], MaybeAwaitable] | None
    on_interact_acknowledged: Callable[[str], MaybeAwaitable] | None
    on_broadcast_ready: Callable[[BroadcastInfo], MaybeAwaitable] | None
    on_stream_error: Callable[[str, str], MaybeAwaitable] | None
    """Told the reason and a sentence, also when a call that was waiting raises the same."""
    on_error: Callable[[Exception, bool], MaybeAwaitable] | None
    """Told what broke the connection, or kept it from being made, and that it was fatal."""
    on_status_change: Callable[[ConnectionStatus, str | None], MaybeAwaitable] | None
    on_queue_wait: Callable[[float], MaybeAwaitable] | None
    """Told the seconds waited so far, each second while no streamer is free."""
    snapshot_interval_s: float | None
    """Only keyframes go to `on_video_frame`, at most one in this many seconds."""
    timeout_s: float | None
    """How long connecting may take, not counting the wait for a free streamer."""
    queue_timeout_s: float | None
    """How long to wait for a free streamer."""


def check_options(options: ConnectOptions) -> None:
    """Raises TypeError for an option that there is not, as a call with named parameters would."""
    for name in options.keys() - ConnectOptions.__annotations__.keys():
        raise TypeError(f"connect() got an unexpected keyword argument {name!r}")
