"""A server's minutes of a day, in the whole house."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from tests.cogs.conftest import HastyClock
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import set_


@pytest.fixture(autouse=True)
def noon(house: House) -> None:
    """By the bot's wall: it is far from midnight, before and after."""
    house.clock = clock = HastyClock()
    clock.step_the_wall(hours=12 - clock.now().hour)


async def use_up(house: House, seconds: float) -> None:
    """A broadcast that is over, and was as long as that."""
    await house.whole_broadcast("A cat")
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
        database.execute("UPDATE broadcasts SET live_at = datetime(ended_at, ?)", (f"-{seconds} seconds",))


async def test_a_server_has_so_many_minutes_a_day(house: House) -> None:
    """When they are used up, a start is refused with the time of new ones."""
    async with house.bot():
        await use_up(house, 120)
        await set_(house, minutes_per_day=1)
        refused = await house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A dog")
        assert "1 minutes of today are used up" in refused.text


async def test_the_days_minutes_end_a_broadcast_and_say_so(house: House) -> None:
    """Two seconds are left: the next one ends by itself, and no other may start."""
    mika = house.discord.user("mika")
    async with house.bot():
        await set_(house, minutes_per_day=1)
        await use_up(house, 58)
        await mika.slash(CHANNEL, "odyssey start", prompt="A dog")
        await house.discord.wait_for_message(
            CHANNEL,
            lambda m: "Ended" in m.text and "minutes of today are used up" in m.text,
            timeout_s=WAIT_S,
            as_user="mika",
        )
        refused = await (await mika.slash("lounge", "odyssey start", prompt="An owl")).final(timeout_s=WAIT_S)
        assert "1 minutes of today are used up" in refused.text


async def test_two_who_start_at_once_cannot_both_have_the_last_minute(house: House) -> None:
    """In two channels in the same moment: one is live, the other is told why not."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with house.bot():
        await set_(house, minutes_per_day=1)
        await use_up(house, 10)
        answers = await asyncio.gather(
            mika.slash(CHANNEL, "odyssey start", prompt="A dog"),
            robin.slash("lounge", "odyssey start", prompt="An owl"),
        )
        texts = [(await answer.final(timeout_s=WAIT_S)).text for answer in answers]
        assert sum("minutes of today are used up" in text for text in texts) == 1
