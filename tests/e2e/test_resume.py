"""The bot is killed in the middle of it all, and started again: a broadcast goes on where it stood."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from asyncio.subprocess import Process
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.local.discord.people.views import SeenMessage
from tests.cogs.conftest import bot_process
from tests.cogs.panel.test_panel_keeper import panels
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import set_


def stored(house: House, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        return database.execute(query).fetchall()


async def until_stored(house: House, query: str) -> None:
    """Returns when the query finds something."""
    async with asyncio.timeout(WAIT_S):
        while not stored(house, query):
            await asyncio.sleep(0.02)


def watch_path(panel: SeenMessage) -> str:
    """Where the panel's Watch button leads, at whichever port."""
    return next(urlsplit(str(button.url)).path for button in panel.buttons if button.label == "Watch")


async def kill(process: Process) -> None:
    process.send_signal(signal.SIGKILL)
    await process.communicate()


@pytest.mark.outage("the bot is killed")
async def test_killed_live_it_goes_on(house: House) -> None:
    """The same panel and link, a second stream in the world as it stood, and one post of both."""
    async with bot_process(house) as process:
        await set_(house, gap_s=0)
        panel = await house.live_broadcast("A harbour")
        link = watch_path(panel)
        await house.discord.user("robin").send(CHANNEL, "!lanterns light up")
        await house.shown("lanterns light up", as_user="robin")
        await until_stored(house, "SELECT 1 FROM suggestions WHERE outcome = 'acknowledged'")
        await until_stored(house, "SELECT 1 FROM last_moments WHERE picture IS NOT NULL")
        await kill(process)
    async with house.bot():
        await until_stored(house, "SELECT 1 FROM streams WHERE number = 2 AND service_id IS NOT NULL")
        assert panels(house) == [panel.id]
        again = await house.shown("Live")
        assert again.id == panel.id
        assert watch_path(again) == link
        await house.discord.user("sasha").send(CHANNEL, "!an owl lands")
        await house.shown("an owl lands", as_user="sasha")
        await until_stored(house, "SELECT 1 FROM suggestions WHERE prompt = 'an owl lands' AND applied != ''")
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        post = await house.shown("Full video")
        assert "2" in post.text
    [(second,)] = stored(house, "SELECT prompt FROM streams WHERE number = 2")
    assert "antern" in second
    assert stored(house, "SELECT state, reason FROM broadcasts") == [("ended", "host_ended")]
    assert stored(house, "SELECT end_reason FROM streams ORDER BY number") == [
        ("interrupted",),
        ("host_ended",),
    ]
