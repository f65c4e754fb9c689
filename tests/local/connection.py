"""Connects an unmodified discord.py to a local Discord."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord
import pytest
import yarl

from bot.local.discord.server import LocalDiscord
from tests.local.sample_bot import SampleBot


def point_discord_py_at(server: LocalDiscord, monkeypatch: pytest.MonkeyPatch) -> None:
    """The only two things that differ from real Discord."""
    monkeypatch.setattr(discord.http.Route, "BASE", server.api_url)
    gateway = yarl.URL(server.gateway_url)
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)


@asynccontextmanager
async def running(bot: SampleBot, token: str) -> AsyncIterator[SampleBot]:
    """Runs a bot until it is ready, and closes it behind the block."""
    async with bot, asyncio.TaskGroup() as tasks:
        running_bot = tasks.create_task(bot.start(token), name="sample bot")
        ready = tasks.create_task(bot.became_ready.wait(), name="wait until ready")
        await asyncio.wait({running_bot, ready}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        try:
            yield bot
        finally:
            ready.cancel()
            await bot.close()
