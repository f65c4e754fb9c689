"""The bot is killed in the middle of it all, and started again: a broadcast goes on where it stood."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.local.discord.people.views import SeenMessage
from bot.local.odyssey.service import Standin, StandinSettings
from tests.cogs.conftest import bot_process, happening
from tests.cogs.panel.test_panel_keeper import panels
from tests.cogs.panel.test_panel_losses import ANSWER
from tests.e2e.conftest import API_KEY, CHANNEL, WAIT_S, House
from tests.support.processes import Program
from tests.support.steering import set_

SECOND_STREAM = "SELECT 1 FROM streams WHERE number = 2 AND service_id IS NOT NULL"


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


async def kill(process: Program) -> None:
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
        await until_stored(house, SECOND_STREAM)
        again = await house.shown("Live")
        assert again.id == panel.id
        assert watch_path(again) == link
        await house.discord.user("sasha").send(CHANNEL, "!an owl lands")
        await until_stored(house, "SELECT 1 FROM suggestions WHERE prompt = 'an owl lands' AND applied != ''")
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await house.shown("Full video")
        assert panels(house) == [panel.id]
    [(second,)] = stored(house, "SELECT prompt FROM streams WHERE number = 2")
    assert "antern" in second
    assert stored(house, "SELECT state, reason FROM broadcasts") == [("ended", "host_ended")]
    ends = stored(house, "SELECT end_reason FROM streams ORDER BY number")
    assert ends == [("interrupted",), ("host_ended",)]
    [(off_air_s, on_air_s)] = stored(
        house,
        "SELECT off_air_s, (julianday(ended_at) - julianday(live_at)) * 86400 - off_air_s FROM broadcasts",
    )
    assert off_air_s > 0
    assert on_air_s > 0


async def test_killed_while_it_connects_it_comes_on_air(house: House) -> None:
    """Its panel, which said so, becomes the live one."""
    async with bot_process(house) as process:
        await house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A cat", portrait=False)
        await until_stored(house, "SELECT 1 FROM broadcasts WHERE state = 'connecting'")
        await kill(process)
    assert stored(house, "SELECT state FROM broadcasts") == [("connecting",)]
    async with house.bot():
        panel = await house.shown("Live")
        assert panels(house) == [panel.id]


async def test_killed_between_the_panel_and_its_record_it_takes_that_panel_up(house: House) -> None:
    """It is found in the channel by its buttons: it does not connect for ever, and there is no other."""
    async with bot_process(house) as process:
        with happening(house.discord, "PATCH", ANSWER, after=lambda _: process.send_signal(signal.SIGKILL)):
            mika = house.discord.user("mika")
            starting = asyncio.create_task(
                mika.slash(CHANNEL, "odyssey start", prompt="A cat", portrait=False)
            )
            await process.communicate()
        starting.cancel()
        with suppress(asyncio.CancelledError):
            await starting
    [panel] = panels(house, "Connecting")
    async with house.bot():
        assert (await house.shown("Live")).id == panel
        assert panels(house) == [panel]


async def test_killed_in_line_for_a_stream_it_waits_there_still(house: House) -> None:
    """Behind the one that was live, which goes on; its turn comes when that one ends."""
    settings = StandinSettings(api_key=API_KEY, recording_delay_s=0.1, concurrent_streams=1)
    mika = house.discord.user("mika")
    async with Standin(settings) as house.standin:
        house.settings["concurrent_streams"] = 1
        async with bot_process(house, CONCURRENT_STREAMS="1") as process:
            await house.live_broadcast()
            await mika.slash("lounge", "odyssey start", prompt="A dog", portrait=False)
            await house.discord.wait_for_message("lounge", lambda m: "number **1** in line" in m.text)
            await kill(process)
        async with house.bot():
            await until_stored(house, SECOND_STREAM)
            assert stored(house, "SELECT prompt, state FROM broadcasts ORDER BY prompt") == [
                ("A cat", "live"),
                ("A dog", "requested"),
            ]
            await house.discord.wait_for_message("lounge", lambda m: "number **1** in line" in m.text)
            await mika.slash(CHANNEL, "odyssey end")
            await house.discord.wait_for_message("lounge", lambda m: "Live" in m.text, timeout_s=WAIT_S)


@pytest.mark.parametrize("when", ["at once", "as it comes back"])
async def test_killed_twice_it_goes_on_all_the_same(house: House, when: str) -> None:
    """Also during the way back: one panel, and each stream with its own number, and none is left open."""
    async with bot_process(house) as process:
        panel = await house.live_broadcast()
        await kill(process)
    started = "service_id IS NOT NULL" if when == "at once" else "service_id IS NULL"
    if when != "at once":
        house.standin.faults.arm("start_late", delay_s=20.0)
    async with bot_process(house) as process:
        await until_stored(house, f"SELECT 1 FROM streams WHERE number = 2 AND {started}")
        await kill(process)
    house.standin.faults.disarm()
    async with house.bot():
        await until_stored(house, "SELECT 1 FROM streams WHERE number = 3 AND service_id IS NOT NULL")
        assert (await house.shown("Live")).id == panel.id
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await house.shown("Ended by its host")
        assert panels(house) == [panel.id]
    assert stored(house, "SELECT count(*) FROM streams WHERE ended_at IS NULL") == [(0,)]


async def test_killed_at_a_seam_it_goes_on(house: House) -> None:
    """With the third stream: both of before are closed."""
    async with Standin(StandinSettings(api_key=API_KEY, recording_delay_s=0.1, faults=True)) as house.standin:
        async with bot_process(house, STREAM_LIMIT_S="5") as process:
            panel = await house.live_broadcast()
            house.standin.faults.arm("video_frozen")
            await until_stored(house, SECOND_STREAM)
            await kill(process)
        assert stored(house, "SELECT 1 FROM streams WHERE ended_at IS NULL") == [(1,), (1,)]
        async with house.bot():
            await until_stored(house, "SELECT 1 FROM streams WHERE number = 3 AND service_id IS NOT NULL")
            assert (await house.shown("Live")).id == panel.id


async def test_what_was_ending_has_ended(house: House) -> None:
    """As it was to: it does not come back, and nobody says that the bot was interrupted."""
    async with bot_process(house) as process:
        panel = await house.live_broadcast()
        house.standin.faults.arm("end_unanswered", times=None)
        ending = asyncio.create_task(house.discord.user("mika").slash(CHANNEL, "odyssey end"))
        await until_stored(house, "SELECT 1 FROM broadcasts WHERE state = 'ending'")
        await kill(process)
        ending.cancel()
        await asyncio.wait({ending})
    async with house.bot():
        ended = await house.shown("Ended by its host")
        assert ended.id == panel.id
        assert panels(house) == [panel.id]


@pytest.mark.parametrize("takes_goodbyes", [True, False])
async def test_the_old_connection_blocks_no_slot_for_longer_than_it_must(
    house: House, takes_goodbyes: bool
) -> None:
    """It is told goodbye by its stored session. Where that is not heard the broadcast waits in line."""
    settings = StandinSettings(
        api_key=API_KEY,
        recording_delay_s=0.1,
        concurrent_streams=1,
        unclean_hold_s=3600.0 if takes_goodbyes else 4.0,
        takes_late_goodbyes=takes_goodbyes,
    )
    house.settings["concurrent_streams"] = 1
    async with Standin(settings) as house.standin:
        async with bot_process(house, CONCURRENT_STREAMS="1") as process:
            panel = await house.live_broadcast()
            await kill(process)
        assert house.standin.slots_taken == 1
        async with house.bot():
            if not takes_goodbyes:
                await house.shown("number **1** in line")
            await until_stored(house, SECOND_STREAM)
            assert (await house.shown("Live")).id == panel.id
            assert house.standin.slots_taken == 1
