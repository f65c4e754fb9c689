"""A panel that the chat has pushed out of sight comes down again: at most once a minute, and alone."""

import asyncio
import signal
import sqlite3
from contextlib import closing
from typing import Any

import discord
import pytest

from bot.local.discord.people.views import SeenMessage
from bot.local.discord.state import ApiError
from cogs.panel.upkeep import POST_GAP_S
from tests.cogs.broadcasts.test_departures import live_in, new_thread
from tests.cogs.conftest import HastyClock, bot_process, happening, overhearing, refusing, until
from tests.cogs.panel.test_panel_keeper import EDIT_OF_A_MESSAGE, newer_panel, panels
from tests.cogs.panel.test_panel_losses import POST_OF_A_MESSAGE, lost
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import set_

SCREEN = 10
"""Short messages, as the setting has it by default."""
MINUTE = {"seconds": POST_GAP_S}
IS_SILENT = 1 << 12


async def chat(house: House, count: int, channel: str | int = CHANNEL) -> list[SeenMessage]:
    """So many people say a word each, and the bot has heard them."""
    said = [await house.discord.user("robin").send(channel, f"wow {number}") for number in range(count)]
    await house.goes_on()
    return said


async def test_a_screen_of_chat_brings_it_down(house: House, clock: HastyClock) -> None:
    """Not a message sooner, and not by itself; nobody is notified; it is the one that shows the end."""
    async with house.bot():
        old = await house.live_broadcast()
        clock.forward(minutes=5)
        await chat(house, SCREEN - 1)
        clock.forward(minutes=5)
        await chat(house, 0)
        assert panels(house) == [old.id]
        await chat(house, 1)
        new = await newer_panel(house, old)
        assert new.payload["flags"] & IS_SILENT
        assert house.discord.messages(CHANNEL)[-1].id == new.id
        await until(house, lambda: panels(house) == [new.id])
        await house.moderate(new, "End", "End it")
        assert (await house.shown("Ended by its host")).id == new.id


async def test_it_comes_down_once_a_minute(house: House, clock: HastyClock) -> None:
    """However much is said in between; and as soon as the minute is over, without another word."""
    async with house.bot():
        panel = await house.live_broadcast()
        for _ in range(3):
            await chat(house, 2 * SCREEN)
            clock.forward(seconds=POST_GAP_S - 5)
            await chat(house, SCREEN)
            assert panels(house) == [panel.id]
            clock.forward(seconds=5)
            panel = await newer_panel(house, panel)
            await until(house, lambda last=panel: panels(house) == [last.id])  # type: ignore[misc]


async def test_where_nobody_speaks_it_stays(house: House, clock: HastyClock) -> None:
    """Its own posts push nothing, whatever the limit."""
    async with house.bot():
        await set_(house, panel_follows_after=1)
        old = await house.live_broadcast()
        clock.forward(**MINUTE)
        with overhearing(house.discord, "POST", POST_OF_A_MESSAGE) as posted:
            await chat(house, 1)
            new = await newer_panel(house, old)
            await until(house, lambda: panels(house) == [new.id])
            for _ in range(5):
                clock.forward(**MINUTE)
                await chat(house, 0)
        assert panels(house) == [new.id]
        assert len(posted) == 1


async def test_what_is_deleted_pushes_nothing(house: House, clock: HastyClock) -> None:
    """One by one or in one go, before the minute is over: it is in sight again and stays."""
    async with house.bot():
        old = await house.live_broadcast()
        said = await chat(house, SCREEN + 4)
        await house.discord.user("robin").delete(said[0])
        backend, channel = house.discord.world.backend, house.discord.channel(CHANNEL)
        backend.bulk_delete_messages(channel, [message.id for message in said[1:6]])
        clock.forward(**MINUTE)
        await chat(house, 0)
        assert panels(house) == [old.id]
        await chat(house, 2)
        await newer_panel(house, old)


async def test_a_server_sets_after_how_much(house: House, clock: HastyClock) -> None:
    """0 is never, and what is set holds at once."""
    async with house.bot():
        await set_(house, panel_follows_after=0)
        old = await house.live_broadcast()
        clock.forward(**MINUTE)
        await chat(house, 3 * SCREEN)
        clock.forward(**MINUTE)
        await chat(house, 0)
        assert panels(house) == [old.id]
        await set_(house, panel_follows_after=100)
        await chat(house, 1)
        assert panels(house) == [old.id]
        await set_(house, panel_follows_after=31)
        await chat(house, 1)
        await newer_panel(house, old)


@pytest.mark.parametrize(
    ("text", "file"), [("word " * 120, None), ("\n".join("abcdefghijklmno"), None), ("look", "cat.png")]
)
async def test_what_is_tall_pushes_more(house: House, clock: HastyClock, text: str, file: str | None) -> None:
    """A long message or a picture is as tall as five short ones."""
    async with house.bot():
        await set_(house, panel_follows_after=5)
        old = await house.live_broadcast()
        clock.forward(**MINUTE)
        await chat(house, 1)
        assert panels(house) == [old.id]
        files = [(file, b"a picture")] if file else []
        await house.discord.user("robin").send(CHANNEL, text, files=files)
        await newer_panel(house, old)


async def test_forty_messages_in_a_second(house: House, clock: HastyClock) -> None:
    """One post and one deletion, and then one more of each when the minute is over."""
    async with house.bot():
        old = await house.live_broadcast()
        clock.forward(**MINUTE)
        with (
            overhearing(house.discord, "POST", POST_OF_A_MESSAGE) as posted,
            overhearing(house.discord, "DELETE", EDIT_OF_A_MESSAGE) as deleted,
        ):
            await chat(house, 40)
            await until(house, lambda: len(deleted) == 1)
            last = await newer_panel(house, old)
            clock.forward(**MINUTE)
            await chat(house, SCREEN)
            await until(house, lambda: len(deleted) == 2)
            clock.forward(**MINUTE)
            await chat(house, 0)
        assert len(posted) == len(deleted) == 2
        assert panels(house) == [(await newer_panel(house, last)).id]


async def test_an_old_one_that_cannot_be_deleted_says_where_the_panel_is(
    house: House, clock: HastyClock
) -> None:
    """It has nothing to press; a reply to it steers; at the end there is one panel."""
    async with house.bot():
        old = await house.live_broadcast()
        with refusing(house.discord, "DELETE", EDIT_OF_A_MESSAGE, status=403, code=50013):
            clock.forward(**MINUTE)
            await chat(house, SCREEN)
            new = await newer_panel(house, old)
            closed = await house.shown("The panel is further down.")
            assert (closed.id, closed.buttons, closed.attachments) == (old.id, [], [])
            await house.discord.user("robin").send(CHANNEL, "an owl hoots", reply_to=closed)
            await until(house, lambda: panels(house, "> an owl hoots") == [new.id])
            await house.moderate(new, "End", "End it")
            await until(house, lambda: panels(house) == panels(house, "Ended by its host") == [new.id])


async def test_a_button_of_the_old_one_pressed_in_that_moment_is_answered(
    house: House, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dialogue opens, and what is typed there is taken when the old one is gone."""
    robin, answers = house.discord.user("robin"), []
    delete = discord.PartialMessage.delete

    async def press_and_delete(message: discord.PartialMessage, **rest: Any) -> None:
        answers.append(await robin.click(old, label="Suggest"))
        await delete(message, **rest)

    async with house.bot():
        old = await house.live_broadcast()
        monkeypatch.setattr(discord.PartialMessage, "delete", press_and_delete)
        clock.forward(**MINUTE)
        await chat(house, SCREEN)
        new = await newer_panel(house, old)
        await until(house, lambda: panels(house) == [new.id])
        await robin.submit_modal(answers[0], {"What should happen next?": "an owl hoots"})
        assert (await house.shown("> an owl hoots")).id == new.id


async def test_an_end_while_it_comes_down(
    house: House, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The post was drawn before the end: the new one shows it all the same, and it is alone."""
    send = discord.PartialMessageable.send

    async def end_and_send(channel: discord.PartialMessageable, *args: Any, **what: Any) -> Any:
        monkeypatch.setattr(discord.PartialMessageable, "send", send)
        sent = await send(channel, *args, **what)
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await house.shown("Full video")
        return sent

    async with house.bot():
        old = await house.live_broadcast()
        monkeypatch.setattr(discord.PartialMessageable, "send", end_and_send)
        clock.forward(**MINUTE)
        await chat(house, SCREEN)
        new = await newer_panel(house, old)
        await until(house, lambda: panels(house) == panels(house, "Ended by its host") == [new.id])
        clock.forward(**MINUTE)
        await chat(house, 2 * SCREEN)
        clock.forward(**MINUTE)
        await chat(house, 0)
    assert panels(house) == [new.id]


@pytest.mark.parametrize("goes_on", [True, False])
@pytest.mark.parametrize("is_remembered", [True, False])
async def test_a_kill_between_the_new_panel_and_the_old_ones_deletion_leaves_one(
    house: House, is_remembered: bool, goes_on: bool
) -> None:
    """Whether or not the new one is stored by then: it says what is so, and the old one is gone."""
    too_old = ApiError(429, {"code": 30046, "message": "edited too often"})
    async with bot_process(house) as process:

        def kill(_: object) -> None:
            process.send_signal(signal.SIGKILL)
            raise lost(503)

        def refuse(_: object) -> None:
            raise too_old

        killing = (
            happening(house.discord, "DELETE", EDIT_OF_A_MESSAGE, before=kill)
            if is_remembered
            else happening(house.discord, "POST", POST_OF_A_MESSAGE, after=kill)
        )
        with happening(house.discord, "PATCH", EDIT_OF_A_MESSAGE, before=refuse), killing:
            mika = house.discord.user("mika")
            starting = asyncio.create_task(
                mika.slash(CHANNEL, "odyssey start", prompt="A cat", portrait=False)
            )
            await process.communicate()
        starting.cancel()
        await asyncio.wait({starting})
    [old, new] = panels(house)
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        stored = {row for (row,) in database.execute("SELECT message_id FROM posts")}
    assert stored == ({old, new} if is_remembered else {old})
    async with house.bot(resume_within_s=600 if goes_on else 0):
        shown = "Live" if goes_on else "The bot was interrupted"
        await until(house, lambda: panels(house) == panels(house, shown) == [new])


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (400, 20016), (503, 0)])
async def test_where_it_cannot_be_posted_the_old_one_goes_on(
    house: House, clock: HastyClock, status: int, code: int
) -> None:
    """Forbidden, too slow or out of order: it is tried once a minute, and the old one shows what happens."""
    async with house.bot():
        old = await house.live_broadcast()
        with refusing(house.discord, "POST", POST_OF_A_MESSAGE, status=status, code=code) as refused:
            clock.forward(**MINUTE)
            await chat(house, 2 * SCREEN)
            await until(house, lambda: bool(refused))
            await house.discord.user("robin").slash(CHANNEL, "odyssey say", prompt="an owl hoots")
            await until(house, lambda: panels(house, "> an owl hoots") == [old.id])
            tries = len(refused)
            await chat(house, SCREEN)
            assert len(refused) == tries <= 5  # discord.py's own, when Discord is out of order
        clock.forward(**MINUTE)
        new = await newer_panel(house, old)
        await until(house, lambda: panels(house, "> an owl hoots") == [new.id])


async def test_it_comes_down_in_a_thread(house: House, clock: HastyClock) -> None:
    """What is said in the channel around it does not count."""
    async with house.bot():
        thread = new_thread(house)
        await live_in(house, thread)
        robin = house.discord.user("robin")
        old = next(m for m in robin.messages(thread) if "Hosted by" in m.text)
        clock.forward(**MINUTE)
        await chat(house, 2 * SCREEN)
        assert robin.see(thread, old.id)
        await chat(house, SCREEN, thread)
        await robin.wait_for_message(
            thread, lambda m: m.id > old.id and "Hosted by" in m.text, timeout_s=WAIT_S
        )
        await until(house, lambda: robin.see(thread, old.id) is None)


async def test_it_comes_down_where_the_bot_may_not_read_chat(house: House, clock: HastyClock) -> None:
    """Without the content of messages it is still told that they are there."""
    house.discord.world.message_content = False
    async with house.bot():
        old = await house.live_broadcast()
        clock.forward(**MINUTE)
        await chat(house, SCREEN)
        await newer_panel(house, old)
