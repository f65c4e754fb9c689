"""An orderly stop: broadcasts are handed to the bot's next run, and go on as if nothing had been."""

import asyncio
import signal
import sqlite3
from contextlib import closing

import pytest

from bot.kit.errors import StartError
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.e2e.test_stop import bot_process
from tests.support.steering import set_

HAND_OVER = {"on_stop": "hand-over"}


def known(house: House, query: str) -> list[tuple[object, ...]]:
    """What the database knows."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        return database.execute(query).fetchall()


async def until_free(house: House) -> None:
    """Returns when the service holds no streamer for us any more."""
    async with asyncio.timeout(WAIT_S):
        while house.standin.slots_taken:
            await asyncio.sleep(0.02)


@pytest.mark.outage("an orderly stop")
async def test_a_broadcast_goes_on_in_the_next_run(house: House) -> None:
    """The same panel, which said so; what waited waits; two streams, and a recording of each."""
    robin = house.discord.user("robin")
    async with house.bot(**HAND_OVER):
        await set_(house, mode="host")
        panel = await house.live_broadcast()
        await robin.send(CHANNEL, "!snow")
        await robin.slash(CHANNEL, "odyssey say", prompt="rain")
        await house.shown("2 wait for a moderator")
    stands = await house.shown("Back soon")
    assert stands.id == panel.id
    assert [button.label for button in stands.buttons] == ["Watch"]
    await until_free(house)
    assert known(house, "SELECT state, reason, ended_at FROM broadcasts") == [("live", None, None)]
    assert known(house, "SELECT end_reason FROM streams") == [("shutdown",)]
    assert known(house, "SELECT DISTINCT outcome FROM suggestions") == [("queued",)]
    async with house.bot():
        live = await house.shown("2 wait for a moderator")
        assert live.id == panel.id
        async with asyncio.timeout(WAIT_S):
            while len(known(house, "SELECT 1 FROM streams WHERE service_id IS NOT NULL")) < 2:
                await asyncio.sleep(0.05)
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await house.shown("2 streams")
    assert known(house, "SELECT state, reason FROM broadcasts") == [("ended", "host_ended")]


async def test_what_is_under_way_is_waited_for(house: House) -> None:
    """It was acknowledged a moment after the word to stop: it is stored so, and its author is told."""
    async with house.bot(**HAND_OVER):
        await house.live_broadcast()
        house.standin.faults.arm("update_late", delay_s=0.5)
        message = await house.discord.user("robin").send(CHANNEL, "!snow")
        async with asyncio.timeout(WAIT_S):
            while known(house, "SELECT outcome FROM suggestions") != [("sent",)]:
                await asyncio.sleep(0.02)
    assert known(house, "SELECT outcome FROM suggestions") == [("acknowledged",)]
    async with house.bot():
        await house.discord.wait_for_message(
            CHANNEL, lambda seen: seen.id == message.id and "✅" in str(seen.reactions), timeout_s=WAIT_S
        )


async def test_one_that_had_not_begun_begins_in_the_next_run(house: House) -> None:
    """Its stream does not come: the stop does not wait for it, and leaves no streamer held."""
    async with house.bot(**HAND_OVER):
        house.standin.faults.arm("start_unanswered", times=None)
        await house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A cat")
        panel = await house.shown("Connecting to Odyssey")
    assert (await house.shown("Back soon")).id == panel.id
    await until_free(house)
    house.standin.faults.disarm()
    async with house.bot():
        assert (await house.shown("Live")).id == panel.id


async def test_a_process_hands_over_too(house: House) -> None:
    """By SIGTERM, as systemd and Docker say it: it ends with 0, and says nothing that looks like a fault."""
    async with bot_process(house, ON_STOP="hand-over") as process:
        panel = await house.live_broadcast()
        process.send_signal(signal.SIGTERM)
        _, log = await process.communicate()
    assert process.returncode == 0, log.decode()
    assert b"Traceback" not in log, log.decode()
    assert (await house.shown("Back soon")).id == panel.id
    await until_free(house)
    async with bot_process(house) as process:
        assert (await house.shown("Live")).id == panel.id
        process.terminate()
        await process.communicate()


async def test_a_start_that_comes_to_nothing_ends_no_broadcast(house: House) -> None:
    """Discord refuses the token of the next run: what it had taken up goes on in the one after."""
    async with house.bot(**HAND_OVER):
        panel = await house.live_broadcast()
    with pytest.raises(StartError, match="Discord refused DISCORD_TOKEN"):
        async with house.bot(**HAND_OVER, discord_token="MTIz.wrong.token"):
            pass
    await until_free(house)
    assert known(house, "SELECT state FROM broadcasts") == [("live",)]
    async with house.bot():
        assert (await house.shown("Live")).id == panel.id
