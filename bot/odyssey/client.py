"""The client's public face."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self

from bot.odyssey import messages, recordings, sessions
from bot.odyssey.callbacks import Callbacks, Notifier
from bot.odyssey.connection import Connection
from bot.odyssey.errors import OdysseyConnectionError, OdysseyError
from bot.odyssey.rest import Account
from bot.odyssey.types import (
    BroadcastInfo,
    ClientCredentials,
    ConnectionStatus,
    FrameHandler,
    MaybeAwaitable,
    Recording,
    StreamerCapabilities,
    StreamRecordingsList,
    Timeouts,
    VideoFrame,
    VideoStats,
)

DEFAULT_API_URL = "https://api.odyssey.ml"
API_URL_VARIABLE = "ODYSSEY_API_URL"


class Odyssey:
    """A client of the Odyssey service. It holds at most one connection; make one client for each you need.

    Holds nothing open while not connected, so it may be made outside an event loop, used in several, and
    dropped at any time when disconnected. As an async context manager it disconnects on leaving.

    `api_url` is the argument, else the environment's `ODYSSEY_API_URL`, else the public service.
    """

    def __init__(
        self, api_key: str | None = None, api_url: str | None = None, *, timeouts: Timeouts | None = None
    ) -> None:
        url = (api_url or os.environ.get(API_URL_VARIABLE) or DEFAULT_API_URL).rstrip("/")
        self._account = Account(api_key, url)
        self._timeouts = timeouts or Timeouts()
        self._status = ConnectionStatus.DISCONNECTED
        self._connection: Connection | None = None
        self._connecting: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<Odyssey {self._account.api_url} {self._status}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.disconnect()

    # -- connection ------------------------------------------------------------------------------------------

    async def connect(
        self,
        *,
        on_connected: Callable[[], MaybeAwaitable] | None = None,
        on_disconnected: Callable[[], MaybeAwaitable] | None = None,
        on_video_frame: FrameHandler | None = None,
        on_stream_started: Callable[[str], MaybeAwaitable] | None = None,
        on_stream_ended: Callable[[], MaybeAwaitable] | None = None,
        on_interact_acknowledged: Callable[[str], MaybeAwaitable] | None = None,
        on_broadcast_ready: Callable[[BroadcastInfo], MaybeAwaitable] | None = None,
        on_stream_error: Callable[[str, str], MaybeAwaitable] | None = None,
        on_error: Callable[[Exception, bool], MaybeAwaitable] | None = None,
        on_status_change: Callable[[str, str | None], MaybeAwaitable] | None = None,
        on_queue_wait: Callable[[float], MaybeAwaitable] | None = None,
        snapshot_interval_s: float | None = None,
        timeout_s: float | None = None,
        queue_timeout_s: float | None = None,
    ) -> None:
        """Reserves a streamer and connects to it. Every callback may be a function or an async function.

        `on_video_frame` gets every frame, or with `snapshot_interval_s` only keyframes, at most one in that
        many seconds; a plain function runs in a worker thread. Without it no video is decoded.
        `on_queue_wait` is told the seconds waited while no streamer is free.

        Raises `OdysseyAuthError`, `OdysseyUsageError`, or `OdysseyConnectionError` (codes `timeout`,
        `no_streamer`, `already_connected`, ...). After a failure the same client can connect again.
        """
        callbacks = Callbacks(
            on_connected=on_connected,
            on_disconnected=on_disconnected,
            on_video_frame=on_video_frame,
            on_stream_started=on_stream_started,
            on_stream_ended=on_stream_ended,
            on_interact_acknowledged=on_interact_acknowledged,
            on_broadcast_ready=on_broadcast_ready,
            on_stream_error=on_stream_error,
            on_error=on_error,
            on_status_change=on_status_change,
            on_queue_wait=on_queue_wait,
        )
        await self._connect(None, callbacks, snapshot_interval_s, timeout_s, queue_timeout_s)

    async def disconnect(self) -> None:
        """Ends the connection, if there is one, and frees the streamer. Gives up a `connect()` under way."""
        connecting = self._connecting
        if connecting is not None and connecting is not asyncio.current_task():
            connecting.cancel()
            await asyncio.wait({connecting})
        if self._connection is not None:
            await self._connection.close()

    # -- stream ----------------------------------------------------------------------------------------------

    async def start_stream(
        self,
        prompt: str = "",
        portrait: bool = True,
        image: None = None,
        bypass_prompt_expansion: bool | None = None,
        broadcast: bool = False,
        *,
        timeout_s: float | None = None,
    ) -> str:
        """Starts a stream and returns its ID. Portrait is 704x1280, landscape 1280x704."""
        connection = self._open_connection()
        message = messages.stream_start(
            prompt=prompt,
            portrait=portrait,
            broadcast=broadcast,
            image_data_url=image,
            bypass_prompt_expansion=bypass_prompt_expansion,
        )
        limit_s = self._timeouts.start_s if timeout_s is None else timeout_s
        return await connection.start_stream(message, has_image=image is not None, timeout_s=limit_s)

    async def interact(self, prompt: str, *, timeout_s: float | None = None) -> str:
        """Sends a prompt into the running stream and returns the prompt that the service acknowledged.

        Concurrent calls go out one at a time, and each gets its own acknowledgement.
        """
        limit_s = self._timeouts.interact_s if timeout_s is None else timeout_s
        return await self._open_connection().stream.interact(prompt, limit_s)

    async def end_stream(self, *, timeout_s: float | None = None) -> None:
        """Ends the running stream; returns when the service says that it has ended."""
        limit_s = self._timeouts.end_s if timeout_s is None else timeout_s
        await self._open_connection().stream.end(limit_s)

    async def latest_frame(self) -> VideoFrame | None:
        """The newest picture, decoded on demand; None before the first keyframe."""
        peer = self._open_connection().peer
        return await peer.video.latest_frame() if peer is not None else None

    # -- recordings ------------------------------------------------------------------------------------------

    async def get_recording(self, stream_id: str) -> Recording:
        """The recording of one stream; needs no connection.

        Raises a retryable `OdysseyError` (code `not_found`) when there is none, or none yet.
        """
        async with self._account.open(self._timeouts.request_s) as calls:
            return await recordings.recording(calls, stream_id)

    async def list_stream_recordings(
        self, limit: int | None = None, offset: int | None = None
    ) -> StreamRecordingsList:
        """One page of the account's recordings, newest first; needs no connection."""
        async with self._account.open(self._timeouts.request_s) as calls:
            return await recordings.recordings_page(calls, limit, offset)

    # -- state -----------------------------------------------------------------------------------------------

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection on which calls can be made."""
        return self._connection is not None and self._connection.is_open

    @property
    def current_status(self) -> ConnectionStatus:
        """The connection's status; equal to its plain string."""
        return self._status

    @property
    def current_session_id(self) -> str | None:
        """The session's ID while connected."""
        return self._connection.credentials.session_id if self._connection and self.is_connected else None

    @property
    def current_stream_id(self) -> str | None:
        """The ID of the running stream."""
        return self._connection.stream.stream_id if self._connection else None

    @property
    def last_applied_prompt(self) -> str | None:
        """The prompt that the running stream last applied, as the service words it."""
        return self._connection.stream.last_applied_prompt if self._connection else None

    @property
    def capabilities(self) -> StreamerCapabilities | None:
        """What the reserved streamer can do, while connected."""
        return self._connection.credentials.capabilities if self._connection and self.is_connected else None

    @property
    def video_stats(self) -> VideoStats:
        """Counts of the connection's video, also after its end."""
        peer = self._connection.peer if self._connection else None
        return peer.video.stats if peer is not None else VideoStats()

    # -- inside ----------------------------------------------------------------------------------------------

    def _open_connection(self) -> Connection:
        if self._connection is None or not self._connection.is_open:
            raise OdysseyConnectionError(
                "There is no connection; call connect() first.", code="not_connected"
            )
        return self._connection

    async def _connect(
        self,
        credentials: ClientCredentials | None,
        callbacks: Callbacks,
        snapshot_interval_s: float | None,
        timeout_s: float | None,
        queue_timeout_s: float | None,
    ) -> None:
        if self._connecting is not None or self.is_connected:
            raise OdysseyConnectionError(
                "There is a connection already.", code="already_connected", retryable=False
            )
        timeouts = self._timeouts
        if queue_timeout_s is not None:
            timeouts = replace(timeouts, queue_s=queue_timeout_s)
        limit_s = timeouts.connect_s if timeout_s is None else timeout_s
        notifier = Notifier()
        work = self._establish(credentials, callbacks, notifier, timeouts, snapshot_interval_s, limit_s)
        self._connecting = asyncio.create_task(work, name="odyssey-connect")
        try:
            await asyncio.shield(self._connecting)
        except asyncio.CancelledError:
            ours = not self._connecting.done()
            self._connecting.cancel()
            await asyncio.wait({self._connecting})
            self._fail(callbacks, notifier, None)
            if ours:
                raise
            raise OdysseyConnectionError("Disconnected while connecting.", code="disconnected") from None
        except OdysseyError as error:
            self._fail(callbacks, notifier, error)
            raise
        finally:
            self._connecting = None

    async def _establish(
        self,
        credentials: ClientCredentials | None,
        callbacks: Callbacks,
        notifier: Notifier,
        timeouts: Timeouts,
        snapshot_interval_s: float | None,
        limit_s: float,
    ) -> None:
        def set_status(status: ConnectionStatus, message: str | None = None) -> None:
            if status != self._status:
                self._status = status
                notifier.call(callbacks.on_status_change, status.value, message)

        loop = asyncio.get_running_loop()
        started = loop.time()
        waited_s = 0.0
        try:
            async with asyncio.timeout(limit_s) as limit:

                def on_queue_wait(seconds: float) -> None:
                    nonlocal waited_s
                    waited_s = seconds
                    limit.reschedule(loop.time() + limit_s)
                    set_status(ConnectionStatus.CONNECTING, "Waiting for a free streamer.")
                    notifier.call(callbacks.on_queue_wait, seconds)

                if credentials is None:
                    set_status(ConnectionStatus.AUTHENTICATING)
                    async with self._account.open(timeouts.request_s) as calls:
                        await calls.authenticate()
                        set_status(ConnectionStatus.CONNECTING)
                        credentials = await sessions.reserve(calls, timeouts.queue_s, on_queue_wait)
                set_status(ConnectionStatus.CONNECTING)
                connection = Connection(
                    credentials, callbacks, notifier, timeouts, snapshot_interval_s, set_status
                )
                self._connection = connection
                await connection.open()
        except TimeoutError:
            raise OdysseyConnectionError(
                f"The connection was not made within {loop.time() - started - waited_s:.0f} s.",
                code="timeout",
            ) from None

    def _fail(self, callbacks: Callbacks, notifier: Notifier, error: OdysseyError | None) -> None:
        status = ConnectionStatus.FAILED if error is not None else ConnectionStatus.DISCONNECTED
        if self._status != status:
            self._status = status
            notifier.call(callbacks.on_status_change, status.value, error.message if error else None)
        if error is not None:
            notifier.call(callbacks.on_error, error, True)
