"""Every panel that was ever posted ends in a true state: kills, lost answers, permissions."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
from contextlib import closing, suppress
from typing import Any

import discord
import pytest

from bot.broadcast.posts import Post
from bot.broadcast.telling.chores import FIRST_PAUSE_S
from bot.local.discord.state import ApiError
from bot.storage.journal import DatabaseJournal
from cogs.broadcasts.places import GRACE_S
from tests.cogs.broadcasts.test_departures import SEND, VIEW, deny, ending
from tests.cogs.conftest import HastyClock, bot_process, happening, overhearing, refusing, until
from tests.cogs.panel.test_panel_keeper import EDIT_OF_A_MESSAGE, newer_panel, panels
from tests.e2e.conftest import CHANNEL, WAIT_S, House

ANSWER = r"/webhooks/\d+/[^/]+/messages/@original$"
POST_OF_A_MESSAGE = r"/channels/\d+/messages$"


def lost(status: int) -> ApiError:
    """What Discord answers although it has done what was asked."""
    return ApiError(status, {"code": 0, "message": "lost by the test"})


@pytest.mark.parametrize("is_read", [True, False], ids=["at once", "when it may read the channel again"])
async def test_a_kill_between_the_panel_and_its_record_leaves_none_that_connects_for_ever(
    house: House, clock: HastyClock, is_read: bool
) -> None:
    """Nobody knows the message's ID: it is found in the channel by its buttons, and says what happened."""
    async with bot_process(house) as process:
        kill = lambda _: process.send_signal(signal.SIGKILL)  # noqa: E731
        with happening(house.discord, "PATCH", ANSWER, after=kill):
            starting = asyncio.create_task(
                house.discord.user("mika").slash(CHANNEL, "odyssey start", prompt="A cat", portrait=False)
            )
            await process.communicate()
        starting.cancel()
        with suppress(asyncio.CancelledError):
            await starting
    [panel] = panels(house, "Connecting")
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
        assert database.execute("SELECT * FROM posts").fetchall() == []
    hidden = refusing(house.discord, "GET", POST_OF_A_MESSAGE, status=403, code=50001)
    refused = [] if is_read else hidden.__enter__()
    async with house.bot(resume_within_s=0):
        if not is_read:
            await until(house, lambda: len(refused) > 10, meanwhile=lambda: clock.skip(at_most_s=300))
            hidden.__exit__(None, None, None)
        await until(
            house,
            lambda: panels(house, "The bot was interrupted") == [panel],
            meanwhile=lambda: clock.skip(at_most_s=300),
        )


@pytest.mark.outage("an answer of Discord's is lost")
async def test_a_panel_whose_answer_was_lost_is_taken_up(house: House) -> None:
    """Discord shows it and says that it failed: there is no second one, and this one goes on."""

    def lose(_: object) -> None:
        raise lost(400)  # discord.py tries 5xx again by itself

    async with house.bot():
        with happening(house.discord, "PATCH", ANSWER, after=lose):
            panel = await house.live_broadcast()
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        await house.shown("Ended by its host")
        await house.shown("Full video")
    assert panels(house) == [panel.id]


async def test_a_panel_posted_anew_whose_answer_was_lost_stands_once(house: House, clock: HastyClock) -> None:
    """The post is repeated with its nonce, and shows what happened between the two tries."""
    answers = iter([lost(503), lost(503)])

    def lose(_: object) -> None:
        if error := next(answers, None):
            raise error

    async with house.bot():
        old = await house.live_broadcast()
        with happening(house.discord, "POST", POST_OF_A_MESSAGE, after=lose):
            clock.forward(minutes=50)
            new = await newer_panel(house, old)
            await house.discord.user("robin").send(CHANNEL, "!an owl hoots")
            await until(
                house,
                lambda: panels(house, "> an owl hoots") == [new.id],
                meanwhile=lambda: clock.skip(at_most_s=5),
            )
            await until(house, lambda: panels(house) == [new.id])
        await house.moderate(new, "End", "End it")
        await until(house, lambda: panels(house, "Ended by its host") == [new.id])


@pytest.mark.parametrize("code", [50001, 50013])
async def test_a_permission_that_comes_back_mends_the_panel(
    house: House, clock: HastyClock, code: int
) -> None:
    """It was taken when the broadcast ended, for hours: forbidden is not for ever."""
    async with house.bot():
        panel = await house.live_broadcast()
        with refusing(house.discord, "PATCH", EDIT_OF_A_MESSAGE, status=403, code=code) as refused:
            await house.discord.user("mika").slash(CHANNEL, "odyssey end")
            await until(house, lambda: len(refused) > 15, meanwhile=lambda: clock.skip(at_most_s=300))
        house.discord.world.backend.edit_channel(house.discord.channel("lounge"), {"topic": "changed"})
        clock.forward(seconds=FIRST_PAUSE_S)
        await until(house, lambda: panels(house, "Ended by its host") == [panel.id])


async def test_a_channel_that_is_hidden_and_shown_again_has_panel_and_recording(
    house: House, clock: HastyClock
) -> None:
    """The broadcast ends while the bot may not even see the channel; when it may again, all is there."""
    async with house.bot():
        panel = await house.live_broadcast()
        deny(house, VIEW | SEND)
        await until(
            house, lambda: ending(house)[0] == "ended", meanwhile=lambda: clock.skip(at_most_s=GRACE_S)
        )
        deny(house, 0)
        await until(house, lambda: panels(house, "Ended") == [panel.id])
        await house.shown("Full video")


async def test_a_panel_whose_channel_is_gone_is_given_up(house: House) -> None:
    """It is tried once, and not by later runs."""
    async with house.bot():
        await house.live_broadcast()
        with refusing(house.discord, "PATCH", EDIT_OF_A_MESSAGE, status=404, code=10003):
            await house.discord.user("mika").slash(CHANNEL, "odyssey end")
            with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
                query = "SELECT count(*) FROM posts WHERE kind = 'panel' AND closed_at IS NOT NULL"
                await until(house, lambda: database.execute(query).fetchone() == (1,))
    with overhearing(house.discord, "PATCH", EDIT_OF_A_MESSAGE) as edited_at_s:
        async with house.bot():
            assert await house.goes_on()
    assert edited_at_s == []


@pytest.mark.outage("REST does not answer")
async def test_a_discord_that_never_answers_holds_neither_a_panel_nor_the_stop(
    house: House, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit hangs: it is given up and made again; the stop waits for the last one, but not for ever."""
    monkeypatch.setattr("cogs.panel.upkeep.EDIT_TIMEOUT_S", 0.3)
    monkeypatch.setattr("bot.process.deadline.LAST_WORDS_S", 0.5)
    edit, hangs = discord.PartialMessage.edit, True

    async def edit_or_hang(message: discord.PartialMessage, **changes: Any) -> Any:
        if hangs:
            await asyncio.Event().wait()
        return await edit(message, **changes)

    async with house.bot():
        panel = await house.live_broadcast()
        monkeypatch.setattr(discord.PartialMessage, "edit", edit_or_hang)
        await house.discord.user("robin").send(CHANNEL, "!an owl hoots")
        for _ in range(20):
            assert await house.goes_on()
        hangs = False
        await until(
            house,
            lambda: panels(house, "> an owl hoots") == [panel.id],
            meanwhile=lambda: clock.skip(at_most_s=120),
        )
        hangs = True
    hangs = False
    async with house.bot():
        await until(house, lambda: panels(house, "the bot restarts") == [panel.id])


async def test_only_one_edit_of_a_panel_is_under_way(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also at the stop: the last edit waits for the one before, and so cannot be overtaken by it."""
    edit, under_way, most = discord.PartialMessage.edit, 0, 0

    async def edit_slowly(message: discord.PartialMessage, **changes: Any) -> Any:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        try:
            await asyncio.sleep(0.2)  # Discord's way with edits
            return await edit(message, **changes)
        finally:
            under_way -= 1

    monkeypatch.setattr(discord.PartialMessage, "edit", edit_slowly)
    async with house.bot():
        panel = await house.live_broadcast()
        await house.discord.user("robin").send(CHANNEL, "!an owl hoots")
    assert most == 1
    assert panels(house, "the bot restarts") == [panel.id]


async def test_a_panel_posted_anew_is_remembered_as_soon_as_that_works(
    house: House, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk was full just then: should its last edit fail, it can be mended all the same."""
    save, refused = DatabaseJournal.add_post, iter([True])

    async def refuse_once(journal: DatabaseJournal, post: Post) -> None:
        if next(refused, False):
            raise OSError("disk full")
        await save(journal, post)

    async with house.bot():
        old = await house.live_broadcast()
        monkeypatch.setattr(DatabaseJournal, "add_post", refuse_once)
        clock.forward(minutes=50)
        new = await newer_panel(house, old)
        with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database:
            query = "SELECT message_id FROM posts"
            await until(
                house,
                lambda: (new.id,) in database.execute(query).fetchall(),
                meanwhile=lambda: clock.skip(at_most_s=120),
            )


async def test_a_panel_that_is_posted_but_not_remembered_shows_its_end_in_the_next_run(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full for the record, and Discord refuses the last edit: the next run finds it."""

    async def fail(*_: object) -> None:
        raise OSError("disk full")

    async with house.bot():
        with monkeypatch.context() as patch, refusing(house.discord, "PATCH", EDIT_OF_A_MESSAGE, status=503):
            patch.setattr(DatabaseJournal, "add_post", fail)
            mika = house.discord.user("mika")
            answer = await mika.slash(CHANNEL, "odyssey start", prompt="A cat", portrait=False)
            panel = await answer.final(timeout_s=WAIT_S)
            await house.shown("Something went wrong on our side")
    async with house.bot():
        await until(house, lambda: panels(house, "Failed") == [panel.id])
