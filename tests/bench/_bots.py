"""Bots as processes of their own, at the local Discord of the benchmark."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.local.discord.server import LocalDiscord
from tests.e2e.conftest import free_port


@asynccontextmanager
async def bot_process(
    discord: LocalDiscord, odyssey_url: str, api_key: str, *module: str, **settings: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Runs `python -m` with `module` and its arguments, with settings for this Discord and this Odyssey.

    And with `settings`, which are named as in the environment. It may end before it is left.
    """
    with tempfile.TemporaryDirectory() as directory:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *module,
            env={
                **os.environ,
                "DISCORD_TOKEN": discord.token,
                "DISCORD_API_URL": discord.api_url,
                "DISCORD_GATEWAY_URL": discord.gateway_url,
                "ODYSSEY_API_KEY": api_key,
                "ODYSSEY_API_URL": odyssey_url,
                "DATABASE_URL": f"sqlite:///{directory}/bench.sqlite3",
                "WEB_PORT": str(free_port()),
                "LOG_LEVEL": "ERROR",
                **settings,
            },
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()
