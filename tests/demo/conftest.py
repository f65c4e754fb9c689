"""A local Discord, and a discord.py bot that is connected to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.demo.discord_server import LocalDiscord
from tests.browser import browser
from tests.demo.connection import point_discord_py_at, running
from tests.demo.sample_bot import SampleBot

__all__ = ["browser"]


@pytest.fixture
async def local_discord() -> AsyncIterator[LocalDiscord]:
    async with LocalDiscord(response_timeout_s=0.4) as server:
        yield server


@pytest.fixture
async def bot(local_discord: LocalDiscord, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SampleBot]:
    point_discord_py_at(local_discord, monkeypatch)
    async with running(SampleBot(), local_discord.token) as connected:
        yield connected
