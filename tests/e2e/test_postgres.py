"""The whole bot on PostgreSQL, which is a real server."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest

from tests.cogs.conftest import until
from tests.e2e.conftest import CHANNEL, House
from tests.e2e.test_resume import kill
from tests.e2e.test_stop import bot_process
from tests.support.postgres import (
    EMPTY,
    Postgres,
    empty_postgres,
    postgres,
    running_postgres,
    server_directory,
)

__all__ = ["empty_postgres", "postgres"]


@pytest.fixture
def url(empty_postgres: Postgres) -> Iterator[str]:
    with empty_postgres.database(EMPTY) as made:
        yield made


def known(url: str, query: str) -> list[tuple[object, ...]]:
    """What the database knows."""
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


async def test_a_broadcast_from_its_start_to_its_recording(house: House, url: str) -> None:
    """Started, steered, ended, posted, and found by what it showed."""
    house.settings["database_url"] = url
    robin, mika = house.discord.user("robin"), house.discord.user("mika")
    async with house.bot():
        await house.live_broadcast("A harbour")
        await robin.slash(CHANNEL, "odyssey say", prompt="snow")
        await house.shown("Applied: snow", as_user="robin")
        await robin.send(CHANNEL, "!rain")
        await until(house, lambda: len(known(url, "SELECT 1 FROM texts")) == 3)
        await mika.slash(CHANNEL, "odyssey end")
        await house.shown("Full video")
        found = await mika.slash(CHANNEL, "odyssey list", text="sno")
        assert "A harbour" in (await found.final()).text
    assert known(url, "SELECT prompt, outcome FROM suggestions ORDER BY suggested_at") == [
        ("snow", "acknowledged"),
        ("rain", "acknowledged"),
    ]
    assert known(url, "SELECT state, reason FROM broadcasts") == [("ended", "host_ended")]


async def test_killed_live_it_goes_on(house: House, url: str) -> None:
    """The server lets go of the killed one's locks; the next run takes the broadcast up, with its panel."""
    async with bot_process(house, DATABASE_URL=url) as process:
        panel = await house.live_broadcast()
        await house.discord.user("robin").slash(CHANNEL, "odyssey say", prompt="snow")
        await house.shown("Applied: snow", as_user="robin")
        await kill(process)
    async with bot_process(house, DATABASE_URL=url):
        await house.discord.user("robin").slash(CHANNEL, "odyssey say", prompt="rain")
        await house.shown("Applied: rain", as_user="robin")
        assert [m.id for m in house.discord.messages(CHANNEL) if m.buttons][:1] == [panel.id]
        assert known(url, "SELECT count(*) FROM broadcasts") == [(1,)]


@pytest.mark.outage("PostgreSQL restarted, frozen or gone for a moment")
async def test_a_server_that_is_gone_for_a_while_costs_no_stream(house: House) -> None:
    """Stopped in mid-broadcast, for longer than a suggestion waits: the stream goes on, and all else."""
    with server_directory() as directory, running_postgres(directory) as server, server.database() as url:
        house.settings["database_url"] = url
        robin = house.discord.user("robin")
        async with house.bot():
            await house.live_broadcast()
            await robin.slash(CHANNEL, "odyssey say", prompt="snow")
            await house.shown("Applied: snow", as_user="robin")
            await asyncio.to_thread(server.stop)
            await robin.slash(CHANNEL, "odyssey say", prompt="hail")
            await house.shown("Nothing can be stored just now", as_user="robin")
            await asyncio.to_thread(server.start)
            await robin.slash(CHANNEL, "odyssey say", prompt="rain")
            await house.shown("Applied: rain", as_user="robin")
            applied = "SELECT prompt FROM suggestions WHERE outcome = 'acknowledged' ORDER BY sent_at"
            assert known(url, applied) == [("snow",), ("rain",)]
            assert known(url, "SELECT number, end_reason FROM streams") == [(1, None)]
