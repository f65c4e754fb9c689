"""The whole house: a local Discord, a stand-in Odyssey and the real bot, all over real sockets."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app.wiring import run_bot
from bot.broadcast.clock import Clock
from bot.local.discord.people.answers import Answer
from bot.local.discord.people.views import SeenMessage
from bot.local.discord.server import LocalDiscord
from bot.local.odyssey.service import Standin, StandinSettings
from bot.process.settings import Settings
from tests.support.database import PutDatabase

API_KEY = "ody_end_to_end"
OTHER_KEYS = ("ody_own_of_a_server", "ody_another_of_it")
"""Each of an account of its own."""
CHANNEL = "broadcasts"
WAIT_S = 30.0
"""For what has to come, also for a command's first answer: a busy machine is no fault of the bot."""


@dataclass
class House:
    """What a test walks through. `settings` are the bot's, as far as they differ from the defaults here.

    So is `clock`, from the next bot on; None is the machine's.
    """

    directory: Path
    discord: LocalDiscord
    standin: Standin
    settings: dict[str, Any] = field(default_factory=dict)
    clock: Clock | None = None

    def settings_of(self, **changes: Any) -> Settings:
        """The settings of a bot that lives here."""
        return Settings(
            _env_file=None,
            **{
                "discord_token": self.discord.token,
                "discord_api_url": self.discord.api_url,
                "discord_gateway_url": self.discord.gateway_url,
                "odyssey_api_key": API_KEY,
                "odyssey_api_url": self.standin.url,
                "database_url": f"sqlite:///{self.directory / 'odyssey.sqlite3'}",
                "web_port": free_port(),
                "on_stop": "end",  # so that each test has an end of its own
                **self.settings,
                **changes,
            },
        )

    @asynccontextmanager
    async def bot(self, **changes: Any) -> AsyncIterator[Settings]:
        """The real bot, connected and with its commands known, for as long as the context lasts."""
        settings = self.settings_of(**changes)
        stop = asyncio.Event()
        running = asyncio.create_task(run_bot(settings, stop, clock=self.clock), name="the bot")
        try:
            await until_healthy(f"http://127.0.0.1:{settings.web_port}/healthz", running)
            yield settings
        finally:
            stop.set()
            await running

    async def shown(self, text: str, *, as_user: str = "mika") -> SeenMessage:
        """The message in the channel that has this text, as soon as there is one."""
        return await self.discord.wait_for_message(
            CHANNEL, lambda message: text in message.text, timeout_s=WAIT_S, as_user=as_user
        )

    async def told(self, text: str, *, to: str) -> SeenMessage:
        """The bot's direct message to a user that has this text, as soon as there is one."""
        user = self.discord.user(to)
        return await user.wait_for_message(
            user.direct_channel, lambda message: text in message.text, timeout_s=WAIT_S
        )

    async def live_broadcast(self, prompt: str = "A cat", *, portrait: bool = False) -> SeenMessage:
        """Mika's broadcast, live; returns its panel."""
        await self.discord.user("mika").slash(CHANNEL, "odyssey start", prompt=prompt, portrait=portrait)
        return await self.shown("Live")

    async def whole_broadcast(self, prompt: str, *, portrait: bool = False) -> SeenMessage:
        """Mika's broadcast from start to end; returns the post of its recording."""
        await self.live_broadcast(prompt, portrait=portrait)
        await self.discord.user("mika").slash(CHANNEL, "odyssey end")
        return await self.shown("Full video")

    async def controls(self, panel: SeenMessage, *, by: str = "mika") -> SeenMessage:
        """The private controls that the panel's Moderate button opens."""
        moderator = self.discord.user(by)
        await moderator.click(panel, custom_id=id_of(panel, "Moderate"))
        return await moderator.wait_for_message(
            panel.channel_id,
            lambda message: message.private and "End" in [button.label for button in message.buttons],
            timeout_s=WAIT_S,
        )

    async def moderate(self, panel: SeenMessage, *labels: str, by: str = "mika") -> Answer:
        """Opens the controls and presses these buttons, one after the other."""
        controls = await self.controls(panel, by=by)
        for label in labels:
            answer = await self.discord.user(by).click(controls, custom_id=id_of(controls, label))
            assert answer.failed is None
            controls = answer.message or controls
        return answer

    async def review(self, panel: SeenMessage, *, by: str = "mika", has: str = "") -> SeenMessage:
        """The private review that the controls open, as it is then: edited, or told anew; once it `has` this.

        What is stored is in it a moment later.
        """
        changed: set[int] = set()

        def note(_channel_id: int, message_id: int) -> None:
            changed.add(message_id)

        self.discord.world.observe(note)
        try:
            await self.moderate(panel, "Review", by=by)
            return await self.discord.user(by).wait_for_message(
                panel.channel_id,
                lambda seen: (
                    seen.private
                    and "## Review" in seen.text
                    and has in seen.text
                    and "waits no more" not in seen.text  # the review of before, which follows
                    and seen.id in changed
                ),
                timeout_s=WAIT_S,
            )
        finally:
            self.discord.world.stop_observing(note)

    async def goes_on(self) -> bool:
        """Whether the bot still answers."""
        answer = await self.discord.user("mika").slash("lounge", "odyssey status")
        return "No broadcast is running" in answer.text


def id_of(message: SeenMessage, label: str) -> str:
    """Of the button with this label, or with this and a number behind it."""
    return next(
        str(button.custom_id)
        for button in message.buttons
        if re.fullmatch(rf"{label}(?: \(\d+\))?", button.label)
    )


async def until_healthy(url: str, running: asyncio.Task[None] | None = None) -> None:
    """Returns when the bot with this health check is connected; raises what `running` raises before that."""
    async with aiohttp.ClientSession() as http, asyncio.timeout(WAIT_S):
        while running is None or not running.done():
            with suppress(aiohttp.ClientError):
                async with http.get(url, ssl=False) as answer:
                    if answer.ok:
                        return
            await asyncio.sleep(0.02)
    await running


@pytest.fixture
async def house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put_database: PutDatabase
) -> AsyncIterator[House]:
    """A house with nobody in it yet: the test starts the bot, which is ready and edits panels at once."""
    monkeypatch.setattr("bot.discord.bot.GUILDS_COME_WITHIN_S", 0.01)
    monkeypatch.setattr("bot.discord.identifying.IDENTIFY_EVERY_S", 0.0)
    monkeypatch.setattr("cogs.panel.upkeep.EDIT_GAP_S", 0.1)
    paint_small(monkeypatch)
    put_database(tmp_path / "odyssey.sqlite3")
    standin = Standin(
        StandinSettings(api_key=API_KEY, other_keys=OTHER_KEYS, recording_delay_s=0.1, faults=True)
    )
    async with LocalDiscord(response_timeout_s=WAIT_S) as discord, standin:
        yield House(tmp_path, discord, standin)


def paint_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streams have a sixteenth of their pixels: to paint and to encode them costs most of a broadcast."""
    monkeypatch.setattr("bot.local.odyssey.studio.LANDSCAPE", (320, 176))
    monkeypatch.setattr("bot.local.odyssey.studio.PORTRAIT", (176, 320))


def free_port() -> int:
    """A port that nobody listens on just now, and that nobody else is about to be given.

    It is below those that the system gives away by itself, in a part of the range that is this test process's
    alone: tests run in several at once.
    """
    for port in _OUR_PORTS:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("unreachable: the range begins again")


_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_OUR_PORTS = itertools.cycle(range(20_000 + 500 * _WORKER, 20_500 + 500 * _WORKER))
