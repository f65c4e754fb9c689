"""What is open when the bot is killed goes on: a ballot, a vote on the mode, a start from a picture."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

import pytest

from tests.cogs.broadcasts.test_pictures import file, opened
from tests.cogs.conftest import bot_process
from tests.e2e.conftest import CHANNEL, House
from tests.e2e.test_resume import SECOND_STREAM, kill, stored, until_stored
from tests.support.steering import set_, suggest

__all__ = ["opened"]  # the fixture


def almost_over(house: House, table: str, column: str) -> None:
    """As if it had been open for so long that three seconds were left when the bot was killed."""
    seen = "(SELECT strftime('%Y-%m-%d %H:%M:%f', last_seen_at, '+3 seconds') || '000' FROM broadcasts)"
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
        assert database.execute(f"UPDATE {table} SET {column} = {seen}").rowcount == 1


@pytest.mark.outage("the bot is killed")
async def test_a_ballot_closes_when_it_was_to_close(house: House) -> None:
    """Its time goes on from where it was: it does not begin anew."""
    async with bot_process(house) as process:
        await set_(house, mode="vote", vote_window_s=300)
        await house.live_broadcast()
        await suggest(house, "robin", "an owl hoots")
        await until_stored(house, "SELECT 1 FROM broadcasts WHERE ballot_closes_at AND last_seen_at")
        await kill(process)
    almost_over(house, "broadcasts", "ballot_closes_at")
    async with house.bot():
        await until_stored(house, "SELECT 1 FROM suggestions WHERE prompt = 'an owl hoots' AND applied != ''")
        await until_stored(house, "SELECT 1 FROM broadcasts WHERE ballot_closes_at IS NULL")


@pytest.mark.outage("the bot is killed")
async def test_a_vote_on_the_mode_is_decided_by_all_who_voted(house: House) -> None:
    """Before a kill, and before a stop in order; the panel shows it with the name of who asks."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with bot_process(house) as process:
        await house.live_broadcast()
        await mika.slash(CHANNEL, "odyssey callvote", mode="draw")
        panel = await house.shown("1 for, 0 against")
        await robin.click(panel, label="For")
        await until_stored(house, "SELECT 1 FROM motion_votes GROUP BY broadcast_id HAVING COUNT(*) = 2")
        await until_stored(house, "SELECT 1 FROM broadcasts WHERE last_seen_at")
        await kill(process)
    house.settings["on_stop"] = "hand-over"
    async with house.bot():
        again = await house.shown("2 for, 0 against")
        assert again.id == panel.id
        assert "Mika" in again.text
        await until_stored(house, SECOND_STREAM)
    almost_over(house, "motions", "closes_at")
    async with house.bot():
        await until_stored(house, "SELECT 1 FROM broadcasts WHERE mode = 'draw'")
        await until_stored(house, "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM motions)")
        assert stored(house, "SELECT * FROM motion_votes") == []


@pytest.mark.outage("the bot is killed")
async def test_it_begins_with_the_picture_that_somebody_handed_in(
    house: House, opened: list[tuple[bool, bool]]
) -> None:
    """Killed while it connects, it starts from that; and forgets it, once there is one of its own."""
    house.standin.faults.arm("start_late", delay_s=20.0)
    async with bot_process(house) as process:
        starting = asyncio.create_task(
            house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A red sea", image=file())
        )
        await until_stored(house, "SELECT 1 FROM opening_pictures JOIN streams USING (broadcast_id)")
        await kill(process)
        starting.cancel()
        await asyncio.wait({starting})
    house.standin.faults.disarm()
    opened.clear()
    async with house.bot():
        await house.shown("Live")
        assert opened == [(False, True)]
        await until_stored(house, "SELECT 1 FROM last_moments WHERE picture IS NOT NULL")
        await until_stored(house, "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM opening_pictures)")
