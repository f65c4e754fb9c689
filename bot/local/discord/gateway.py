"""The gateway: Discord's event websocket, with HELLO, IDENTIFY, RESUME, heartbeats and intents.

Protocol: https://discord.com/developers/docs/events/gateway. Events are sent as JSON text frames also to a
client that asked for compression, which discord.py accepts.
"""

import asyncio
import json
import logging
import secrets
from collections import OrderedDict, deque
from collections.abc import Mapping
from contextlib import suppress
from enum import IntEnum
from itertools import islice
from typing import Any

from aiohttp import WSMsgType, web

from bot.local.discord.intents import Intents
from bot.local.discord.state import World

log = logging.getLogger(__name__)

HEARTBEAT_INTERVAL_MS = 41_250
# discord.py notes when it sent a heartbeat a moment after it did. An answer that comes sooner, as only on one
# machine, looks to it like an answer to the heartbeat before: "websocket is 41.3s behind".
HEARTBEAT_ACK_DELAY_S = 0.1
EVENTS_KEPT_FOR_RESUME = 20_000
SESSIONS_KEPT = 8


class Op(IntEnum):
    """Gateway opcodes."""

    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE = 4
    RESUME = 6
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class GatewayCloseError(Exception):
    """Ends a connection with one of Discord's close codes."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


class Session:
    """What one identified client has been sent; outlives its connection so that it can be resumed."""

    def __init__(self, intents: Intents) -> None:
        self.id = secrets.token_hex(16)
        self.intents = intents
        self.sequence = 0
        self.changed = asyncio.Event()
        self._kept: deque[tuple[int, str]] = deque(maxlen=EVENTS_KEPT_FOR_RESUME)

    def push(self, event: str, payload: Mapping[str, Any]) -> None:
        self.sequence += 1
        frame = json.dumps({"op": Op.DISPATCH, "t": event, "s": self.sequence, "d": payload})
        self._kept.append((self.sequence, frame))
        self.changed.set()

    def acknowledge(self, sequence: int) -> None:
        """Forgets what the client says it has."""
        while self._kept and self._kept[0][0] <= sequence:
            self._kept.popleft()

    def after(self, sequence: int) -> list[tuple[int, str]] | None:
        """The frames that follow `sequence`, or None when some of them are forgotten."""
        if sequence > self.sequence:
            return None
        missing = self.sequence - sequence
        if missing > len(self._kept):
            return None
        # Only the tail is walked: this runs for every event, and the kept part may be long.
        return list(islice(reversed(self._kept), missing))[::-1]


class Gateway:
    """Serves every gateway connection of the application."""

    def __init__(self, world: World, *, token: str, url: str) -> None:
        self._world = world
        self._token = token
        self._url = url
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._connections: set[web.WebSocketResponse] = set()
        world.subscribe(self._broadcast)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(max_msg_size=1024 * 1024)
        await ws.prepare(request)
        self._connections.add(ws)
        try:
            await _send(ws, Op.HELLO, {"heartbeat_interval": HEARTBEAT_INTERVAL_MS})
            session, sequence = await self._open_session(ws)
            async with asyncio.TaskGroup() as tasks:
                sending = tasks.create_task(self._send_events(ws, session, sequence), name="gateway events")
                await self._receive(ws, session)
                sending.cancel()
        except* GatewayCloseError as group:
            error = group.exceptions[0]
            if isinstance(error, GatewayCloseError):
                await ws.close(code=error.code, message=error.reason.encode())
        except* ConnectionError:
            log.debug("a gateway connection broke")
        finally:
            self._connections.discard(ws)
        return ws

    async def drop_connections(self) -> None:
        """Breaks every connection without ending the sessions, as a network fault does."""
        for ws in list(self._connections):
            await ws.close(code=4000, message=b"reconnect")

    async def drop_sessions(self) -> None:
        """Breaks every connection and forgets the sessions, so that none can be resumed."""
        self._sessions.clear()
        await self.drop_connections()

    async def close(self) -> None:
        """Ends every connection because the server goes away."""
        for ws in list(self._connections):
            await ws.close(code=1001, message=b"going away")

    async def _open_session(self, ws: web.WebSocketResponse) -> tuple[Session, int]:
        """Reads until the client has identified or resumed; returns its session and the sequence it has."""
        async for message in ws:
            frame = _parse(message.data if message.type is WSMsgType.TEXT else None)
            data = frame.get("d")
            match frame.get("op"):
                case Op.HEARTBEAT:
                    await _send(ws, Op.HEARTBEAT_ACK, None)
                case Op.IDENTIFY if isinstance(data, dict):
                    return self._identify(data), 0
                case Op.RESUME if isinstance(data, dict):
                    session = self._resume(data)
                    if session is not None:
                        return session, int(data["seq"])
                    await _send(ws, Op.INVALID_SESSION, False)
                case _:
                    raise GatewayCloseError(4003, "Not authenticated.")
        raise GatewayCloseError(1000, "gone before IDENTIFY")

    def _identify(self, data: Mapping[str, Any]) -> Session:
        self._authenticate(data)
        intents = Intents(data["intents"] if isinstance(data.get("intents"), int) else -1)
        if not intents.valid:
            raise GatewayCloseError(4013, "Invalid intent(s).")
        if "message_content" in intents and not self._world.message_content:
            raise GatewayCloseError(4014, "Disallowed intent(s).")
        session = Session(intents)
        self._sessions[session.id] = session
        while len(self._sessions) > SESSIONS_KEPT:
            self._sessions.popitem(last=False)
        ready = self._world.ready_payload()
        shard = {"shard": data["shard"]} if "shard" in data else {}
        session.push("READY", {**ready, **shard, "session_id": session.id, "resume_gateway_url": self._url})
        self._push(session, "GUILD_CREATE", self._world.guild_payload())
        return session

    def _resume(self, data: Mapping[str, Any]) -> Session | None:
        self._authenticate(data)
        session = self._sessions.get(str(data.get("session_id")))
        sequence = data.get("seq")
        if session is None or not isinstance(sequence, int) or session.after(sequence) is None:
            return None
        session.push("RESUMED", {})
        return session

    def _authenticate(self, data: Mapping[str, Any]) -> None:
        if not secrets.compare_digest(str(data.get("token")).encode(), self._token.encode()):
            raise GatewayCloseError(4004, "Authentication failed.")

    async def _receive(self, ws: web.WebSocketResponse, session: Session) -> None:
        async for message in ws:
            frame = _parse(message.data if message.type is WSMsgType.TEXT else None)
            data = frame.get("d")
            match frame.get("op"):
                case Op.HEARTBEAT:
                    if isinstance(data, int):
                        session.acknowledge(data)
                    await asyncio.sleep(HEARTBEAT_ACK_DELAY_S)
                    await _send(ws, Op.HEARTBEAT_ACK, None)
                case Op.PRESENCE | Op.VOICE:
                    pass  # they mean nothing here
                case Op.REQUEST_MEMBERS if isinstance(data, dict):
                    for chunk in self._world.member_chunks(data):
                        session.push("GUILD_MEMBERS_CHUNK", chunk)
                case Op.IDENTIFY:
                    raise GatewayCloseError(4005, "Already authenticated.")
                case _:
                    raise GatewayCloseError(4001, "Unknown opcode.")

    async def _send_events(self, ws: web.WebSocketResponse, session: Session, sequence: int) -> None:
        while True:
            session.changed.clear()
            frames = session.after(sequence)
            if frames is None:
                raise GatewayCloseError(4000, "too far behind")
            for sent, frame in frames:
                await ws.send_str(frame)
                sequence = sent
            if sequence == session.sequence:
                await session.changed.wait()

    def _broadcast(self, event: str, payload: Mapping[str, Any]) -> None:
        for session in self._sessions.values():
            self._push(session, event, payload)

    def _push(self, session: Session, event: str, payload: Mapping[str, Any]) -> None:
        seen = self._world.gateway_view(event, payload, session.intents)
        if seen is not None:
            session.push(event, seen)


def _parse(text: str | None) -> dict[str, Any]:
    frame = None
    with suppress(ValueError, TypeError):
        frame = json.loads(text or "")
    if not isinstance(frame, dict):
        raise GatewayCloseError(4002, "Error while decoding payload.")
    return frame


async def _send(ws: web.WebSocketResponse, op: Op, data: object) -> None:
    await ws.send_str(json.dumps({"op": op, "d": data, "s": None, "t": None}))
