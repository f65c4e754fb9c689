"""Panels of broadcasts that run: alive and young."""

import sqlite3
from contextlib import closing

import pytest

from bot.local.discord.people.views import SeenMessage
from bot.storage.journal import DatabaseJournal
from tests.cogs.conftest import HastyClock, overhearing, refusing, until
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import set_, suggest

GAP_S = 60.0
EDIT_OF_A_MESSAGE = r"/channels/\d+/messages/\d+$"


async def newer_panel(house: House, than: SeenMessage, channel: str = CHANNEL) -> SeenMessage:
    """The panel that was posted after this one."""
    return await house.discord.wait_for_message(
        channel, lambda m: m.id > than.id and "Hosted by" in m.text, timeout_s=WAIT_S
    )


def panels(house: House, text: str = "") -> list[int]:
    """The IDs of the panels in the channel that have this text."""
    messages = house.discord.messages(CHANNEL)
    return [m.id for m in messages if "Hosted by" in m.text and "Recording" not in m.text and text in m.text]


async def test_edits_keep_their_distance(
    house: House, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much happens, a panel is edited once in the gap, and the last edit shows it all."""
    async with house.bot():
        await set_(house, mode="host", line_limit_per_viewer=12)
        await house.live_broadcast()
        monkeypatch.setattr("cogs.panel.upkeep.EDIT_GAP_S", GAP_S)
        with overhearing(house.discord, "PATCH", EDIT_OF_A_MESSAGE) as edited_at_s:
            for number in range(12):
                await suggest(house, "robin", f"idea {number}")
            early = len(edited_at_s)
            assert early <= 1
            await until(
                house,
                lambda: panels(house, "12 wait for a moderator") != [],
                meanwhile=lambda: clock.skip(at_most_s=GAP_S),
            )
        assert len(edited_at_s) <= early + 1


async def test_a_panel_is_posted_anew_before_discord_refuses_its_edits(
    house: House, clock: HastyClock
) -> None:
    """At 50 minutes the old message gives way to a new one: replies to it and its buttons work."""
    robin, sasha = house.discord.user("robin"), house.discord.user("sasha")
    async with house.bot():
        old = await house.live_broadcast()
        clock.forward(minutes=49)
        assert panels(house) == [old.id]
        clock.forward(minutes=1)
        new = await newer_panel(house, old)
        await until(house, lambda: panels(house) == [new.id])
        await robin.send(CHANNEL, "an owl hoots", reply_to=new)
        shown = await house.shown("> an owl hoots")
        assert shown.id == new.id
        dialogue = await sasha.click(new, label="Suggest")
        await sasha.submit_modal(dialogue, {"What should happen next?": "it snows"})
        await house.shown("> it snows")
        await house.moderate(new, "End", "End it")
        ended = await house.shown("Ended by its host")
        assert ended.id == new.id


async def test_a_broadcast_that_waits_keeps_a_young_panel(house: House, clock: HastyClock) -> None:
    """However long the line for a free stream is, its panel is never older than 55 minutes."""
    async with house.bot(concurrent_streams=1):
        await house.live_broadcast()
        robin = house.discord.user("robin")
        await robin.slash("lounge", "odyssey start", prompt="A dog")
        first = await house.discord.wait_for_message("lounge", lambda m: "number **1** in line" in m.text)
        clock.forward(minutes=50)
        second = await newer_panel(house, first, "lounge")
        clock.forward(minutes=50)
        third = await newer_panel(house, second, "lounge")
        assert "number **1** in line" in third.text
        await house.moderate(third, "End", "End it", by="robin")
        await house.discord.wait_for_message(
            "lounge", lambda m: m.id == third.id and "Ended by its host" in m.text, timeout_s=WAIT_S
        )


async def test_the_new_panel_is_the_one_that_a_restart_finds(house: House, clock: HastyClock) -> None:
    """Its message ID is stored: the next run shows the end there."""
    async with house.bot():
        old = await house.live_broadcast()
        clock.forward(minutes=50)
        new = await newer_panel(house, old)
    with closing(sqlite3.connect(house.directory / "odyssey.sqlite3")) as database, database:
        database.execute("UPDATE broadcasts SET state = 'live', reason = NULL, ended_at = NULL")
    async with house.bot(resume_within_s=0):
        closed = await house.shown("The bot was interrupted")
        assert closed.id == new.id


async def test_an_old_panel_that_can_be_neither_deleted_nor_edited_works_until_the_end(
    house: House, clock: HastyClock
) -> None:
    """Its buttons answer, replies to it steer, and when Discord takes it again there is one panel."""
    robin = house.discord.user("robin")
    async with house.bot():
        old = await house.live_broadcast()
        of_the_old = rf"/messages/{old.id}$"
        with refusing(house.discord, "DELETE|PATCH", of_the_old, status=503):
            clock.forward(minutes=50)
            new = await newer_panel(house, old)
            await robin.send(CHANNEL, "an owl hoots", reply_to=old)
            await house.shown("> an owl hoots")
            dialogue = await robin.click(old, label="Suggest")
            assert dialogue.modal
            await house.moderate(old, "End", "End it")
            await until(house, lambda: panels(house, "Ended by its host") == [new.id])
        await until(house, lambda: panels(house) == [new.id], meanwhile=lambda: clock.skip(at_most_s=300))


async def test_a_refused_edit_of_an_old_message_leads_to_a_new_one(house: House) -> None:
    """Discord's limit for old messages (30046) is hidden: should it come earlier, the panel moves at once."""
    robin = house.discord.user("robin")
    async with house.bot():
        old = await house.live_broadcast()
        with refusing(house.discord, "PATCH", EDIT_OF_A_MESSAGE, status=429, code=30046):
            await robin.send(CHANNEL, "!an owl hoots")
            new = await newer_panel(house, old)
        await house.shown("> an owl hoots")
        await until(house, lambda: panels(house) == [new.id])


@pytest.mark.outage("panel deleted")
async def test_a_deleted_panel_comes_back(house: House) -> None:
    """Somebody deletes it by mistake: with the next change there is another."""
    robin, mika = house.discord.user("robin"), house.discord.user("mika")
    async with house.bot():
        old = await house.live_broadcast()
        await mika.delete(old)
        await robin.send(CHANNEL, "!an owl hoots")
        new = await newer_panel(house, old)
        await house.moderate(new, "End", "End it")
        await house.shown("Ended by its host")


@pytest.mark.outage("REST answers 5xx or 429")
@pytest.mark.parametrize("status", [503, 429])
async def test_a_panel_is_not_given_up_while_its_broadcast_runs(
    house: House, clock: HastyClock, status: int
) -> None:
    """Edits fail for twenty minutes, or are too many: then it shows at once what happened meanwhile."""
    async with house.bot():
        panel = await house.live_broadcast()
        with refusing(house.discord, "PATCH", EDIT_OF_A_MESSAGE, status=status) as refused:
            await house.discord.user("robin").send(CHANNEL, "!an owl hoots")
            await until(house, lambda: len(refused) > 10, meanwhile=lambda: clock.skip(at_most_s=120))
        await until(
            house,
            lambda: panels(house, "> an owl hoots") == [panel.id],
            meanwhile=lambda: clock.skip(at_most_s=120),
        )


async def test_a_panel_that_cannot_be_remembered_shows_that_nothing_came_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when it is posted: the broadcast ends, and its panel does not look live for ever."""

    async def fail(*_: object) -> None:
        raise OSError("disk full")

    async with house.bot():
        monkeypatch.setattr(DatabaseJournal, "add_post", fail)
        mika = house.discord.user("mika")
        answer = await mika.slash(CHANNEL, "odyssey start", prompt="A cat", portrait=False)
        panel = await answer.final(timeout_s=WAIT_S)
        await house.discord.wait_for_message(
            CHANNEL,
            lambda m: m.id == panel.id and "Failed" in m.text and "Suggest" not in m.text,
            timeout_s=WAIT_S,
        )
        await house.shown("Something went wrong on our side")
