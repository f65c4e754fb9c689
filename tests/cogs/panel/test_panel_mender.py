"""Panels of broadcasts that are over, and never showed it."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack
from typing import Any

import discord
import pytest

from bot.broadcast.model import Broadcast
from bot.broadcast.telling.chores import FIRST_PAUSE_S
from bot.local.discord.people.views import SeenMessage
from bot.storage.history import DatabaseHistory
from tests.cogs.conftest import HastyClock, bot_process, refusing, until
from tests.cogs.panel.test_panel_keeper import EDIT_OF_A_MESSAGE, panels
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import set_, suggest


@pytest.mark.outage("Discord away at an end")
async def test_an_end_during_a_long_outage_is_shown_when_discord_is_there_again(
    house: House, clock: HastyClock
) -> None:
    """Longer than any patience, here an hour: the panel does not stay live."""
    async with house.bot():
        panel = await house.live_broadcast()
        with refusing(house.discord, "PATCH", EDIT_OF_A_MESSAGE, status=503) as refused:
            await house.discord.user("mika").slash(CHANNEL, "odyssey end")
            await until(house, lambda: len(refused) > 10, meanwhile=lambda: clock.skip(at_most_s=300))
        await until(
            house,
            lambda: panels(house, "Ended by its host") == [panel.id],
            meanwhile=lambda: clock.skip(at_most_s=300),
        )


async def test_a_reconnect_is_reason_enough_to_look(house: House, clock: HastyClock) -> None:
    """The next try would be minutes away, but Discord's gateway is back: the end is shown at once."""
    async with house.bot():
        panel = await house.live_broadcast()
        with refusing(house.discord, "PATCH", EDIT_OF_A_MESSAGE, status=503) as refused:
            await house.discord.user("mika").slash(CHANNEL, "odyssey end")
            await house.shown("Full video")
            enough = len(refused) + 7
            await until(house, lambda: len(refused) > enough, meanwhile=lambda: clock.skip(at_most_s=300))
            for _ in range(5):
                await house.goes_on()  # a try that is under way fails too
        await house.discord.drop_gateway()
        clock.forward(seconds=FIRST_PAUSE_S)
        assert (await house.shown("Ended by its host")).id == panel.id


async def test_an_end_that_did_not_get_through_before_a_restart(house: House) -> None:
    """In order, but its panel could not be edited, and the bot was restarted: it says what became of it."""
    async with house.bot():
        panel = await house.live_broadcast()
        await suggest(house, "robin", "snow")
        await house.shown("Suggested by")
        with refusing(house.discord, "PATCH", EDIT_OF_A_MESSAGE, status=503) as refused:
            await house.discord.user("mika").slash(CHANNEL, "odyssey end")
            await until(house, lambda: bool(refused))
    async with house.bot():
        mended = await house.shown("Ended by its host")
        assert (mended.id, "**1 idea** from **1 person** came true." in mended.text) == (panel.id, True)


async def test_a_panel_that_shows_its_end_is_left_alone(house: House) -> None:
    """A restart edits nothing that is right already, and nothing twice."""
    async with house.bot():
        await house.whole_broadcast("A cat")
    with refusing(house.discord, "PATCH", EDIT_OF_A_MESSAGE, status=503) as refused:
        async with house.bot():
            assert await house.goes_on()
    assert refused == []


async def test_one_panel_that_cannot_be_mended_keeps_no_other_live(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is wrong with the first one, the next one shows its end in the same look."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    async with AsyncExitStack() as run:
        await run.enter_async_context(house.bot())
        await house.live_broadcast()
        await robin.slash("lounge", "odyssey start", prompt="A dog")
        await house.discord.wait_for_message("lounge", lambda m: "Live" in m.text, timeout_s=WAIT_S)
        with refusing(house.discord, "PATCH", EDIT_OF_A_MESSAGE, status=503):
            await mika.slash(CHANNEL, "odyssey end")
            await robin.slash("lounge", "odyssey end")
            await house.shown("Full video")
            await run.aclose()  # before an edit gets through
    find, first = DatabaseHistory.broadcast, panels(house)[0]

    async def find_or_break(history: DatabaseHistory, broadcast_id: str) -> Broadcast | None:
        broadcast = await find(history, broadcast_id)
        assert broadcast is None or broadcast.prompt != "A cat", "broken by the test"
        return broadcast

    monkeypatch.setattr(DatabaseHistory, "broadcast", find_or_break)
    async with house.bot():
        await house.discord.wait_for_message(
            "lounge", lambda m: "Ended by" in m.text and "Hosted by" in m.text, timeout_s=WAIT_S
        )
    assert panels(house, "Ended by") == []
    assert panels(house) == [first]


async def test_a_killed_bot_leaves_neither_a_live_panel_nor_a_waiting_suggestion(house: House) -> None:
    """SIGKILL, too long ago: the next run closes the panel, and the mark on the message that waited."""
    robin = house.discord.user("robin")
    async with bot_process(house) as process:
        panel = await house.live_broadcast()
        by_host = await house.discord.user("mika").slash(CHANNEL, "odyssey mode", mode="host")
        await by_host.final(timeout_s=WAIT_S)
        message = await robin.send(CHANNEL, "!an owl hoots")
        await house.discord.wait_for_message(
            CHANNEL, lambda m: m.id == message.id and m.reactions == ["📨"], timeout_s=WAIT_S
        )
        process.send_signal(signal.SIGKILL)
        await process.communicate()
    async with house.bot(resume_within_s=0):
        closed = await house.shown("The bot was interrupted")
        assert closed.id == panel.id
        await house.discord.wait_for_message(
            CHANNEL, lambda m: m.id == message.id and m.reactions == ["❌"], timeout_s=WAIT_S
        )


async def test_an_orderly_stop_blames_nobody_who_waited(house: House) -> None:
    """The marks of what waited are taken off before the bot leaves; the panel thanks all at once."""
    async with house.bot():
        await house.live_broadcast()
        by_host = await house.discord.user("mika").slash(CHANNEL, "odyssey mode", mode="host")
        await by_host.final(timeout_s=WAIT_S)
        messages = [
            await house.discord.user(name).send(CHANNEL, f"!{name} hoots {number}")
            for name in ("mika", "robin", "sasha")
            for number in range(3)
        ]
        await until(house, lambda: reactions(house, messages) == [["📨"]] * 9)
    assert reactions(house, messages) == [[]] * 9
    for name in ("mika", "robin", "sasha"):
        assert house.discord.user(name).messages(house.discord.user(name).direct_channel) == []
    said = [message.text for message in house.discord.messages(CHANNEL)]
    assert not [text for text in said if "I cannot say why" in text or "Not applied" in text]


async def test_an_orderly_stop_answers_every_command(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who suggested by command or dialogue is told in the private answer, before the bot leaves."""
    edit = discord.Interaction.edit_original_response

    async def edit_slowly(interaction: discord.Interaction, **changes: Any) -> Any:
        await asyncio.sleep(0.3)
        return await edit(interaction, **changes)

    robin, sasha = house.discord.user("robin"), house.discord.user("sasha")
    async with house.bot():
        await set_(house, mode="host")
        panel = await house.live_broadcast()
        await suggest(house, "robin", "an owl hoots")
        dialogue = await sasha.click(panel, label="Suggest")
        typed = await sasha.submit_modal(dialogue, {"What should happen next?": "it snows"})
        await typed.final(timeout_s=WAIT_S)
        monkeypatch.setattr(discord.Interaction, "edit_original_response", edit_slowly)
    for user in (robin, sasha):
        assert any("Thank you for taking part" in m.text for m in user.messages(CHANNEL) if m.private)


def reactions(house: House, messages: list[SeenMessage]) -> list[list[str]]:
    """What stands under the messages now."""
    now = {m.id: m.reactions for m in house.discord.messages(CHANNEL)}
    return [now[message.id] for message in messages]
