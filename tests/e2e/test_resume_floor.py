"""After a kill the floor stands as it stood: votes, approvals, what was under way, what was stopped."""

from __future__ import annotations

import asyncio

import pytest

from tests.cogs.conftest import bot_process
from tests.cogs.panel.test_panel_keeper import panels
from tests.e2e.conftest import CHANNEL, WAIT_S, House, id_of
from tests.e2e.test_resume import SECOND_STREAM, kill, stored, until_stored
from tests.support.steering import set_, suggest


@pytest.mark.outage("the bot is killed")
async def test_killed_with_a_ballot_open_every_vote_is_kept(house: House) -> None:
    """On the panel too, under the same words."""
    async with bot_process(house) as process:
        await set_(house, mode="vote", vote_window_s=300)
        await house.live_broadcast()
        await suggest(house, "robin", "an owl hoots")
        await suggest(house, "sasha", "snow falls")
        panel = await house.shown("snow falls")
        owl = next(str(each.custom_id) for each in panel.buttons if each.label.startswith("1"))
        await house.discord.user("sasha").click(panel, custom_id=owl)
        await house.shown("2 votes")
        await kill(process)
    async with house.bot():
        await until_stored(house, SECOND_STREAM)
        again = await house.discord.wait_for_message(
            CHANNEL, lambda m: m.id == panel.id and "Live" in m.text, timeout_s=WAIT_S
        )
        assert "**1** · an owl hoots" in again.text.replace("\u2068", "").replace("\u2069", "")
        assert "2 votes" in again.text
        await house.discord.user("mika").click(again, custom_id=owl)
        await house.shown("3 votes")


async def test_killed_where_moderators_decide_their_word_is_kept(house: House) -> None:
    """What they let pass is sent, once the world is back; what they have not looked at waits for them."""
    async with bot_process(house) as process:
        await set_(house, mode="host", gap_s=60)
        panel = await house.live_broadcast()
        for words in ("the first goes at once", "an owl hoots", "snow falls"):
            await house.discord.user("robin").send(CHANNEL, f"!{words}")
            await until_stored(house, f"SELECT 1 FROM suggestions WHERE prompt = '{words}'")
            if words != "snow falls":
                review = await house.review(panel, has=words)
                await house.discord.user("mika").click(review, custom_id=id_of(review, "Approve"))
                await until_stored(
                    house, f"SELECT 1 FROM suggestions WHERE approved_at AND prompt = '{words}'"
                )
        assert stored(house, "SELECT outcome FROM suggestions WHERE prompt = 'an owl hoots'") == [("queued",)]
        await kill(process)
    async with house.bot():
        await until_stored(house, "SELECT 1 FROM suggestions WHERE prompt = 'an owl hoots' AND applied != ''")
        assert stored(house, "SELECT outcome FROM suggestions WHERE prompt = 'snow falls'") == [("queued",)]
        again = await house.shown("Live")
        await house.review(again, has="snow falls")


async def test_killed_with_an_interaction_under_way_that_is_not_sent_again(house: House) -> None:
    """Nobody knows whether it was seen: that is what is stored of it."""
    async with bot_process(house) as process:
        await house.live_broadcast()
        house.standin.faults.arm("update_unanswered", times=None)
        await house.discord.user("robin").send(CHANNEL, "!snow falls")
        await until_stored(house, "SELECT 1 FROM suggestions WHERE outcome = 'sent'")
        await kill(process)
    house.standin.faults.disarm()
    async with house.bot():
        await until_stored(house, SECOND_STREAM)
        await house.discord.user("sasha").send(CHANNEL, "!an owl lands")
        await until_stored(house, "SELECT 1 FROM suggestions WHERE prompt = 'an owl lands' AND applied != ''")
    fates = stored(house, "SELECT outcome, refusal FROM suggestions WHERE prompt = 'snow falls'")
    assert fates == [("refused", "not_known")]


async def test_killed_right_after_a_panic_nothing_of_before_comes_back(house: House) -> None:
    """The next stream is the safe prompt's world, without a picture, and nothing is taken."""
    async with bot_process(house) as process:
        await set_(house, safe_prompt="a quiet meadow", gap_s=0)
        await house.live_broadcast("A harbour")
        await house.discord.user("robin").send(CHANNEL, "!a storm")
        await until_stored(house, "SELECT 1 FROM suggestions WHERE applied != ''")
        await until_stored(house, "SELECT 1 FROM last_moments WHERE picture IS NOT NULL")
        house.standin.faults.arm("update_unanswered", times=None)
        panicking = asyncio.create_task(house.discord.user("mika").slash(CHANNEL, "odyssey panic"))
        await until_stored(house, "SELECT 1 FROM suggestions WHERE is_urgent")
        await kill(process)
        panicking.cancel()
        await asyncio.wait({panicking})
    house.standin.faults.disarm()
    async with house.bot():
        await until_stored(house, SECOND_STREAM)
        panel = await house.shown("Suggestions are paused")
        assert panels(house) == [panel.id]
    [(second,)] = stored(house, "SELECT prompt FROM streams WHERE number = 2")
    assert second == "a quiet meadow"


@pytest.mark.parametrize("done", ["edited", "deleted", "deleted while the bot was away", "edited meanwhile"])
async def test_what_is_done_to_a_message_of_before_is_heeded(house: House, done: str) -> None:
    """A suggestion that waits is revised with its message, and withdrawn with it."""
    robin = house.discord.user("robin")
    async with bot_process(house) as process:
        await set_(house, mode="host")
        await house.live_broadcast()
        message = await robin.send(CHANNEL, "!an owl hoots")
        await until_stored(house, "SELECT 1 FROM suggestions")
        await kill(process)
    if done == "deleted while the bot was away":
        await robin.delete(message)
    if done == "edited meanwhile":
        await robin.edit(message, "!two owls hoot")
    async with house.bot():
        if done == "deleted":
            await robin.delete(message)
        if done == "edited":
            await robin.edit(message, "!two owls hoot")
        if "edited" in done:
            await until_stored(house, "SELECT 1 FROM suggestions WHERE prompt = 'two owls hoot'")
            assert stored(house, "SELECT outcome FROM suggestions") == [("queued",)]
        else:
            await until_stored(house, "SELECT 1 FROM suggestions WHERE refusal = 'withdrawn'")
