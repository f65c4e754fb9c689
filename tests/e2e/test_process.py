"""The bot and the stand-in as their operators run them: as processes of their own."""

import re
import signal
from pathlib import Path

import pytest

from bot import __version__
from tests.e2e.conftest import API_KEY, House, free_port, until_healthy
from tests.support.processes import python_m_bot


async def test_a_bot_process_runs_a_broadcast_and_stops_when_told(house: House, tmp_path: Path) -> None:
    """Settings from the environment, a broadcast, SIGTERM: the stream is ended, the exit code is 0."""
    port = free_port()
    environment = {
        "DISCORD_TOKEN": house.discord.token,
        "DISCORD_API_URL": house.discord.api_url,
        "DISCORD_GATEWAY_URL": house.discord.gateway_url,
        "ODYSSEY_API_KEY": API_KEY,
        "ODYSSEY_API_URL": house.standin.url,
        "WEB_PORT": str(port),
        "PUBLC_URL": "https://example.com",
        "ON_STOP": "end",
    }
    async with python_m_bot("run", cwd=tmp_path, **environment) as process:
        await until_healthy(f"http://127.0.0.1:{port}/healthz")
        await house.live_broadcast()
        process.send_signal(signal.SIGTERM)
        _, log = await process.communicate()
    assert process.returncode == 0, log.decode()
    assert b"Traceback" not in log, log.decode()
    assert house.discord.token.encode() not in log
    assert f"version {__version__} of the bot" in log.decode().splitlines()[0]
    assert "PUBLC_URL is no setting of the bot. Is PUBLIC_URL meant?" in log.decode()
    assert (tmp_path / "data" / "odyssey.sqlite3").exists()
    await house.shown("the bot restarts")


async def test_missing_settings_are_named_in_one_message(tmp_path: Path) -> None:
    """No traceback, exit code 1, and both names."""
    async with python_m_bot("run", cwd=tmp_path) as process:
        _, errors = await process.communicate()
    assert process.returncode == 1
    assert b"DISCORD_TOKEN is missing" in errors
    assert b"ODYSSEY_API_KEY is missing" in errors
    assert b"Traceback" not in errors


async def test_migrate_makes_the_database(tmp_path: Path) -> None:
    """It needs no token and no key, and says what came of it."""
    async with python_m_bot("migrate", cwd=tmp_path, DATABASE_URL="sqlite:///x/y.sqlite3") as process:
        told, _ = await process.communicate()
    assert process.returncode == 0
    assert (tmp_path / "x" / "y.sqlite3").exists()
    assert re.fullmatch(
        r"The database sqlite:///x/y\.sqlite3 is at revision \d{4}, the newest\.\n", told.decode()
    )


@pytest.mark.parametrize(
    "command", ["", "run", "demo", "standin", "migrate", "backup", "restore", "doctor", "reconcile"]
)
async def test_every_command_has_help(tmp_path: Path, command: str) -> None:
    """`--help` tells what it does."""
    async with python_m_bot(*command.split(), "--help", cwd=tmp_path) as process:
        told, _ = await process.communicate()
    assert process.returncode == 0
    assert b"Usage: python -m bot" in told


async def test_the_version_is_told(tmp_path: Path) -> None:
    """`--version`, alone on a line."""
    async with python_m_bot("--version", cwd=tmp_path) as process:
        told, _ = await process.communicate()
    assert (process.returncode, told.decode().strip()) == (0, __version__)
