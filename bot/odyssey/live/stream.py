"""The stream on a connection: starting it, steering it, ending it, and what the streamer says of it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from bot.odyssey.base.errors import OdysseyConnectionError, OdysseyError, OdysseyStreamError, stream_error
from bot.odyssey.live.callbacks import Notifier
from bot.odyssey.live.options import ConnectOptions
from bot.odyssey.live.replies import SETTLE_S, Interactions, Reply, timing_out
from bot.odyssey.wire import messages

log = logging.getLogger(__name__)

ENDING_REASONS = frozenset({"session_timeout", "quota_exceeded", "lease_denied", "concurrent_limit_exceeded"})
"""Errors after which there is no stream. After any other the streamer says `stream_ended`, if it ends."""


class Stream:
    """At most one stream at a time. `stream_id` is None when none runs.

    `send` sends one message to the streamer, or raises `OdysseyConnectionError`.
    """

    def __init__(self, send: Callable[[str], None], options: ConnectOptions, notifier: Notifier) -> None:
        self.stream_id: str | None = None
        self.started_at: float | None = None
        """When the running stream began, by the monotonic clock."""
        self.ended_id: str | None = None
        """The stream that ended last."""
        self.ended_at: float | None = None
        """When it ended, by the monotonic clock."""
        self.last_applied_prompt: str | None = None
        self._send = send
        self.options = options
        self._notifier = notifier
        self._changing = asyncio.Lock()
        self._start: Reply[str] = Reply()
        self._end: Reply[None] = Reply()
        self._interactions = Interactions()
        self._given_up_until: float | None = None
        self._settled = asyncio.Event()
        self._over: OdysseyError = OdysseyStreamError("No stream is running.", code="no_stream")
        self._connection_error: OdysseyError | None = None

    async def start(self, send: Callable[[], Awaitable[None]], timeout_s: float) -> str:
        """Sends a start and waits for the stream's ID, `timeout_s` at most in all.

        When a start gives up, its stream may begin all the same: it is then ended at once, and never taken
        for the next start's.
        """
        deadline = asyncio.get_running_loop().time() + timeout_s
        async with timing_out(timeout_s, "start the stream"), self._changing:
            await self._settle()
            self._check_connection()
            if self.stream_id is not None:
                raise OdysseyStreamError("A stream is already running; end it first.", code="stream_running")
            try:
                return await self._start.ask(send)
            except asyncio.CancelledError:
                self._given_up_until = deadline + SETTLE_S
                self._settled.clear()
                self._end_unwanted()
                raise

    async def interact(self, prompt: str, timeout_s: float) -> str:
        """Sends a prompt and waits for its own acknowledgement, `timeout_s` at most in all."""
        self._check_running()

        async def send() -> None:
            self._check_running()
            self._send(messages.update(prompt))

        return await self._interactions.ask(prompt, send, timeout_s)

    async def end(self, timeout_s: float) -> None:
        """Ends the stream and waits until it has ended, `timeout_s` at most in all."""

        async def send() -> None:
            self._send(messages.STREAM_END)

        async with timing_out(timeout_s, "end the stream"), self._changing:
            self._check_running()
            await self._end.ask(send)

    def on_message(self, message: messages.StreamerMessage) -> None:
        options, tell = self.options, self._notifier.call
        match message:
            case messages.StreamStarted():
                self._on_started(message)
            case messages.StreamEnded():
                self._stream_over(OdysseyStreamError("The stream has ended.", code="stream_ended"))
                tell(options.get("on_stream_ended"))
                self._end.resolve(None)
            case messages.InteractionAcknowledged(prompt):
                if prompt is not None:
                    self.last_applied_prompt = prompt
                    tell(options.get("on_interact_acknowledged"), prompt)
                self._interactions.acknowledge(prompt)
            case messages.BroadcastReady(info):
                tell(options.get("on_broadcast_ready"), info)
            case messages.BroadcastUnusable(problem):
                tell(options.get("on_stream_error"), "broadcast_unusable", problem)
            case messages.StreamFailed(reason, text):
                self._on_failed(reason, text)

    def connection_ended(self, error: OdysseyError) -> None:
        """Fails every waiting call, and every later one."""
        self._connection_error = error
        self._fail_calls(error)
        self._stream_gone()
        self._settled.set()

    def _on_started(self, message: messages.StreamStarted) -> None:
        if message.stream_id == self.stream_id:
            return
        self.stream_id = message.stream_id
        self.started_at = time.monotonic()
        self.last_applied_prompt = message.applied_prompt
        self._notifier.call(self.options.get("on_stream_started"), message.stream_id)
        if self._given_up_until is None:
            self._start.resolve(message.stream_id)
        else:
            self._end_unwanted()

    def _end_unwanted(self) -> None:
        if self.stream_id is None:
            return
        log.info("The stream %s began after its start had given up; it is ended.", self.stream_id)
        try:
            self._send(messages.STREAM_END)
        except OdysseyConnectionError as error:
            log.debug("It could not be ended: %s", error)

    def _on_failed(self, reason: str, text: str) -> None:
        error = stream_error(reason, text)
        self._fail_calls(error)
        if reason in ENDING_REASONS:
            self._stream_over(error)
        elif self.stream_id is None:
            self._start_settled()
        self._notifier.call(self.options.get("on_stream_error"), reason, text)

    def _stream_gone(self) -> None:
        if self.stream_id is not None:
            self.ended_id, self.ended_at = self.stream_id, time.monotonic()
        self.stream_id = self.started_at = None

    def _stream_over(self, why: OdysseyError) -> None:
        self._stream_gone()
        self._over = why
        self._interactions.fail(why)
        self._interactions.nothing_is_owed()
        self._start_settled()

    def _fail_calls(self, error: OdysseyError) -> None:
        self._start.fail(error)
        self._end.fail(error)
        self._interactions.fail(error)

    async def _settle(self) -> None:
        """Waits until a start that gave up has been answered and undone, or will not be answered any more."""
        if self._given_up_until is None:
            return
        try:
            async with asyncio.timeout_at(self._given_up_until):
                await self._settled.wait()
        except TimeoutError:
            if self.stream_id is None:
                self._start_settled()

    def _start_settled(self) -> None:
        self._given_up_until = None
        self._settled.set()

    def _check_connection(self) -> None:
        if self._connection_error is not None:
            raise self._connection_error.anew()

    def _check_running(self) -> None:
        self._check_connection()
        if self.stream_id is None:
            raise self._over.anew()
