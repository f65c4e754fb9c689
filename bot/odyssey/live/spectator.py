"""Watching a broadcast, by WHEP: WebRTC with one request and no websocket."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Self
from urllib.parse import urljoin, urlsplit

from aiortc import RTCPeerConnection, RTCSessionDescription

from bot.odyssey.api.rest import error_for, path_part
from bot.odyssey.base.errors import OdysseyAuthError, OdysseyConnectionError, OdysseyError, failed
from bot.odyssey.base.loopback import is_loopback_url
from bot.odyssey.base.types import FrameHandler, MaybeAwaitable, Timeouts, VideoFrame, VideoStats
from bot.odyssey.base.weakly import weakly
from bot.odyssey.http.http import Response, open_http
from bot.odyssey.live.callbacks import Notifier
from bot.odyssey.live.rtc import ReceivingPeer
from bot.odyssey.live.silence import silence
from bot.odyssey.wire.descriptions.answers import ReceivedAnswer
from bot.odyssey.wire.ice import ice_servers

log = logging.getLogger(__name__)

LEAVE_S = 2.0


async def connect_to_stream(
    webrtc_url: str,
    spectator_token: str,
    on_video_frame: FrameHandler | None = None,
    on_disconnected: Callable[[], MaybeAwaitable] | None = None,
    *,
    snapshot_interval_s: float | None = None,
    timeouts: Timeouts | None = None,
) -> SpectatorConnection:
    """Joins a broadcast as a spectator; `webrtc_url` and `spectator_token` are those of its `BroadcastInfo`.

    Video is received as in `Odyssey.connect`. Raises `OdysseyAuthError` (the token was refused),
    `OdysseyError` (code `not_found`: there is no such stream) and `OdysseyConnectionError`; then nothing is
    left open.
    """
    connection = SpectatorConnection(
        webrtc_url, on_video_frame, on_disconnected, snapshot_interval_s, timeouts
    )
    await connection._open(spectator_token)
    return connection


class SpectatorConnection:
    """A spectator's connection; made by `connect_to_stream`. As an async context manager it closes on
    leaving."""

    def __init__(
        self,
        webrtc_url: str,
        on_video_frame: FrameHandler | None,
        on_disconnected: Callable[[], MaybeAwaitable] | None,
        snapshot_interval_s: float | None,
        timeouts: Timeouts | None,
    ) -> None:
        self._url = webrtc_url.rstrip("/")
        self._handler = on_video_frame
        self._snapshot_interval_s = snapshot_interval_s
        self._on_disconnected = on_disconnected
        self._timeouts = timeouts or Timeouts()
        self._notifier = Notifier()
        self._ended = asyncio.Event()
        self._connected: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._owner: asyncio.Task[None] | None = None
        self._session_url: str | None = None
        self._peer: ReceivingPeer | None = None
        self._was_connected = False

    def __repr__(self) -> str:
        return f"<SpectatorConnection {'connected' if self.is_connected else 'closed'}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.disconnect()

    @property
    def is_connected(self) -> bool:
        """Whether video may come."""
        return self._was_connected and not self._ended.is_set()

    @property
    def video_stats(self) -> VideoStats:
        """Counts of the video, also after the end."""
        return self._peer.video.receiver.stats if self._peer is not None else VideoStats()

    async def latest_frame(self) -> VideoFrame | None:
        """The newest picture, decoded on demand; None before the first."""
        return await self._peer.video.receiver.latest_frame() if self._peer is not None else None

    async def disconnect(self) -> None:
        """Leaves. `on_disconnected` is told, once, whoever ends it."""
        self._ended.set()
        if self._owner is not None and self._owner is not asyncio.current_task():
            await asyncio.wait({self._owner})

    close = disconnect

    async def _open(self, token: str) -> None:
        self._owner = asyncio.create_task(self._own(token), name="odyssey-spectator")
        limit_s = self._timeouts.connect_s
        try:
            async with asyncio.timeout(limit_s):
                await asyncio.shield(self._connected)
        except TimeoutError:
            raise OdysseyConnectionError(
                f"The broadcast was not joined within {limit_s:g} s.", code="timeout"
            ) from None
        finally:
            if not self._was_connected:
                if not self._ended.is_set():  # otherwise it is closing already
                    self._owner.cancel()
                await asyncio.wait({self._owner})

    async def _own(self, token: str) -> None:
        """Owns all that is open, from joining to leaving."""
        peer: ReceivingPeer | None = None
        try:
            servers = await ice_servers(f"{_origin(self._url)}/config", self._timeouts.request_s, self._url)
            peer = self._peer = ReceivingPeer(
                servers,
                only_loopback=is_loopback_url(self._url),
                on_video_frame=self._handler,
                snapshot_interval_s=self._snapshot_interval_s,
                on_state=weakly(self._on_state),
            )
            await self._join(peer, token)
            await self._connected
            await self._stay(peer)
        except OdysseyError as error:
            self._fail(error)
        except Exception as fault:  # whoever joins is told, and everything is closed
            log.exception("The spectator's connection failed.")
            self._fail(failed(fault))
        finally:
            self._ended.set()
            if peer is not None:
                await self._leave(peer)

    async def _join(self, peer: ReceivingPeer, token: str) -> None:
        """One request: our offer with all our candidates in it; the answer has theirs."""
        peer.pc.addTransceiver("video", direction="recvonly")
        peer.pc.addTransceiver("audio", direction="recvonly")
        await peer.negotiate(_offer(peer.pc))
        async with open_http(self._url) as http:
            answer = await http.request(
                "POST",
                f"{self._url}/whep?token={path_part(token)}",
                timeout_s=self._timeouts.request_s,
                content=peer.pc.localDescription.sdp,
                headers={"Content-Type": "application/sdp"},
            )
        if not answer.ok:
            raise _refusal(answer)
        self._session_url = _session_url(answer)
        sdp = answer.body.decode(errors="replace")
        offer = peer.pc.localDescription.sdp
        received = ReceivedAnswer(sdp, offer=offer, only_loopback=is_loopback_url(self._url))
        peer.video.receiver.expect(received.parameter_sets)
        await peer.negotiate(peer.pc.setRemoteDescription(RTCSessionDescription(received.sdp, "answer")))

    async def _stay(self, peer: ReceivingPeer) -> None:
        """Returns when the connection has ended, by us, by the service, or by silence."""
        since = time.monotonic()
        quiet = silence(
            peer.video.tap, self._timeouts.silence_s, streaming_since=lambda: since, doubt=lambda bad: None
        )
        watch = asyncio.create_task(quiet, name="odyssey-spectator-watch")
        ended = asyncio.create_task(self._ended.wait(), name="odyssey-spectator-end")
        try:
            await asyncio.wait({watch, ended}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            watch.cancel()
            ended.cancel()
            await asyncio.wait({watch, ended})

    async def _leave(self, peer: ReceivingPeer) -> None:
        if self._session_url is not None:
            try:
                async with open_http(self._url) as http:
                    await http.request("DELETE", self._session_url, timeout_s=LEAVE_S)
            except OdysseyError as error:
                log.debug("The spectator's session could not be deleted: %s", error)
        await peer.close()
        if self._was_connected:
            self._notifier.call(self._on_disconnected)

    def _fail(self, error: OdysseyError) -> None:
        self._ended.set()
        if not self._connected.done():
            self._connected.set_exception(error)
            self._connected.exception()  # whoever joins may have given up

    def _on_state(self) -> None:
        state = self._peer.pc.connectionState if self._peer is not None else "new"
        if state == "connected" and not self._connected.done():
            self._was_connected = True
            self._connected.set_result(None)
        elif state in ("failed", "closed"):
            self._fail(OdysseyConnectionError("The broadcast could not be reached."))


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise OdysseyConnectionError("The broadcast's URL is not valid.", code="bad_url", retryable=False)
    return f"{parts.scheme}://{parts.netloc}"


async def _offer(pc: RTCPeerConnection) -> None:
    await pc.setLocalDescription(await pc.createOffer())


def _session_url(answer: Response) -> str | None:
    """Where to say that we leave, if that is where the answer came from."""
    try:
        url = urljoin(answer.url, answer.headers.get("Location", ""))
        return url if _origin(url) == _origin(answer.url) and "Location" in answer.headers else None
    except (ValueError, OdysseyError):
        return None


def _refusal(answer: Response) -> OdysseyError:
    if answer.status == 401:
        return OdysseyAuthError("The spectator token was refused.", code="spectator_refused", status=401)
    return error_for(answer)
