"""A stand-in for each test, and a bare client for it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.local.odyssey.service import Standin, StandinSettings
from tests.local.odyssey.wire import Rest

API_KEY = "ody_test"


@dataclass(frozen=True)
class Service:
    """A running stand-in and REST calls to it, authenticated."""

    standin: Standin
    rest: Rest

    @property
    def http(self) -> aiohttp.ClientSession:
        """Plain HTTP."""
        return self.rest.http


Serve = Callable[..., AbstractAsyncContextManager[Service]]


@contextlib.asynccontextmanager
async def serving(**settings: Any) -> AsyncIterator[Service]:
    """A stand-in with these settings, and a client that has exchanged its key."""
    chosen = {"api_key": API_KEY, "recording_delay_s": 0.1, **settings}
    async with Standin(StandinSettings(**chosen)) as standin, aiohttp.ClientSession() as http:
        rest = Rest(http, standin.url)
        await rest.authenticate(API_KEY)
        yield Service(standin, rest)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    """A stand-in with the real limits and quick recordings."""
    async with serving() as running:
        yield running


@pytest.fixture
def small_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams have a sixteenth of their pixels, for claims that are not about them."""
    monkeypatch.setattr("bot.local.odyssey.studio.LANDSCAPE", (320, 176))
    monkeypatch.setattr("bot.local.odyssey.studio.PORTRAIT", (176, 320))


@pytest.fixture(autouse=True)
def client_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bare client must not leave the machine either."""
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
