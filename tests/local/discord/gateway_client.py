"""A client of the gateway that says no more than it is told to."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp

from bot.local.discord.server import LocalDiscord

DISPATCH, IDENTIFY, RESUME, INVALID_SESSION = 0, 2, 6, 9
INTENTS = (1 << 0) | (1 << 9) | (1 << 12) | (1 << 15)
"""Guilds, their messages, direct ones, and what they say."""


class GatewayClient:
    """One connection. `session_id` and `sequence` are what a RESUME needs."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, discord: LocalDiscord) -> None:
        self.ws = ws
        self.session_id = ""
        self.sequence = 0
        self._discord = discord

    async def identify(self, shard: object = None) -> dict[str, Any]:
        """What is answered: READY, or an invalid session."""
        data = {"token": self._discord.token, "intents": INTENTS, "properties": {}}
        await self._send(IDENTIFY, data | ({} if shard is None else {"shard": shard}))
        answer = await self.next()
        if answer["op"] == DISPATCH:
            self.session_id = answer["d"]["session_id"]
        return answer

    async def resume(self, session_id: str, sequence: int) -> None:
        token = self._discord.token
        await self._send(RESUME, {"token": token, "session_id": session_id, "seq": sequence})

    async def next(self) -> dict[str, Any]:
        """The next frame. Raises `TypeError` once the connection is closed."""
        frame: dict[str, Any] = await self.ws.receive_json(timeout=10)
        self.sequence = frame["s"] or self.sequence
        return frame

    async def until(self, content: str) -> list[dict[str, Any]]:
        """The events up to the message that says this."""
        events = [await self.next()]
        while events[-1]["t"] != "MESSAGE_CREATE" or events[-1]["d"]["content"] != content:
            events.append(await self.next())
        return events

    async def closed(self) -> int | None:
        """The code with which the connection is closed, next."""
        await self.ws.receive(timeout=10)
        return self.ws.close_code

    async def _send(self, op: int, data: object) -> None:
        await self.ws.send_json({"op": op, "d": data})


Connect = Callable[[], Awaitable[GatewayClient]]


@asynccontextmanager
async def connecting(discord: LocalDiscord) -> AsyncIterator[Connect]:
    """Gives connections that have been greeted, until the block is left."""
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(aiohttp.ClientSession())

        async def connect() -> GatewayClient:
            ws = await stack.enter_async_context(http.ws_connect(discord.gateway_url))
            await ws.receive_json(timeout=10)
            return GatewayClient(ws, discord)

        yield connect
