"""Stops and starts."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from bot.app.wiring import run_bot
from bot.kit.errors import StartError
from bot.local.discord.server import LocalDiscord
from bot.process.settings import Settings
from tests.e2e.conftest import CHANNEL, WAIT_S, House, free_port


async def test_an_orderly_stop_ends_the_broadcast_and_the_next_start_posts_its_recording(
    house: House,
) -> None:
    """The panel says why it ended; the recording is posted once, by the next run."""
    async with house.bot():
        panel = await house.live_broadcast()
    stopped = await house.shown("the bot restarts")
    assert stopped.id == panel.id
    async with house.bot():
        await house.shown("Recording")
    async with house.bot():
        await asyncio.sleep(0.3)  # time enough for a second post, if there were one
    posts = [m for m in house.discord.messages(CHANNEL) if "Full video" in m.text]
    assert len(posts) == 1


async def test_after_a_crash_nothing_claims_to_be_live(house: House) -> None:
    """What a crash left live in the database is closed, and its panel says so."""
    async with house.bot():
        panel = await house.live_broadcast()
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
        database.execute("UPDATE broadcasts SET state = 'live', reason = NULL, ended_at = NULL")
    async with house.bot(resume_within_s=0):
        closed = await house.shown("The bot was interrupted")
        assert closed.id == panel.id
        assert [button.label for button in closed.buttons] == ["Another round", "Watch"]


async def test_a_dialogue_left_open_over_a_restart_is_answered(house: House) -> None:
    """Whoever was typing meanwhile is told to open it again, rather than left without an answer."""
    robin = house.discord.user("robin")
    async with house.bot():
        dialogue = await robin.click(await house.live_broadcast(), label="Suggest")
    async with house.bot():
        answer = await robin.submit_modal(dialogue, {"What should happen next?": "It rains"})
        assert "open the dialogue again" in answer.text


async def test_a_wrong_discord_token_is_one_clear_sentence(house: House) -> None:
    """The operator learns which setting to mend."""
    with pytest.raises(StartError, match="Discord refused DISCORD_TOKEN"):
        async with house.bot(discord_token="MTIz.wrong.token"):
            pass


async def test_a_discord_that_cannot_be_reached_is_one_clear_sentence(house: House) -> None:
    """So is a network that is down."""
    with pytest.raises(StartError, match="Discord cannot be reached"):
        async with house.bot(discord_api_url="http://127.0.0.1:9/api/v10"):
            pass


async def test_without_the_message_content_intent_commands_still_steer(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """The bot says what is missing, goes on, and tells people how to steer."""
    async with LocalDiscord(message_content_intent=False, response_timeout_s=WAIT_S) as discord:
        house.discord = discord
        async with house.bot():
            assert "message content intent is switched off" in caplog.text
            panel = await house.live_broadcast()
            assert "use /odyssey say" in panel.text.replace("`", "")
            await discord.user("robin").slash(CHANNEL, "odyssey say", prompt="snow")
            await house.shown("Applied: snow", as_user="robin")


async def test_a_stop_while_discord_is_away(house: House) -> None:
    """Discord is gone, a broadcast runs: the bot still ends it, and stops when told."""
    async with house.bot():
        await house.live_broadcast()
        await house.discord.__aexit__(None, None, None)
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        assert database.execute("SELECT state, reason FROM broadcasts").fetchall() == [("ended", "shutdown")]


async def test_a_taken_port_is_one_clear_sentence(house: House) -> None:
    """Two bots on one port: the second one says what to change."""
    async with house.bot() as settings:
        other = Settings(**{**settings.model_dump(), "database_url": f"sqlite:///{house.directory}/other.db"})
        with pytest.raises(StartError, match="WEB_PORT"):
            await run_bot(other, asyncio.Event())


async def test_an_address_that_is_not_ours_is_one_clear_sentence(house: House) -> None:
    """It is the host that is wrong then, and not the port."""
    with pytest.raises(StartError, match="WEB_HOST"):
        async with house.bot(web_host="203.0.113.1"):
            pass


@pytest.mark.outage("a second bot on one database")
async def test_a_second_bot_on_one_database_is_one_clear_sentence(house: House) -> None:
    """Whatever its port: it leaves the first one's broadcast alone, which goes on."""
    async with house.bot() as settings:
        await house.live_broadcast()
        for port in (0, free_port()):
            other = Settings(**{**settings.model_dump(), "web_port": port})
            with pytest.raises(StartError, match="in use by another bot"):
                await run_bot(other, asyncio.Event())
        with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
            assert database.execute("SELECT state FROM broadcasts").fetchall() == [("live",)]
        await house.discord.user("robin").slash(CHANNEL, "odyssey say", prompt="snow")
        await house.shown("Applied: snow", as_user="robin")


@pytest.mark.outage("database broken at the start")
async def test_a_database_that_breaks_at_the_start_is_one_clear_sentence(house: House) -> None:
    """Its tables are gone, say, although it says that they are there."""
    async with house.bot():
        pass
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
        database.execute("DROP TABLE mutes")
    with pytest.raises(StartError, match="cannot be used: no such table"):
        async with house.bot():
            pass
