"""The client's public face."""

import asyncio
import math
import os
import time
from http import HTTPStatus
from typing import Self, Unpack

from bot.odyssey.api import sessions
from bot.odyssey.api.library import Library
from bot.odyssey.api.rest import Account
from bot.odyssey.base.errors import OdysseyConnectionError, OdysseyError
from bot.odyssey.base.types import (
    ClientCredentials,
    ConnectionStatus,
    Recording,
    StreamerCapabilities,
    Timeouts,
    VideoFrame,
    VideoStats,
)
from bot.odyssey.files.images import ImageSource, image_data_url
from bot.odyssey.live.connection import Connection
from bot.odyssey.live.link import Attempt, Link
from bot.odyssey.live.options import ConnectOptions
from bot.odyssey.live.parting import PARTING_S, OnReserved, reserved, say_goodbye
from bot.odyssey.wire import messages

DEFAULT_API_URL = "https://api.odyssey.ml"
API_URL_VARIABLE = "ODYSSEY_API_URL"
RECORDING_POLL_S = 0.25


class Odyssey(Library):
    """A client of the Odyssey service. It holds at most one connection; make one client for each you need.

    Nothing is open while it is not connected, so it may be made outside an event loop, used in several, and
    dropped at any time when disconnected. As an async context manager it disconnects on leaving.

    `api_url` is the argument, else the environment's `ODYSSEY_API_URL`, else the public service. The key is
    not needed for `connect_with_credentials`.
    """

    def __init__(
        self, api_key: str | None = None, api_url: str | None = None, *, timeouts: Timeouts | None = None
    ) -> None:
        url = (api_url or os.environ.get(API_URL_VARIABLE) or DEFAULT_API_URL).rstrip("/")
        super().__init__(Account(api_key, url), timeouts or Timeouts())
        self._link = Link(self._timeouts)

    def __repr__(self) -> str:
        return f"<Odyssey {self._account.api_url} {self._link.status}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.disconnect()

    async def connect(self, **options: Unpack[ConnectOptions]) -> None:
        """Reserves a streamer and connects to it; see `ConnectOptions` for the callbacks.

        Raises `OdysseyAuthError`, `OdysseyUsageError`, or `OdysseyConnectionError` (codes `timeout`,
        `no_streamer`, `already_connected`, `disconnected` when `disconnect()` came first, ...). After a
        failure the same client can connect again.
        """

        async def reserve(attempt: Attempt, on_reserved: OnReserved) -> None:
            attempt.set_status(ConnectionStatus.AUTHENTICATING)
            async with self._account.open(self._timeouts.request_s) as calls:
                await calls.authenticate()
                attempt.set_status(ConnectionStatus.CONNECTING)
                await sessions.reserve(calls, attempt.queue_s, attempt.on_queue_wait, on_reserved)

        await self._link.connect(reserve, options, self._account.api_url)

    async def create_client_credentials(self, *, queue_timeout_s: float | None = None) -> ClientCredentials:
        """Reserves a streamer for a client that must not see the API key; see `connect_with_credentials`."""
        queue_s = self._timeouts.queue_s if queue_timeout_s is None else queue_timeout_s

        async def reserve(on_reserved: OnReserved) -> None:
            async with self._account.open(self._timeouts.request_s) as calls:
                await sessions.reserve(calls, queue_s, lambda waited_s: None, on_reserved)

        return await reserved(reserve, self._account.api_url)

    async def connect_with_credentials(
        self, credentials: ClientCredentials, **options: Unpack[ConnectOptions]
    ) -> None:
        """Connects to a streamer that `create_client_credentials` reserved, here or on another machine."""

        async def given(attempt: Attempt, on_reserved: OnReserved) -> None:
            on_reserved(credentials)

        # Whoever hands them over vouches for where they lead.
        await self._link.connect(given, options, credentials.signalling_url)

    async def leave_session(self, session_id: str, signalling_url: str) -> bool:
        """Frees a streamer that a process of ours holds no more, since it died; whether it is free, if told.

        Both are as `current_credentials` had them there. Takes some seconds at most. Raises what `connect`
        raises of the service.
        """
        async with self._account.open(PARTING_S) as calls:
            try:
                credentials = await sessions.key_to(calls, session_id, signalling_url, StreamerCapabilities())
            except OdysseyConnectionError as error:
                if error.code != "session_gone":
                    raise
                return True
        return await say_goodbye(credentials, self._account.api_url)

    async def disconnect(self) -> None:
        """Ends the connection, if there is one, and frees the streamer. Gives up a `connect()` under way."""
        await self._link.disconnect()

    async def start_stream(
        self,
        prompt: str = "",
        portrait: bool = True,
        image: ImageSource | None = None,
        bypass_prompt_expansion: bool | None = None,
        broadcast: bool = False,
        *,
        timeout_s: float | None = None,
    ) -> str:
        """Starts a stream and returns its ID. Portrait is 704x1280, landscape 1280x704.

        `image` is what the world begins from: a path, a file's bytes, a data URL, or what `fit_image` or
        `fit_frame` made before; it is scaled to fill the frame. Raises `OdysseyStreamError` (codes
        `stream_running`, `timeout`, `image_unreadable`, `image_too_large`, or the service's reason) and
        `OdysseyConnectionError`.
        """
        connection = self._connection()
        image_url = None
        if image is not None:
            image_url = await asyncio.to_thread(image_data_url, image, portrait=portrait)
        message = messages.stream_start(
            prompt=prompt,
            portrait=portrait,
            broadcast=broadcast,
            image_data_url=image_url,
            bypass_prompt_expansion=bypass_prompt_expansion,
        )
        limit_s = self._timeouts.start_s if timeout_s is None else timeout_s
        return await connection.start_stream(message, has_image=image is not None, timeout_s=limit_s)

    async def interact(self, prompt: str, *, timeout_s: float | None = None) -> str:
        """Sends a prompt into the running stream and returns the prompt that the service acknowledged.

        Concurrent calls go out one at a time, and each gets its own acknowledgement; the time-out counts the
        wait for its turn. Raises `OdysseyStreamError` (codes `no_stream`, `stream_ended`, `timeout`,
        `prompt_too_long`, or the service's reason) and `OdysseyConnectionError`.
        """
        limit_s = self._timeouts.interact_s if timeout_s is None else timeout_s
        return await self._connection().stream.interact(prompt, limit_s)

    async def end_stream(self, *, timeout_s: float | None = None) -> None:
        """Ends the running stream; returns when the service says that it has ended.

        Raises `OdysseyStreamError` (codes `no_stream`, `stream_ended`, `session_timeout`, `timeout`, ...) and
        `OdysseyConnectionError`.
        """
        limit_s = self._timeouts.end_s if timeout_s is None else timeout_s
        await self._connection().stream.end(limit_s)

    async def get_recording(self, stream_id: str) -> Recording:
        """The recording of one stream.

        A recording appears a while after its stream's end: first it is unknown, then it has no URLs yet. Of
        the stream that ended last on this client it is therefore waited for, until `Timeouts.recording_s`
        after that end. Raises a retryable `OdysseyError` (code `not_found`) when there is none, or none yet.
        """
        while True:
            is_due = time.monotonic() >= self._recording_due_at(stream_id)
            try:
                recording = await super().get_recording(stream_id)
            except OdysseyError as error:
                if is_due or error.status != HTTPStatus.NOT_FOUND:
                    raise
            else:
                if is_due or recording.video_url is not None:
                    return recording
            await asyncio.sleep(RECORDING_POLL_S)

    async def latest_frame(self) -> VideoFrame | None:
        """The newest picture, decoded on demand, also when no video is asked for; None before the first."""
        peer = self._connection().peer
        return await peer.video.receiver.latest_frame() if peer is not None else None

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection on which calls can be made."""
        return self._link.open is not None

    @property
    def current_status(self) -> ConnectionStatus:
        """The connection's status; equal to its plain string."""
        return self._link.status

    @property
    def current_session_id(self) -> str | None:
        """The session's ID while connected."""
        return self._link.open.credentials.session_id if self._link.open else None

    @property
    def current_credentials(self) -> ClientCredentials | None:
        """The session's, while connected."""
        return self._link.open.credentials if self._link.open else None

    @property
    def current_stream_id(self) -> str | None:
        """The ID of the running stream."""
        return self._link.open.stream.stream_id if self._link.open else None

    @property
    def last_applied_prompt(self) -> str | None:
        """The prompt that the newest stream last applied, as the service words it."""
        return self._link.last.stream.last_applied_prompt if self._link.last else None

    @property
    def capabilities(self) -> StreamerCapabilities | None:
        """What the reserved streamer can do, while connected."""
        return self._link.open.credentials.capabilities if self._link.open else None

    @property
    def video_stats(self) -> VideoStats:
        """Counts of the newest connection's video, also after its end."""
        peer = self._link.last.peer if self._link.last else None
        return peer.video.receiver.stats if peer is not None else VideoStats()

    def _recording_due_at(self, stream_id: str) -> float:
        """Until when, by the monotonic clock, it may be missing because its stream has just ended."""
        stream = self._link.last.stream if self._link.last else None
        if stream is None or stream.ended_at is None or stream.ended_id != stream_id:
            return -math.inf
        return stream.ended_at + self._timeouts.recording_s

    def _connection(self) -> Connection:
        if self._link.open is None:
            raise OdysseyConnectionError(
                "There is no connection; call connect() first.", code="not_connected"
            )
        return self._link.open
