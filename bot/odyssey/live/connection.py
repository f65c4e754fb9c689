"""One connection: a reserved streamer, its signalling, its peer connection, and the calls on it.

One task owns everything that is open, from `open` to the end. Whoever notices the end first calls `end`:
every waiting call fails at once, and the owner then closes everything in order.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

from bot.odyssey.base.errors import OdysseyConnectionError, OdysseyError, OdysseyStreamError, failed
from bot.odyssey.base.fields import MalformedError
from bot.odyssey.base.loopback import is_loopback_url
from bot.odyssey.base.types import ClientCredentials, ConnectionStatus, IceServer, Timeouts
from bot.odyssey.base.weakly import weakly
from bot.odyssey.live.callbacks import Notifier
from bot.odyssey.live.options import ConnectOptions
from bot.odyssey.live.parting import PARTING_S, say_goodbye
from bot.odyssey.live.peer import Peer
from bot.odyssey.live.silence import silence
from bot.odyssey.live.stream import Stream
from bot.odyssey.wire import messages
from bot.odyssey.wire.ice import ice_servers
from bot.odyssey.wire.signalling import NORMAL_CLOSE_CODES, Signalling, config_url, open_signalling

log = logging.getLogger(__name__)

KEEPALIVE_S = 10.0
GOODBYE_S = 1.0

SetStatus = Callable[[ConnectionStatus, str | None], None]


class Connection:
    """Opened with `open`; ends by `close`, by the service, or by loss. Never used again after that."""

    def __init__(
        self,
        credentials: ClientCredentials,
        service: str,
        options: ConnectOptions,
        notifier: Notifier,
        timeouts: Timeouts,
        set_status: SetStatus,
    ) -> None:
        self.credentials = credentials
        self._service = service
        self._options = options
        self._notifier = notifier
        self._timeouts = timeouts
        self._set_status = set_status
        self._was_ready = False
        self._ended = asyncio.Event()
        self._error: OdysseyError | None = None
        self._signalling: Signalling | None = None
        self.peer: Peer | None = None
        self.stream = Stream(weakly(self._send), options, notifier)
        self._owner: asyncio.Task[None] | None = None
        self._opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def is_open(self) -> bool:
        """Whether calls may be made."""
        return self._was_ready and not self._ended.is_set()

    async def open(self) -> None:
        """Connects. On an error, a time-out or a cancellation nothing stays open."""
        try:
            config = config_url(self.credentials.signalling_url)
            servers = await ice_servers(config, self._timeouts.request_s, self._service)
        except asyncio.CancelledError:
            await say_goodbye(self.credentials, self._service)
            raise
        self._owner = asyncio.create_task(self._own(servers), name="odyssey-connection")
        try:
            await asyncio.shield(self._opened)
        except BaseException:
            await self._abandon()
            raise

    async def close(self) -> None:
        """Says goodbye and closes everything. If this is cancelled, closing still goes on to its end."""
        self.end(None)
        if self._owner is not None and self._owner is not asyncio.current_task():
            await asyncio.wait({self._owner})
            await self._notifier.finish()

    async def start_stream(self, message: str, *, has_image: bool, timeout_s: float) -> str:
        """Starts a stream. A start with an image, or too long for the data channel, goes over signalling."""

        async def send() -> None:
            peer, signalling = self._open_parts()
            if has_image or len(message.encode()) > peer.max_message_bytes:
                await signalling.send(message)
            else:
                peer.send(message)

        return await self.stream.start(send, timeout_s)

    def end(self, error: OdysseyError | None) -> None:
        """Notes the end, and why (None: as it should be). Only the first call counts."""
        if self._ended.is_set():
            return
        self._error = error
        self._ended.set()
        if self._was_ready:
            self._set_status(self._final_status, error.message if error else None)
        self._set_status = _nobody  # whose method it was holds this connection
        lost = error or OdysseyConnectionError("The connection was closed.", code="disconnected")
        self.stream.connection_ended(lost)
        if not self._opened.done():
            self._opened.set_exception(lost.anew())
            self._opened.exception()  # nobody may be waiting any more

    async def _abandon(self) -> None:
        self.end(OdysseyConnectionError("The connection was given up.", code="disconnected"))
        assert self._owner  # noqa: S101 - there is something to give up
        # It must not be cut off: it says goodbye, and closes what is open. Only an opening may take too long.
        await asyncio.wait({self._owner}, timeout=PARTING_S)
        if self._signalling is None:
            self._owner.cancel()
        await asyncio.wait({self._owner})

    async def _own(self, servers: Sequence[IceServer]) -> None:
        try:
            async with open_signalling(self.credentials, self._service) as signalling:
                self._signalling = signalling
                self.peer = Peer(
                    servers,
                    only_loopback=is_loopback_url(self.credentials.signalling_url),
                    on_message=weakly(self._on_message),
                    on_lost=weakly(self._on_lost),
                    on_video_frame=self._options.get("on_video_frame"),
                    snapshot_interval_s=self._options.get("snapshot_interval_s"),
                )
                try:
                    await self._run(signalling, self.peer)
                finally:
                    await self.peer.close()
        except OdysseyError as error:
            self.end(error)
        except Exception as fault:  # whoever waits for the connection is told, and everything is closed
            log.exception("The connection failed.")
            self.end(failed(fault))
        finally:
            self.end(OdysseyConnectionError("The connection was closed.", code="disconnected"))
            self._tell_of_the_end()

    async def _run(self, signalling: Signalling, peer: Peer) -> None:
        tasks = [
            asyncio.create_task(self._read_signalling(signalling, peer), name="odyssey-signalling"),
            asyncio.create_task(self._keep_alive(signalling), name="odyssey-keepalive"),
            asyncio.create_task(self._stay(peer), name="odyssey-watch"),
        ]
        for task in tasks:
            task.add_done_callback(self._on_task_done)
        try:
            await self._ended.wait()
            # A service that is still about to make its offer hears the goodbye only then.
            await signalling.part(GOODBYE_S if self._was_ready else PARTING_S)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        """A task that failed ends the connection; it is never lost silently."""
        if task.cancelled() or (error := task.exception()) is None:
            return
        if not isinstance(error, OdysseyError):
            log.error("%s failed.", task.get_name(), exc_info=error)
            error = failed(error)
        self.end(error)

    async def _stay(self, peer: Peer) -> None:
        """Waits until the connection is ready, and then watches over it."""

        def doubt(in_doubt: bool) -> None:
            if self._ended.is_set():
                return  # its last status is told already
            if in_doubt:
                self._set_status(ConnectionStatus.RECONNECTING, "Nothing comes over UDP.")
            else:
                self._set_status(ConnectionStatus.CONNECTED, None)

        await peer.ready.wait()
        if self._ended.is_set():
            return
        self._was_ready = True
        self._set_status(ConnectionStatus.CONNECTED, None)
        self._notifier.call(self._options.get("on_connected"))
        if not self._opened.done():
            self._opened.set_result(None)
        await silence(
            peer.video.tap,
            self._timeouts.silence_s,
            streaming_since=lambda: self.stream.started_at,
            doubt=doubt,
        )
        self.end(OdysseyConnectionError("The connection was lost: nothing comes over UDP.", code="silent"))

    async def _keep_alive(self, signalling: Signalling) -> None:
        while True:
            await asyncio.sleep(KEEPALIVE_S)
            await signalling.send(messages.KEEPALIVE)

    async def _read_signalling(self, signalling: Signalling, peer: Peer) -> None:
        async for text in signalling:
            try:
                message = messages.parse_signalling(text)
            except MalformedError as error:
                log.warning("A malformed signalling message was ignored: %s.", error)
                continue
            match message:
                case messages.Offer(sdp):
                    await signalling.send(messages.answer(await peer.answer(sdp)))
                case messages.RemoteCandidate():
                    await peer.add_candidate(message)
                case messages.SignallingError(reason):
                    self.end(_given_up(reason))
                case None:
                    log.debug("A signalling message of an unknown type was ignored.")
        code = signalling.close_code
        normal = code in NORMAL_CLOSE_CODES and self._was_ready
        self.end(
            OdysseyConnectionError(
                "The service closed the connection."
                if code in NORMAL_CLOSE_CODES
                else f"The signalling connection was lost (code {code}).",
                code="closed_by_service" if normal else "connection_lost",
            )
        )

    def _on_message(self, raw: str | bytes) -> None:
        try:
            message = messages.parse_streamer(raw)
        except MalformedError as error:
            log.warning("A malformed message of the streamer was ignored: %s.", error)
            return
        if message is None:
            log.debug("A message of the streamer of an unknown type was ignored.")
        elif not self._ended.is_set():
            self.stream.on_message(message)

    def _on_lost(self, why: str) -> None:
        self.end(OdysseyConnectionError(f"The connection was lost: {why}."))

    def _send(self, text: str) -> None:
        peer, _ = self._open_parts()
        if len(text.encode()) > peer.max_message_bytes:
            raise OdysseyStreamError("The prompt is too long for the service.", code="prompt_too_long")
        peer.send(text)

    def _open_parts(self) -> tuple[Peer, Signalling]:
        if not self.is_open or self.peer is None or self._signalling is None:
            missing = OdysseyConnectionError("There is no connection.", code="not_connected")
            raise self._error.anew() if self._error else missing
        return self.peer, self._signalling

    @property
    def _final_status(self) -> ConnectionStatus:
        error = self._error
        if error is None or error.code == "closed_by_service":
            return ConnectionStatus.DISCONNECTED
        return ConnectionStatus.FAILED

    def _tell_of_the_end(self) -> None:
        """Only when all is closed, so that a callback can connect again."""
        if not self._was_ready:
            return
        if self._final_status is ConnectionStatus.FAILED:
            self._notifier.call(self._options.get("on_error"), self._error, True)
        self._notifier.call(self._options.get("on_disconnected"))
        self._options = self.stream.options = {}  # what is called holds, as a rule, who holds this connection


def _nobody(status: ConnectionStatus, message: str | None) -> None:
    return


def _given_up(reason: str) -> OdysseyConnectionError:
    sentences = {
        "streamer_not_available": "No streamer is available.",
        "streamer_disconnected": "The streamer went away.",
        "duration_limit_reached": "The connection reached its time limit.",
    }
    return OdysseyConnectionError(
        sentences.get(reason, f"The service ended the connection ({reason[:100]})."), code=reason
    )
