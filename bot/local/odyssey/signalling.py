"""The websocket on which a client and its streamer find each other (protocol page, "Signalling")."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from bot.local.odyssey.connection import START, Connection
from bot.local.odyssey.origins import origin_of
from bot.local.odyssey.refusals import RequestRefusedError
from bot.local.odyssey.reservations import SIGNALLING_PATH
from bot.local.odyssey.rtc.peer import PeerRefusedError
from bot.local.odyssey.sessions import Session, Sessions
from bot.local.odyssey.tokens import Signer

logger = logging.getLogger(__name__)

MESSAGE_LIMIT_BYTES = 64 * 1024 * 1024
GOODBYE = "client_disconnecting"
CLEAN_CLOSE_CODES = (None, 0, 1000, 1001)  # None: still open, so a word came before; 0: closed without a code

# Makes the connection of a client from its websocket and the request that opened it.
Connect = Callable[[web.Request, web.WebSocketResponse], Connection]


class Signalling:
    """`GET {signalling}/config` and the websocket `{signalling}/client/{session_id}`."""

    def __init__(
        self, sessions: Sessions, signer: Signer, connect: Connect, *, takes_late_goodbyes: bool = False
    ) -> None:
        self._sessions = sessions
        self._takes_late_goodbyes = takes_late_goodbyes
        self._signer = signer
        self._connect = connect
        self._sockets: set[web.WebSocketResponse] = set()
        self._end_reason = "client_disconnected"

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Serve both, and the same configuration for spectators."""
        router.add_get(f"{SIGNALLING_PATH}/config", _config)
        router.add_get("/config", _config)
        router.add_get(f"{SIGNALLING_PATH}/client/{{session_id}}", self._serve)

    async def close(self) -> None:
        """Tell every client that the service goes away; their connections end by that."""
        self._end_reason = "service_stopped"
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"service stopped")

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        session_id = request.match_info["session_id"]
        if self._signer.session_of(request.query.get("token", "")) != session_id:
            raise RequestRefusedError(401, "Invalid or expired session token.")
        origin_of(request)  # refuses a malformed Host header before the upgrade
        socket = web.WebSocketResponse(max_msg_size=MESSAGE_LIMIT_BYTES, timeout=2.0, heartbeat=20.0)
        await socket.prepare(request)
        session = self._sessions.find(session_id)
        if session and session.is_abandoned and self._takes_late_goodbyes:
            await self._hear_goodbye(session, socket)
            return socket
        if session is None or session.is_taken:
            logger.info("refused signalling: the session is %s", "gone" if session is None else "in use")
            await _report(socket, "streamer_not_available")
            await socket.close(code=WSCloseCode.POLICY_VIOLATION)
            return socket
        self._sockets.add(socket)
        try:
            await self._hold(session, request, socket)
        finally:
            self._sockets.discard(socket)
        return socket

    async def _hear_goodbye(self, session: Session, socket: web.WebSocketResponse) -> None:
        """Frees a session that its client had left without a word."""
        async for frame in socket:
            if frame.type is WSMsgType.TEXT and _parse(frame.data).get("type") == GOODBYE:
                self._sessions.release(session)
                break
        await socket.close()

    async def _hold(self, session: Session, request: web.Request, socket: web.WebSocketResponse) -> None:
        self._sessions.claim(session)
        connection = self._connect(request, socket)
        connection.account = session.account
        is_clean = False
        try:
            offer = await connection.offer()
            if offer is not None:
                await socket.send_json({"type": "offer", "sdp": offer})
            error = await _run(connection, socket, session.session_id)
            is_clean = socket.close_code in CLEAN_CLOSE_CODES
            if error is not None:
                await _report(socket, error)
        except ConnectionError:
            logger.info("the client was gone before it was connected")
        finally:
            await connection.close(self._end_reason)
            if is_clean:
                self._sessions.release(session)
            else:
                self._sessions.abandon(session)
        await socket.close()


async def _run(connection: Connection, socket: web.WebSocketResponse, session_id: str) -> str | None:
    """Serve one client until it goes or its connection must end. Returns the error to report, if any."""
    obeying = asyncio.create_task(connection.obey(), name=f"commands of {session_id}")
    reading = asyncio.create_task(_read(socket, connection), name=f"signalling of {session_id}")
    tasks = (obeying, reading)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    return next((task.result() for task in tasks if not task.cancelled()), None)


async def _read(socket: web.WebSocketResponse, connection: Connection) -> str | None:
    """Read signalling messages until the client goes. Returns the error to report, if there is one."""
    async for frame in socket:
        if frame.type is not WSMsgType.TEXT:
            logger.info("ignored a signalling frame that is no text")
            continue
        message = _parse(frame.data)
        kind = message.get("type")
        if kind == "answer":
            try:
                await connection.peer.accept_answer(str(message.get("sdp")))
            except PeerRefusedError as refusal:
                logger.info("refused an SDP answer (%s)", refusal)
                return "invalid_answer"
        elif kind == "ice_candidate":
            await connection.peer.add_candidate(*_candidate(message))
        elif kind == START:
            connection.submit(message)
        elif kind == GOODBYE:
            return None
        elif kind != "keepalive":
            logger.info("ignored a signalling message of unknown type")
    return None


def _parse(text: str) -> dict[str, Any]:
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        logger.info("ignored a signalling message that is no JSON")
        return {}
    return message if isinstance(message, dict) else {}


def _candidate(message: dict[str, Any]) -> tuple[str, str | None, int | None]:
    """Candidate, sdpMid and sdpMLineIndex; some clients nest them as a browser's `RTCIceCandidate` does."""
    fields = message["candidate"] if isinstance(message.get("candidate"), dict) else message
    candidate, mid, index = fields.get("candidate"), fields.get("sdpMid"), fields.get("sdpMLineIndex")
    return (
        candidate if isinstance(candidate, str) else "",
        mid if isinstance(mid, str) else None,
        index if isinstance(index, int) else None,
    )


async def _report(socket: web.WebSocketResponse, reason: str) -> None:
    with contextlib.suppress(ConnectionError):
        await socket.send_json({"type": "error", "reason": reason})


async def _config(_: web.Request) -> web.Response:
    """No ICE servers: peers reach each other directly, and nothing may leave the machine."""
    return web.json_response({"iceServers": []})
