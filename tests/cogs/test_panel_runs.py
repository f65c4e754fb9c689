"""Panels where a run, or a connection, begins or ends: what is shown meanwhile is shown all the same."""

import asyncio
import sqlite3
from contextlib import closing, suppress
from typing import Any, cast

import discord
import pytest

from bot.app.wiring import run_bot
from bot.discord.bot import OdysseyBot
from cogs.panel.keeper import PanelKeeper
from tests.cogs.conftest import until
from tests.cogs.panel.test_panel_keeper import panels
from tests.e2e.conftest import CHANNEL, WAIT_S, House


@pytest.fixture
def bots(monkeypatch: pytest.MonkeyPatch) -> list[OdysseyBot]:
    """The bots that a test starts."""
    started: list[OdysseyBot] = []
    begin = OdysseyBot.setup_hook

    async def note_and_begin(bot: OdysseyBot) -> None:
        started.append(bot)
        await begin(bot)

    monkeypatch.setattr(OdysseyBot, "setup_hook", note_and_begin)
    return started


async def test_a_start_that_is_refused_at_once_is_shown_before_discord_calls_the_bot_ready(
    house: House, bots: list[OdysseyBot]
) -> None:
    """The gateway has just connected, and the service refuses the start: the panel says so."""
    stop = asyncio.Event()
    settings = house.settings_of(odyssey_api_key="wrong")
    running = asyncio.create_task(run_bot(settings, stop), name="the bot")
    mika = house.discord.user("mika")
    async with asyncio.timeout(WAIT_S):
        while not (bots and house.discord.starts.begun and mika.commands(CHANNEL)):
            await asyncio.sleep(0)
        assert not bots[0].is_ready()
    await mika.slash(CHANNEL, "odyssey start", prompt="A cat", portrait=False)
    await house.shown("Failed")
    await bots[0].wait_until_ready()
    stop.set()
    await running


async def test_a_stop_while_a_start_waits_for_discord_skips_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A panel that is opened while the keeper closes neither stops the closing nor stays live."""
    answers, may_answer = asyncio.Event(), asyncio.Event()
    edit = discord.Interaction.edit_original_response

    async def edit_late(interaction: discord.Interaction, **changes: Any) -> Any:
        answers.set()
        await may_answer.wait()
        return await edit(interaction, **changes)

    close = PanelKeeper.close

    async def close_meanwhile(keeper: PanelKeeper, *, within_s: float) -> None:
        may_answer.set()
        await close(keeper, within_s=within_s)

    monkeypatch.setattr(discord.Interaction, "edit_original_response", edit_late)
    monkeypatch.setattr(PanelKeeper, "close", close_meanwhile)
    async with house.bot():
        starting = asyncio.create_task(
            house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A cat", portrait=False)
        )
        await answers.wait()
    starting.cancel()
    with suppress(asyncio.CancelledError):
        await starting
    assert "changed size during iteration" not in caplog.text
    async with house.bot():
        await until(house, lambda: panels(house) == panels(house, "the bot restarts"))


@pytest.mark.parametrize("is_remembered", [True, False])
async def test_running_broadcasts_are_taken_up_by_whoever_comes_next(
    house: House, bots: list[OdysseyBot], monkeypatch: pytest.MonkeyPatch, is_remembered: bool
) -> None:
    """The Discord side is made anew, now without reading chat: the same panels, which say so, and go on."""
    async with house.bot():
        panel = await house.live_broadcast()
        if not is_remembered:
            with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
                database.execute("DELETE FROM posts")
        cog = cast("Any", bots[0].get_cog("OdysseyCog"))
        await cog._panels.close(within_s=5)
        bots[0].asked.reads_chat = False
        cog._panels = PanelKeeper(bots[0])
        await cog._panels.start()
        await house.shown("The bot cannot read other messages")
        assert cog._panels.is_panel(panel.id)
        assert panels(house) == [panel.id]
        await house.moderate(panel, "End", "End it")
        await until(house, lambda: panels(house, "Ended by its host") == [panel.id])


async def test_a_bot_that_comes_back_without_reading_chat_says_so(
    house: House, bots: list[OdysseyBot]
) -> None:
    """The intent was lost in mid-broadcast: at the new connection the panel tells what is left."""
    async with house.bot():
        panel = await house.live_broadcast()
        bots[0].asked.reads_chat = False
        await house.discord.drop_gateway()
        assert (await house.shown("The bot cannot read other messages")).id == panel.id
