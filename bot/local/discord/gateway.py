"""The gateway: Discord's event websocket, with HELLO, IDENTIFY, RESUME, heartbeats and intents.

Protocol: https://discord.com/developers/docs/events/gateway. Events are sent as JSON text frames also to a
client that asked for compression, which discord.py accepts.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import IntEnum
from typing import Any

from aiohttp import WSMsgType, web

from bot.local.discord.intents import Intents
from bot.local.discord.sessions import Session, Sessions
from bot.local.discord.shards import SessionStarts, Shard, UsedUpError, shard_named
from bot.local.discord.state import World
from bot.local.discord.state.events import TOLD_TO_ALL, guild_of

log = logging.getLogger(__name__)

HEARTBEAT_INTERVAL_MS = 41_250
# discord.py notes when it sent a heartbeat a moment after it did. An answer that comes sooner, as only on one
# machine, looks to it like an answer to the heartbeat before: "websocket is 41.3s behind".
HEARTBEAT_ACK_DELAY_S = 0.1
LEAVING = (1000, 1001)
"""A client that closes with one of these ends its session."""


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


class Gateway:
    """Serves every gateway connection of the application.

    `used_up` is called when more sessions are begun than a day has.
    """

    def __init__(
        self, world: World, *, token: str, url: str, starts: SessionStarts, used_up: Callable[[], None]
    ) -> None:
        self.token = token
        self._world = world
        self._url = url
        self._starts = starts
        self._used_up = used_up
        self._sessions = Sessions()
        self._connections: dict[web.WebSocketResponse, Session | None] = {}
        world.subscribe(self._broadcast)

    @property
    def shards(self) -> set[int]:
        """Those that a client is connected for."""
        return {session.shard.id for session in self._connections.values() if session}

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse(max_msg_size=1024 * 1024)
        await ws.prepare(request)
        self._connections[ws] = None
        try:
            await _send(ws, Op.HELLO, {"heartbeat_interval": HEARTBEAT_INTERVAL_MS})
            session, sequence = await self._open_session(ws)
            self._connections[ws] = session
            async with asyncio.TaskGroup() as tasks:
                sending = tasks.create_task(self._send_events(ws, session, sequence), name="gateway events")
                await self._receive(ws, session)
                sending.cancel()
        except* GatewayCloseError as group:
            error = group.exceptions[0]
            if isinstance(error, GatewayCloseError):
                await self._end(ws, error.code, error.reason)
        except* ConnectionError:
            log.debug("a gateway connection broke")
        finally:
            left = self._connections.pop(ws, None)
            if left and ws.close_code in LEAVING:
                self._sessions.forget(left)
        return ws

    async def drop_connections(self, shard_id: int | None = None) -> None:
        """Breaks every connection, or those of one shard, as a network fault does: sessions remain."""
        for ws, session in list(self._connections.items()):
            if shard_id is None or (session and session.shard.id == shard_id):
                await self._end(ws, 4000, "reconnect")

    async def drop_sessions(self, shard_id: int | None = None) -> None:
        """The same, and forgets the sessions, so that none can be resumed."""
        for session in self._sessions:
            if shard_id in (None, session.shard.id):
                self._sessions.forget(session)
        await self.drop_connections(shard_id)

    async def close(self) -> None:
        """Ends every connection because the server goes away."""
        for ws in list(self._connections):
            await self._end(ws, 1001, "going away")

    async def _end(self, ws: web.WebSocketResponse, code: int, reason: str) -> None:
        self._connections.pop(ws, None)  # it did not leave by itself, whatever it says to this
        await ws.close(code=code, message=reason.encode())

    async def _open_session(self, ws: web.WebSocketResponse) -> tuple[Session, int]:
        """Reads until the client has identified or resumed; returns its session and the sequence it has."""
        async for message in ws:
            frame = _parse(message.data if message.type is WSMsgType.TEXT else None)
            data = frame.get("d")
            match frame.get("op"):
                case Op.HEARTBEAT:
                    await _send(ws, Op.HEARTBEAT_ACK, None)
                case Op.IDENTIFY if isinstance(data, dict):
                    if started := await self._identify(data):
                        return started, 0
                    await _send(ws, Op.INVALID_SESSION, False)
                case Op.RESUME if isinstance(data, dict):
                    session = self._resume(data)
                    if session is not None:
                        return session, int(data["seq"])
                    await _send(ws, Op.INVALID_SESSION, False)
                case _:
                    raise GatewayCloseError(4003, "Not authenticated.")
        raise GatewayCloseError(1000, "gone before IDENTIFY")

    async def _identify(self, data: Mapping[str, Any]) -> Session | None:
        """A new session; None if it was begun too soon after another."""
        self._authenticate(data)
        shard = shard_named(data["shard"]) if "shard" in data else Shard()
        if shard is None:
            raise GatewayCloseError(4010, "Invalid shard.")
        guild_ids = [guild_id for guild_id in self._world.guild_ids if shard.has(guild_id)]
        if len(guild_ids) > self._starts.guilds_per_shard:
            raise GatewayCloseError(4011, "Sharding required.")
        intents = Intents(data["intents"] if isinstance(data.get("intents"), int) else -1)
        if not intents.valid:
            raise GatewayCloseError(4013, "Invalid intent(s).")
        if "message_content" in intents and not self._world.message_content:
            raise GatewayCloseError(4014, "Disallowed intent(s).")
        try:
            may_begin = self._starts.begin(shard)
        except UsedUpError:
            self._used_up()
            self._sessions = Sessions()
            await asyncio.gather(*(self._end(ws, 4004, "Authentication failed.") for ws in self._connections))
            raise GatewayCloseError(4004, "Authentication failed.") from None
        if not may_begin:
            return None
        session = Session(intents, shard)
        self._sessions.add(session)
        named = {"shard": data["shard"]} if "shard" in data else {}
        known = {"session_id": session.id, "resume_gateway_url": self._url}
        session.push("READY", {**self._world.ready_payload(guild_ids), **named, **known})
        for guild_id in guild_ids:
            self._push(session, "GUILD_CREATE", self._world.guild_payload(guild_id))
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
        if not secrets.compare_digest(str(data.get("token")).encode(), self.token.encode()):
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
        guild_id = guild_of(event, payload)
        for session in self._sessions:
            if event in TOLD_TO_ALL or session.shard.has(guild_id):
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
