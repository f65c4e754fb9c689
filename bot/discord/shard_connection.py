"""One shard of the bot on Discord's gateway."""

import asyncio
import logging
import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from bot.broadcast.clock import Clock
from bot.broadcast.sharding import Shard
from bot.broadcast.telling.backoff import Backoff
from bot.discord.intents import AskedIntents
from bot.discord.session_starts import SessionStarts
from bot.kit.references import new_reference

log = logging.getLogger(__name__)

OPENING_S = 60.0
"""For a connection and its greeting."""
CONNECTING_AGAIN_S = (1.0, 300.0)
"""The first pause and the longest."""
LASTING_S = 600.0
"""A connection that held for so long was a good one: pauses begin anew."""
LEAVING_S = 1.0
"""For what the other side says to a close."""
DISALLOWED_INTENTS = 4014
GOODBYE = 1000
"""Discord ends the session of who closes with it; that of others can be resumed."""
_AWAY = (OSError, aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound, TimeoutError)


@dataclass(frozen=True, slots=True)
class Life:
    """What the shards of a bot share. `lost` is told which of them has no connection any more.

    `falls_with` says whether what happened to one is something with which the whole bot has to come anew.
    """

    client: discord.Client
    clock: Clock
    starts: SessionStarts
    asked: AskedIntents
    lost: Callable[[int], None]
    falls_with: Callable[[Exception, int], bool]


class ShardConnection:
    """Opens the shard's connection anew, or resumes its session, whatever breaks: others do not notice.

    What happens to it is told by discord.py's events: `shard_connect` for a new session, `shard_ready` once
    its servers are known, `shard_resumed`, `shard_disconnect`.
    """

    def __init__(self, shard: Shard, life: Life) -> None:
        self.shard = shard
        self.ws: DiscordWebSocket | None = None
        """The newest; it may be closed."""
        self.knows_servers = False
        """Whether Discord has told, in any session, in which servers the bot is."""
        self._life = life
        self._has_session = False
        self._is_told = False
        self._resume: dict[str, Any] = {}
        """How the session goes on; without it a new one is begun."""
        self._pauses = Backoff(*CONNECTING_AGAIN_S)
        self._opening: asyncio.Timeout | None = None

    @property
    def is_up(self) -> bool:
        """Whether all that happens in its servers is told."""
        return self._has_session and self._is_told

    @property
    def latency_s(self) -> float | None:
        """What Discord takes to answer a heartbeat; None while it is away, or has not yet."""
        latency_s = self.ws.latency if self.ws and self.is_up else math.nan
        return latency_s if math.isfinite(latency_s) else None

    async def stay(self) -> None:
        """Until it is cancelled. Raises what no other try would change."""
        while True:
            began_at = self._life.clock.steady()
            intents = self._life.asked.value
            try:
                await self._hear()
            except ReconnectWebSocket as again:
                was_there, was_resumed = self._lost(), bool(self._resume)
                self._resume = self._session() if again.resume else {}
                if was_there or (was_resumed and not again.resume):
                    continue
            except discord.ConnectionClosed as closed:
                self._lost()
                self._resume = {}
                if closed.code == DISALLOWED_INTENTS:
                    await self._life.asked.ask_for_less(intents)
                    continue
                if closed.code == GOODBYE:
                    self._resume = self._session()
                else:
                    self._tell_or_raise(closed)
            except _AWAY as error:
                self._lost()
                self._resume = self._session()
                log.warning("Discord cannot be reached (%s)%s", type(error).__name__, self._which)
            except Exception as error:  # noqa: BLE001 - the boundary of one connection: the next may be without
                self._lost()
                self._resume = {}
                self._tell_or_raise(error)
            await self.cut_off()
            if self._life.clock.steady() - began_at > LASTING_S:
                self._pauses.reset()
            await self._life.clock.sleep(self._pauses.next_s())

    def opened(self, ws: DiscordWebSocket) -> None:
        """There is a socket, on which nothing was said yet."""
        self.ws = ws

    def begun(self) -> None:
        """A new session: what is told of its servers is still to come."""
        self._has_session, self._is_told = True, False

    def told(self) -> None:
        """Its servers are known, or as good as."""
        self._is_told = self.knows_servers = True

    def resumed(self) -> None:
        self._has_session = True

    async def wait_for_turn(self) -> None:
        """Returns when the socket that is being opened may identify."""
        assert self._opening  # noqa: S101 - only `_hear` has discord.py ask for this
        self._opening.reschedule(None)
        await self._life.starts.wait_for_turn(self.shard.id)
        self._opening.reschedule(asyncio.get_running_loop().time() + OPENING_S)

    async def cut_off(self, code: int = 4000) -> None:
        """Drops the connection, without waiting for what the other side says to that."""
        if self.ws:
            with suppress(Exception):  # it is broken
                async with asyncio.timeout(LEAVING_S):
                    await self.ws.close(code=code)

    async def _hear(self) -> None:
        if self._resume:
            ws = await self._open()
        else:
            async with self._life.starts.begin(self.shard.id):
                ws = await self._open()
        while True:
            await ws.poll_event()

    async def _open(self) -> DiscordWebSocket:
        async with asyncio.timeout(OPENING_S) as self._opening:
            return await DiscordWebSocket.from_client(
                self._life.client, shard_id=self.shard.id, **self._resume
            )

    def _session(self) -> dict[str, Any]:
        ws = self.ws
        if ws is None or ws.session_id is None:
            return {}
        return {"resume": True, "session": ws.session_id, "sequence": ws.sequence, "gateway": ws.gateway}

    def _lost(self) -> bool:
        """Whether it was there until now."""
        was_there, self._has_session = self._has_session, False
        self._life.lost(self.shard.id)
        return was_there

    def _tell_or_raise(self, error: Exception) -> None:
        """Raises what would be so for the others too, or at the start for the next one."""
        if self._life.falls_with(error, self.shard.id):
            raise error
        if isinstance(error, discord.ConnectionClosed):
            log.error(
                "Discord refuses shard %d (%d): it is tried again, the others go on. Ask the doctor why.",
                self.shard.id,
                error.code,
            )
            return
        log.error(
            "the connection to Discord broke%s",
            self._which,
            exc_info=error,
            extra={"ref": new_reference()},
        )

    @property
    def _which(self) -> str:
        return f", of shard {self.shard.id}" if self.shard.count > 1 else ""
