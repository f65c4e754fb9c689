"""The two services of an evening: they note what was done to them, and tell of each effect at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.local.discord.server import LocalDiscord
from bot.local.discord.shards import SessionStarts
from bot.local.odyssey.faults.connection import FaultyConnection
from bot.local.odyssey.origins import origin_of
from bot.local.odyssey.service import Standin, StandinSettings
from bot.local.odyssey.signalling import Connect
from bot.local.odyssey.studio import Studio
from tests.chaos.points import place_in_discord

OnEffect = Callable[[str], None]
"""Called with a place of `points.PLACES`, when what was sent has its effect and is not answered yet."""
_EFFECTS = {"stream_started": "start", "update_acknowledged": "update", "stream_ended": "end"}


@dataclass
class Log:
    """What the stand-in did. Moments by the loop's clock."""

    started: dict[str, float] = field(default_factory=dict)
    """By the stream's ID."""
    taken: list[tuple[str, str]] = field(default_factory=list)
    """Each interaction that the world took: the stream's ID and the prompt."""


class WatchedConnection(FaultyConnection):
    """As any, but what it does is noted."""

    log: Log
    on_effect: OnEffect

    def _send(self, kind: str, **facts: object) -> None:
        if kind == "stream_started":
            self.log.started[str(facts["stream_id"])] = asyncio.get_running_loop().time()
        if kind == "update_acknowledged" and self._stream:
            self.log.taken.append((self._stream.stream_id, str(facts["prompt"])))
        if place := _EFFECTS.get(kind):
            self.on_effect(place)
        super()._send(kind, **facts)


class WatchedStandin(Standin):
    """A stand-in with faults, and with `log`."""

    def __init__(self, settings: StandinSettings, on_effect: OnEffect) -> None:
        super().__init__(settings)
        self.log = Log()
        self.studio: Studio | None = None
        self._on_effect = on_effect
        reserve = self._sessions.reserve

        def reserve_and_tell(account: str) -> Any:
            session = reserve(account)
            on_effect("reserve")
            return session

        self._sessions.reserve = reserve_and_tell  # type: ignore[method-assign]

    @property
    def connections(self) -> int:
        """How many streamers have a client, or had one that left without a word.

        One that was reserved only lapses soon: of a kill in that moment, nobody can know.
        """
        self._sessions.active_count  # noqa: B018 - forgets those that have lapsed
        return sum(session.is_taken for session in self._sessions._sessions.values())

    @property
    def streams_on(self) -> int:
        """How many streams make frames."""
        return sum(stream.is_live for stream in self.studio._streams.values()) if self.studio else 0

    def _connect(self, studio: Studio) -> Connect:
        self.studio = studio

        def connect(request: web.Request, socket: web.WebSocketResponse) -> WatchedConnection:
            made = WatchedConnection(studio, self.settings, origin_of(request), self.faults, request, socket)
            made.log, made.on_effect = self.log, self._on_effect
            return made

        return connect


@asynccontextmanager
async def watched_discord(
    on_effect: OnEffect, *, starts: SessionStarts | None = None
) -> AsyncIterator[LocalDiscord]:
    """A local Discord that tells of effects."""
    async with LocalDiscord(starts=starts) as discord:
        answer = discord.world.rest

        def answer_and_tell(method: str, path: str, **more: Any) -> Any:
            answered = answer(method, path, **more)
            if place := place_in_discord(method, path):
                on_effect(place)
            return answered

        discord.world.rest = answer_and_tell  # type: ignore[method-assign]
        yield discord
