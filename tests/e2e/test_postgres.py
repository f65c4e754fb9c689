"""The whole bot on PostgreSQL, which is a real server."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from tests.cogs.conftest import until
from tests.e2e.conftest import CHANNEL, House
from tests.e2e.test_resume import kill
from tests.e2e.test_stop import bot_process
from tests.support.outages import Outage, killed, of_both, read_only, stopped
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


@pytest.fixture
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for seconds for a server that is away."""
    monkeypatch.setattr("bot.storage.writer.ASKED_S", 0.5)


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


@pytest.mark.outage("PostgreSQL restarted, frozen or gone for a moment", "PostgreSQL read-only or full")
@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.parametrize("how", [stopped, killed, read_only])
async def test_a_server_that_is_gone_for_a_while_costs_no_stream(house: House, how: Outage) -> None:
    """In mid-broadcast, for longer than a suggestion waits: the stream goes on, and all else."""
    with server_directory() as directory, running_postgres(directory) as server, server.database() as url:
        async with live(house, url):
            async with how(server):
                await said(house, "hail", "Nothing can be stored just now")
            await said(house, "rain", "Applied: rain")
            assert applied(url) == [("snow",), ("rain",)]
            assert known(url, "SELECT number, end_reason FROM streams") == [(1, None)]


@pytest.mark.usefixtures("in_a_hurry")
@pytest.mark.outage("PostgreSQL failing over")
async def test_a_standby_that_takes_over_costs_no_stream(house: House) -> None:
    """The server dies in mid-broadcast: what was said before is known to the other one."""
    with (
        server_directory() as one,
        running_postgres(one) as server,
        server_directory() as another,
        server.standby(another) as standby,
    ):
        url = of_both(server, standby, server.new_database())
        async with live(house, url):
            await asyncio.to_thread(server.kill)
            await said(house, "hail", "Nothing can be stored just now")
            await asyncio.to_thread(standby.execute, "SELECT pg_promote()")
            await said(house, "rain", "Applied: rain")
            assert applied(url) == [("snow",), ("rain",)]
            assert known(url, "SELECT number, end_reason FROM streams") == [(1, None)]


@asynccontextmanager
async def live(house: House, url: str) -> AsyncIterator[None]:
    """A broadcast runs, and was steered."""
    house.settings["database_url"] = url
    async with house.bot():
        await house.live_broadcast()
        await said(house, "snow", "Applied: snow")
        yield


async def said(house: House, prompt: str, answer: str) -> None:
    """Robin suggests something, and is told this."""
    await house.discord.user("robin").slash(CHANNEL, "odyssey say", prompt=prompt)
    await house.shown(answer, as_user="robin")


def applied(url: str) -> list[tuple[object, ...]]:
    return known(url, "SELECT prompt FROM suggestions WHERE outcome = 'acknowledged' ORDER BY sent_at")
