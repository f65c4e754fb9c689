"""The bot hears of it when a server removes it; an outage of Discord is none."""

import asyncio
import sqlite3
from contextlib import closing

from tests.cogs.conftest import until
from tests.e2e.conftest import WAIT_S, House


def left(house: House) -> list[int]:
    """The servers that are noted to have removed the bot."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        return [guild_id for (guild_id,) in database.execute("SELECT guild_id FROM left_servers")]


async def test_a_server_that_removes_the_bot_is_noted(house: House) -> None:
    """Of one that is only away for a moment nothing is noted; of one left meanwhile, at the next start."""
    world = house.discord.world
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
        database.execute("INSERT INTO first_questions VALUES (77, '2026-08-01 20:00:00')")
    async with house.bot():
        await until(house, lambda: left(house) == [77])
        world.backend.emit("GUILD_DELETE", {"id": str(world.guild_id), "unavailable": True})
        await house.goes_on()
        assert left(house) == [77]
        world.backend.remove_guild(world.guild_id)
        async with asyncio.timeout(WAIT_S):
            while sorted(left(house)) != [77, world.guild_id]:
                await asyncio.sleep(0.05)  # nobody is left to ask the bot something
