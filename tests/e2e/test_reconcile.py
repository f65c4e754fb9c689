"""A stream that began unseen, as the bot was killed: its recording is found, and posted once."""

import json
import sqlite3
from contextlib import closing

import pytest

from tests.cogs.conftest import bot_process
from tests.e2e.conftest import API_KEY, CHANNEL, WAIT_S, House
from tests.support.processes import python_m_bot


async def killed_as_it_began(house: House) -> None:
    """The service has begun a stream, the bot had not read of it, and is gone."""
    async with bot_process(house) as process:
        await house.live_broadcast()
        process.kill()
        await process.wait()
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
        database.execute("UPDATE streams SET service_id = NULL, session = NULL")
        database.execute("UPDATE broadcasts SET state = 'connecting', live_at = NULL")


def streams(house: House) -> list[tuple[object, ...]]:
    """What is stored of them."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        return database.execute("SELECT number, service_id IS NOT NULL FROM streams").fetchall()


async def told(house: House, *options: str) -> str:
    """What `reconcile` says, run by hand."""
    environment = {
        "DISCORD_TOKEN": house.discord.token,
        "DATABASE_URL": f"sqlite:///{house.directory / 'odyssey.sqlite3'}",
        "ODYSSEY_API_KEY": API_KEY,
        "ODYSSEY_API_URL": house.standin.url,
    }
    async with python_m_bot("reconcile", *options, cwd=house.directory, **environment) as process:
        said, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return said.decode()


@pytest.mark.outage("killed as a stream begins")
@pytest.mark.parametrize("resume_within_s", [0, 600])
async def test_a_stream_that_nobody_knew_of_is_found_at_the_next_start(
    house: House, resume_within_s: float
) -> None:
    """Whether its broadcast goes on or not: its recording is in the post, once."""
    await killed_as_it_began(house)
    async with house.bot(resume_within_s=resume_within_s):
        post = await house.shown("Full video")
        if resume_within_s:
            await house.shown("Live")
            await house.discord.user("mika").slash(CHANNEL, "odyssey end")
            await house.discord.wait_for_message(
                CHANNEL, lambda m: m.id == post.id and "2 streams" in m.text, timeout_s=WAIT_S
            )
    posts = [message for message in house.discord.messages(CHANNEL) if "Full video" in message.text]
    assert [message.id for message in posts] == [post.id]
    assert all(known for _, known in streams(house))


async def test_it_is_found_by_hand_too(house: House) -> None:
    """Once; while a bot has the database nothing is changed, and that is said."""
    await killed_as_it_began(house)
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
        database.execute("UPDATE streams SET end_reason = 'interrupted', ended_at = started_at")
        database.execute("UPDATE broadcasts SET state = 'failed', ended_at = requested_at")
    report = json.loads(await told(house, "--json"))
    assert report["changed"]
    assert len(report["found"]) == 1
    assert "0 found" in await told(house)
    async with house.bot():
        await house.shown("Full video")
        said = await told(house)
        assert "Nothing was changed: a bot has the database (process " in said
