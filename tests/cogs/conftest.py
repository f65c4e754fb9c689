"""A whole house, in which time can be put forward and Discord can refuse."""

from __future__ import annotations

import asyncio
import itertools
import math
import re
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.guilds.settings.guild_settings import GuildSettings
from bot.local.discord.server import LocalDiscord
from bot.local.discord.state import ApiError
from bot.process.clock import SystemClock
from tests.e2e.conftest import API_KEY, WAIT_S, House, free_port, house, until_healthy
from tests.support.processes import Program, python_m_bot

__all__ = ["house"]  # the fixtures


class HastyClock(SystemClock):
    """The real time, which a test can put forward: who waits for a moment that has come wakes up.

    The wall can be set by itself, as an operator or the network does it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._ahead_of_real_s = 0.0
        self._wall_set_by = timedelta()
        self._moved = asyncio.Event()
        self._awaited: list[float] = []

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._ahead_of_real_s) + self._wall_set_by

    def steady(self) -> float:
        return super().steady() + self._ahead_of_real_s

    def step_the_wall(self, **by: float) -> None:
        """Sets the wall to another time, as by `hours=-1`."""
        self._wall_set_by += timedelta(**by)

    def forward(self, **by: float) -> None:
        """Puts the time forward, as by `minutes=50`."""
        self._ahead_of_real_s += timedelta(**by).total_seconds()
        self._moved.set()
        self._moved = asyncio.Event()

    def skip(self, *, at_most_s: float) -> None:
        """Puts the time forward to the next moment that somebody waits for, if it is near enough."""
        wait_s = min(self._awaited, default=math.inf) - self.steady()
        if 0 < wait_s <= at_most_s:
            self.forward(seconds=wait_s)

    async def sleep(self, seconds: float) -> None:
        await self.wait(asyncio.Event(), self.steady() + seconds)

    async def wait(self, event: asyncio.Event, until: float | None) -> None:
        if until is not None:
            self._awaited.append(until)
        try:
            while not event.is_set() and (until is None or self.steady() < until):
                if await self._woken_by(event, until):
                    return
        finally:
            if until is not None:
                self._awaited.remove(until)

    async def _woken_by(self, event: asyncio.Event, until: float | None) -> bool:
        """Waits for the event, for that moment, or for a change of the time; whether it was the event."""
        wakers = [asyncio.create_task(waker.wait(), name="a wait") for waker in (event, self._moved)]
        try:
            timeout_s = None if until is None else until - self.steady()
            await asyncio.wait(wakers, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
            return wakers[0].done()
        finally:
            for waker in wakers:
                waker.cancel()
            await asyncio.wait(wakers)


budget_of = GuildSettings.budget.__get__


@pytest.fixture
def clock(house: House, monkeypatch: pytest.MonkeyPatch) -> HastyClock:
    """The clock of the bots that a test starts. However far it is put forward, broadcasts are long enough.

    Each stream has an hour: a busy machine takes more turns of `skip`, so more of this time, which must not
    begin streams that the test knows nothing of.
    """
    house.clock = HastyClock()
    a_day = timedelta(days=1)
    house.settings["stream_limit_s"] = timedelta(hours=1).total_seconds()
    endless = property(lambda settings: replace(budget_of(settings), usual=a_day, longest=a_day))
    monkeypatch.setattr(GuildSettings, "budget", endless)
    return house.clock


async def until(
    house: House,
    condition: Callable[[], bool],
    *,
    meanwhile: Callable[[], object] | None = None,
    can_answer: bool = True,
) -> None:
    """Returns once it holds. The bot answers until then, and before each time that `meanwhile` happens.

    It is not asked while it cannot answer, as when Discord refuses all that it says.
    """
    async with asyncio.timeout(WAIT_S):
        for turn in itertools.count():
            if condition():
                return
            if can_answer and (meanwhile or turn % 10 == 0):
                assert await house.goes_on()
            if meanwhile:
                meanwhile()
            await asyncio.sleep(0.005)  # to ask without a pause would take the time that the bot needs


@contextmanager
def overhearing(discord: LocalDiscord, method: str, path: str) -> Iterator[list[float]]:
    """Gives the times, by the monotonic clock, at which the bot makes the calls that match."""
    answer = discord.world.rest
    called_at_s: list[float] = []

    def note_and_answer(called: str, at: str, **rest: Any) -> Any:
        if re.fullmatch(method, called) and re.search(path, at):
            called_at_s.append(time.monotonic())
        return answer(called, at, **rest)

    discord.world.rest = note_and_answer  # type: ignore[assignment, method-assign]  # to listen in
    try:
        yield called_at_s
    finally:
        discord.world.rest = answer  # type: ignore[method-assign]


@contextmanager
def happening(
    discord: LocalDiscord,
    method: str,
    path: str,
    *,
    before: Callable[[dict[str, Any]], object] = id,
    after: Callable[[dict[str, Any]], object] = id,
) -> Iterator[None]:
    """Has something happen before Discord does what matches, or when it has done it and not yet answered.

    It gets the call's body and files, and may raise what Discord is to answer.
    """
    answer = discord.world.rest

    def answer_meanwhile(called: str, at: str, **rest: Any) -> Any:
        if called != method or not re.search(path, at):
            return answer(called, at, **rest)
        before(rest)
        answered = answer(called, at, **rest)
        after(rest)
        return answered

    discord.world.rest = answer_meanwhile  # type: ignore[assignment, method-assign]  # a fault of the other side
    try:
        yield
    finally:
        discord.world.rest = answer  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def private_answers_follow_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As panels do: a test that is about the pause between two edits sets it."""
    monkeypatch.setattr("cogs.kit.private_answers.EDIT_GAP_S", 0.05)
    monkeypatch.setattr("cogs.steering.suggesting.FOLLOW_GAP_S", 0.05)


@asynccontextmanager
async def bot_process(house: House, *, is_awaited: bool = True, **more: str) -> AsyncIterator[Program]:
    """The bot as a process of its own; `more` of its environment.

    It is connected, unless that is not awaited: for what happens to it while it starts.
    """
    port = free_port()
    environment = {
        "DISCORD_TOKEN": house.discord.token,
        "DISCORD_API_URL": house.discord.api_url,
        "DISCORD_GATEWAY_URL": house.discord.gateway_url,
        "DATABASE_URL": f"sqlite:///{house.directory / 'odyssey.sqlite3'}",
        "ODYSSEY_API_KEY": API_KEY,
        "ODYSSEY_API_URL": house.standin.url,
        "WEB_PORT": str(port),
        **more,
    }
    async with python_m_bot("run", cwd=house.directory, **environment) as process:
        if is_awaited:
            await until_healthy(f"http://127.0.0.1:{port}/healthz")
        yield process


@contextmanager
def refusing(
    discord: LocalDiscord, method: str, path: str, *, status: int, code: int = 0
) -> Iterator[list[str]]:
    """Has Discord refuse what matches, for as long as the context lasts; gives the paths it refused."""
    answer = discord.world.rest
    refused: list[str] = []

    def answer_or_refuse(called: str, at: str, **rest: Any) -> Any:
        if re.fullmatch(method, called) and re.search(path, at):
            refused.append(at)
            raise ApiError(status, {"code": code, "message": "refused by the test"})
        return answer(called, at, **rest)

    discord.world.rest = answer_or_refuse  # type: ignore[assignment, method-assign]  # a fault of the other side
    try:
        yield refused
    finally:
        discord.world.rest = answer  # type: ignore[method-assign]
