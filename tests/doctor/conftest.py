"""A bot to look at: with a local Discord, a stand-in, a database, and a proxy in front."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from aiohttp import web
from simcord.backend.models import Overwrite
from simcord.enums import OverwriteType

from bot.doctor import report
from bot.doctor.case import Case, Machine
from bot.doctor.finding import Finding
from bot.doctor.rounds import examine
from bot.local.discord.server import LocalDiscord
from bot.local.odyssey.service import Standin, StandinSettings
from bot.process.settings import Settings
from tests.e2e.conftest import CHANNEL, House, free_port
from tests.support.database import PutDatabase

KEY = "ody_key_that_nobody_may_see"
PLANTED = "planted-secret-0123456789"


@dataclass
class Patient:
    """A bot that does not run, with all that it needs; its settings are the environment's."""

    directory: Path
    discord: LocalDiscord
    standin: Standin
    environment: pytest.MonkeyPatch
    proxy: AsyncExitStack
    machine: dict[str, Any] = field(default_factory=dict)
    channel_id: int | None = None

    @property
    def database(self) -> Path:
        return self.directory / "data" / "odyssey.sqlite3"

    @property
    def web_port(self) -> int:
        return int(os.environ["WEB_PORT"])

    def set(self, **settings: str | None) -> None:
        for name, value in settings.items():
            if value is None:
                self.environment.delenv(name, raising=False)
            else:
                self.environment.setenv(name, value)

    def is_bot_of(self, house: House, settings: Settings) -> None:
        """The one that runs there, with these settings."""
        self.set(
            DISCORD_TOKEN=house.discord.token,
            DISCORD_API_URL=house.discord.api_url,
            DISCORD_GATEWAY_URL=house.discord.gateway_url,
            ODYSSEY_API_KEY=settings.odyssey_api_key.get_secret_value(),
            ODYSSEY_API_URL=house.standin.url,
            DATABASE_URL=settings.database_url,
            WEB_PORT=str(settings.web_port),
        )

    async def found(self) -> list[Finding]:
        """What the doctor finds; no secret is in what it says."""
        findings = await examine(Case.read(self.channel_id, Machine(**self.machine)))
        for told in (report.as_text(findings), report.as_json(findings)):
            for secret in (self.discord.token, KEY, PLANTED):
                assert secret not in told
        return findings

    async def in_front(self, *, path: str = "", forwards: bool = True, instance: str | None = None) -> str:
        """A reverse proxy for what begins with a path; its URL. With an instance another bot is there."""

        async def answer(request: web.Request) -> web.StreamResponse:
            if instance is not None:
                return web.json_response({"instance": instance, "comes": "directly"})
            if not request.path.startswith(path):
                return web.Response(status=404, text="<html>nothing here</html>")
            headers = {"X-Forwarded-For": "198.51.100.7"} if forwards else {}
            url = f"http://127.0.0.1:{self.web_port}{request.path}"
            async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as got:
                return web.Response(body=await got.read(), status=got.status, content_type=got.content_type)

        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        runner = web.AppRunner(app)
        await runner.setup()
        self.proxy.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    def lacks(self, *names: str) -> None:
        """The bot does, in the channel."""
        world = self.discord.world
        self.channel_id = self.discord.channel(CHANNEL)
        denied = discord.Permissions(**dict.fromkeys(names, True)).value
        overwrite = Overwrite(world.application_id, OverwriteType.MEMBER, deny=denied)
        world.backend.set_overwrite(self.channel_id, overwrite)

    def many_servers(self, number: int) -> None:
        """So many in all, on one shard."""
        world = self.discord.world
        while len(world.guild_ids) < number:
            world.add_guild(f"Server {len(world.guild_ids)}")


@pytest.fixture
async def patient(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put_database: PutDatabase
) -> AsyncIterator[Patient]:
    """One that is well."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    put_database(tmp_path / "data" / "odyssey.sqlite3")
    (tmp_path / "data" / "odyssey.sqlite3").chmod(0o600)
    async with (
        AsyncExitStack() as proxy,
        LocalDiscord() as local,
        Standin(StandinSettings(api_key=KEY, faults=True)) as standin,
    ):
        well = Patient(tmp_path, local, standin, monkeypatch, proxy)
        well.set(
            DISCORD_TOKEN=local.token,
            DISCORD_API_URL=local.api_url,
            DISCORD_GATEWAY_URL=local.gateway_url,
            ODYSSEY_API_KEY=KEY,
            METRICS_TOKEN=PLANTED,
            ODYSSEY_API_URL=standin.url,
            WEB_PORT=str(free_port()),
        )
        well.set(PUBLIC_URL=await well.in_front())
        yield well


def told(findings: list[Finding]) -> str:
    return report.as_text(findings)
