"""`/odyssey forget-me` and `/odyssey my-data`, in the whole house: nothing has the name any more."""

import json
import sqlite3
from contextlib import closing

import httpx

from bot.local.discord.people.views import SeenMessage
from tests.cogs.conftest import until
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import set_, suggest
from tests.support.watched import EventStream

DONE, GOES_ON = "You are forgotten", "You will be forgotten"


def everything_in(house: House) -> str:
    """All rows of all tables, a line each."""
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return "\n".join(
            f"{table}: {row}" for (table,) in tables for row in database.execute(f'SELECT * FROM "{table}"')
        )


def of_the_bot(house: House) -> str:
    """All that the bot shows, as who is no part of it reads it."""
    shown = house.discord.messages(CHANNEL, as_user="sasha")
    return "\n".join(message.text for message in shown if message.from_bot)


async def forgotten(house: House, who: str) -> SeenMessage:
    """Has somebody forgotten; returns the word that it is done."""
    user = house.discord.user(who)
    asked = await (await user.slash(CHANNEL, "odyssey forget-me")).final(timeout_s=WAIT_S)
    assert "cannot be undone" in asked.text
    await user.click(asked, label="Forget me")
    return await user.wait_for_message(CHANNEL, lambda message: DONE in message.text, timeout_s=WAIT_S)


async def test_nothing_has_the_name_of_who_is_forgotten(house: House) -> None:
    """Host of a broadcast that is over, with words that were taken and words that were not.

    Panel, post, page, every table and every file in the bot's folder: no name, no ID.
    """
    robin = house.discord.user("robin")
    async with house.bot() as settings:
        await set_(house, gap_s=0)
        await robin.slash(CHANNEL, "odyssey start", prompt="A cat")
        panel = await house.shown("🔴 Live")
        await suggest(house, "robin", "It starts to snow")
        await house.shown("Suggested by **Robin**")
        await robin.slash(CHANNEL, "odyssey end")
        await house.shown("Full video")
        await house.shown("Ended by its host")
        assert "Robin" in of_the_bot(house)
        link = next(button.url for button in panel.buttons if button.label == "Watch")
        assert link
        page = link.replace("localhost", "127.0.0.1")
        async with EventStream(f"{page}/events") as events:
            while (shown := (await events.next()).data)["last"] is None:  # type: ignore[union-attr]
                pass
            assert shown["last"]["host"] == "Robin"
            word = await forgotten(house, "robin")
            while (shown := (await events.next()).data)["last"]["host"]:  # type: ignore[union-attr]
                pass
        assert word.private
        assert "Robin" not in of_the_bot(house)
        assert "Hosted by **somebody**" in of_the_bot(house)
        async with httpx.AsyncClient() as http:
            assert "Robin" not in (await http.get(page)).text
        await until(house, lambda: str(robin.id) not in everything_in(house))
        stored = everything_in(house)
        assert "Robin" not in stored
        assert "It starts to snow" in stored
    files = [each for each in house.directory.rglob("*") if each.is_file()]
    assert files
    for file in files:
        assert b"Robin" not in file.read_bytes(), file.name
    assert settings


async def test_who_is_forgotten_leaves_what_runs(house: House) -> None:
    """What waits of theirs is withdrawn, their idea on the panel is somebody's, and it goes on to its end."""
    async with house.bot():
        await set_(house, mode="host", gap_s=0)
        panel = await house.live_broadcast()
        await suggest(house, "robin", "It starts to snow")
        review = await house.review(panel)
        button = next(button for button in review.buttons if button.label == "Approve")
        await house.discord.user("mika").click(review, custom_id=str(button.custom_id))
        await house.shown("Suggested by **Robin**")
        await suggest(house, "robin", "An owl hoots")
        await forgotten(house, "robin")
        await house.shown("Suggested by **somebody**")
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await house.shown("**1 idea** from **1 person** came true")
        await house.shown("Full video")
        await until(house, lambda: str(house.discord.user("robin").id) not in everything_in(house))
        stored = everything_in(house)
        assert "Robin" not in stored
        assert "An owl hoots" not in stored


async def test_a_crash_in_between_loses_nothing(house: House) -> None:
    """Discord takes no edit of the post while the bot stops: the next run goes on, and gives the word."""
    robin = house.discord.user("robin")
    async with house.bot():
        await robin.slash(CHANNEL, "odyssey start", prompt="A cat")
        await house.shown("🔴 Live")
        await robin.slash(CHANNEL, "odyssey end")
        await house.shown("Full video")
        await house.shown("Ended by its host")
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
        database.execute(
            "INSERT INTO outbox (key, kind, subject_id, made_at, tries)"
            f" VALUES ('forget:{robin.id}', 'forget', '{robin.id}', '2026-08-01 20:00:00.000000', 0)"
        )
    async with house.bot():
        await house.told(DONE, to="robin")
        assert "Robin" not in of_the_bot(house)
        await until(house, lambda: str(robin.id) not in everything_in(house))


async def test_a_mute_is_not_escaped(house: House) -> None:
    """It lasts, and the list of the muted has no name for it."""
    robin = house.discord.user("robin")
    async with house.bot():
        await house.live_broadcast()
        mika = house.discord.user("mika")
        await (await mika.slash(CHANNEL, "odyssey mute", person=robin.id)).final(timeout_s=WAIT_S)
        await forgotten(house, "robin")
        assert "muted" in (await suggest(house, "robin", "An owl hoots")).text
        listed = await mika.slash(CHANNEL, "odyssey mutes")
        assert f"**somebody** · <@{robin.id}>" in listed.text
        done = await (await mika.slash(CHANNEL, "odyssey audit")).final(timeout_s=WAIT_S)
        assert "muted somebody for 10 min" in done.text


async def test_whoever_asks_gets_all_that_is_kept_of_them(house: House) -> None:
    """As a file that only they see, in words and with every fact; nobody else is in it."""
    robin = house.discord.user("robin")
    async with house.bot():
        await set_(house, gap_s=0)
        await house.live_broadcast()
        await suggest(house, "robin", "It starts to snow")
        await house.shown("Suggested by **Robin**")
        answer = await (await robin.slash(CHANNEL, "odyssey my-data")).final(timeout_s=WAIT_S)
        assert answer.private
        [attachment] = answer.attachments
        async with httpx.AsyncClient() as http:
            told = json.loads((await http.get(attachment["url"])).content)
    assert attachment["filename"] == "my-data.json"
    assert told["your Discord ID"] == str(robin.id)
    [suggestion] = told["kept of you"]["suggestions"]
    assert (suggestion["prompt"], suggestion["outcome"]) == ("It starts to snow", "acknowledged")
    assert told["kept of you"]["people"][0]["name"] == "Robin"
    assert "Mika" not in json.dumps(told)
