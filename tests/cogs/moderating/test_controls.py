"""Behind Moderate: what somebody may do, where only they see it."""

import asyncio
from typing import Any

import pytest

from bot.local.discord.people.views import SeenMessage
from tests.cogs.conftest import HastyClock, happening, refusing
from tests.cogs.people import MANAGE_MESSAGES, Visitor, give, new_role, take
from tests.e2e.conftest import CHANNEL, WAIT_S, House, id_of
from tests.support.steering import set_, suggest


def labels(message: SeenMessage) -> list[str]:
    return [button.label for button in message.buttons]


def as_now(house: House, message: SeenMessage, *, by: str = "mika") -> SeenMessage:
    """The message as somebody sees it now."""
    seen = house.discord.user(by).see(message.channel_id, message.id)
    assert seen
    return seen


async def becomes(house: House, message: SeenMessage, text: str, *, by: str = "mika") -> SeenMessage:
    """The same message, as soon as it has this text."""
    return await house.discord.user(by).wait_for_message(
        message.channel_id, lambda m: m.id == message.id and text in m.text, timeout_s=WAIT_S
    )


async def test_the_panel_has_no_moderators_buttons(house: House) -> None:
    """Viewers see three buttons, none of them red; who may not moderate is told so in private."""
    async with house.bot():
        panel = await house.live_broadcast()
        assert labels(panel) == ["Suggest", "Watch", "Moderate"]
        assert not [each for each in panel.components if each.get("style") == 4]
        refused = await house.discord.user("robin").click(panel, label="Moderate")
        assert refused.message
        assert refused.message.private
        assert "Only moderators can do this" in refused.text


async def test_the_controls_follow_what_is_pressed(house: House) -> None:
    """Pause becomes Resume; the mode is chosen in a menu; everything in the one private message."""
    mika = house.discord.user("mika")
    async with house.bot():
        panel = await house.live_broadcast()
        controls = await house.controls(panel)
        assert labels(controls) == ["Pause", "Panic", "End"]
        await mika.click(controls, label="Pause")
        paused = await becomes(house, controls, "Suggestions are paused.")
        assert labels(paused) == ["Resume", "Panic", "End"]
        await mika.click(controls, label="Resume")
        await becomes(house, controls, "Suggestions are taken.")
        await mika.select(controls, ["host"])
        await becomes(house, controls, "Decided by the moderators.")
        await suggest(house, "robin", "an owl hoots")
        await becomes(house, controls, "1 waits for a moderator.")
        await house.shown("Moderate (1)", as_user="robin")
        await mika.click(controls, label="Panic")
        panicked = await becomes(house, controls, "the line is empty")
        assert labels(panicked) == ["Review", "Resume", "Panic", "End"]
        assert len([m for m in mika.messages(CHANNEL) if m.private and "End" in labels(m)]) == 1


async def test_what_another_moderator_does_is_seen_too(house: House) -> None:
    """Two have their controls open: those of each are edited, and in the end they say that it is over."""
    give(house, house.discord.user("robin"), new_role(house, "Crew", MANAGE_MESSAGES))
    async with house.bot():
        panel = await house.live_broadcast()
        of_mika, of_robin = await house.controls(panel), await house.controls(panel, by="robin")
        await house.discord.user("robin").click(of_robin, label="Pause")
        assert "Resume" in labels(await becomes(house, of_mika, "Suggestions are paused."))
        await house.discord.user("mika").slash(CHANNEL, "odyssey end")
        for controls, by in ((of_mika, "mika"), (of_robin, "robin")):
            assert labels(await becomes(house, controls, "This broadcast is over.", by=by)) == []


async def test_controls_that_are_open_are_edited_once_in_a_while(
    house: House, clock: HastyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much happens, once in the gap; and the last edit shows it all."""
    gap_s = 20.0
    monkeypatch.setattr("cogs.kit.private_answers.EDIT_GAP_S", gap_s)
    edits: list[str] = []

    def note(call: dict[str, Any]) -> None:
        if "for a moderator." in str(call):  # not the panel, nor a word to an author
            edits.append(str(call))

    async with house.bot():
        await set_(house, mode="host", line_limit_per_viewer=12)
        controls = await house.controls(await house.live_broadcast())
        with happening(house.discord, "PATCH", "/webhooks/", before=note):
            for number in range(12):
                await suggest(house, "robin", f"idea {number}")
            assert edits == []
            clock.forward(seconds=gap_s)
            await becomes(house, controls, "12 wait for a moderator.")
        assert len(edits) == 1


async def test_controls_that_were_dismissed_are_not_edited_again_and_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discord counts what it refuses; pressed again, they are there again."""
    monkeypatch.setattr("cogs.kit.private_answers.EDIT_GAP_S", 0)
    robin = house.discord.user("robin")
    async with house.bot():
        await set_(house, mode="host")
        panel = await house.live_broadcast()
        await house.controls(panel)
        with refusing(house.discord, "PATCH", "/webhooks/", status=404, code=10008) as refused:
            for count, waiting in enumerate(("1 waits", "2 wait", "3 wait"), start=1):
                await robin.send(CHANNEL, f"!idea {count}")
                await house.shown(f"{waiting} for a moderator", as_user="robin")
        assert len(refused) == 1
        await house.controls(panel)
        assert (await house.shown("3 wait for a moderator.")).private


async def test_end_asks_once(house: House) -> None:
    """It can be kept on air; the second press ends it."""
    mika = house.discord.user("mika")
    async with house.bot():
        panel = await house.live_broadcast()
        controls = await house.controls(panel)
        await mika.click(controls, label="End")
        asked = await becomes(house, controls, "End this broadcast now?")
        assert labels(asked) == ["End it", "Keep it on air"]
        await mika.click(controls, label="Keep it on air")
        assert labels(await becomes(house, controls, "Suggestions are taken.")) == ["Pause", "Panic", "End"]
        await mika.click(controls, label="End")
        await mika.click(controls, label="End it")
        await house.shown("Ended by its host")


async def test_a_host_who_is_no_moderator_finds_end_alone(house: House) -> None:
    """What belongs to moderators is not offered to them."""
    robin = house.discord.user("robin")
    async with house.bot():
        await robin.slash(CHANNEL, "odyssey start", prompt="A cat")
        controls = await house.controls(await house.shown("🔴 Live"), by="robin")
        assert labels(controls) == ["End"]
        assert not [each for each in controls.components if each["type"] == 3]
        await robin.click(controls, label="End")
        await robin.click(controls, label="End it")
        await house.shown("Ended by its host")


@pytest.mark.parametrize("control", ["Pause", "Panic", "End", "the mode"])
async def test_who_loses_the_role_in_between_is_refused(house: House, control: str) -> None:
    """At the next press; what was offered is gone then."""
    robin, role = house.discord.user("robin"), new_role(house, "Crew", MANAGE_MESSAGES)
    give(house, robin, role)
    async with house.bot():
        panel = await house.live_broadcast()
        controls = await house.controls(panel, by="robin")
        take(house, robin, role)
        if control == "the mode":
            await robin.select(controls, ["draw"])
        else:
            await robin.click(controls, label=control)
        refused = await becomes(house, controls, "moderator", by="robin")
        assert labels(refused) == []
        await (await house.discord.user("mika").slash(CHANNEL, "odyssey mode", mode="vote")).final()
        await house.shown("for everybody to vote on")
        assert labels(as_now(house, controls, by="robin")) == []


@pytest.mark.parametrize(
    ("old", "word"),
    [
        ("pause", "Suggestions are paused."),
        ("resume", "Suggestions are taken."),
        ("panic", "the line is empty"),
        ("review", "## Review"),
        ("end", "End this broadcast now?"),
    ],
)
async def test_buttons_of_an_earlier_versions_panel_answer(house: House, old: str, word: str) -> None:
    """As the controls do, in private; and those who may not press them are refused."""
    robin, channel = Visitor(house, house.discord.user("robin")), house.discord.channel(CHANNEL)
    async with house.bot():
        panel = await house.live_broadcast()
        broadcast_id = id_of(panel, "Suggest").rpartition(":")[2]
        refused = await robin.press(channel, f"odyssey:{old}:{broadcast_id}")
        assert "moderator" in refused
        await Visitor(house, house.discord.user("mika")).press(channel, f"odyssey:{old}:{broadcast_id}")
        assert (await house.shown(word)).private


async def test_a_press_after_the_end_says_that_it_is_over(house: House) -> None:
    """On an old panel, and on controls that were open."""
    channel = house.discord.channel(CHANNEL)
    mika = Visitor(house, house.discord.user("mika"))
    async with house.bot():
        panel = await house.live_broadcast()
        broadcast_id = id_of(panel, "Suggest").rpartition(":")[2]
        await mika.command(channel, "end")
        await house.shown("Full video")
        for button in ("moderate", "pause", "panic", "endit", "keepit", "takeback", "mode"):
            custom_id = f"odyssey:{button}:{broadcast_id}" + (":gone" if button == "takeback" else "")
            pressed = mika.choose(channel, custom_id, "draw") if button == "mode" else None
            answer = await (pressed or mika.press(channel, custom_id))
            assert "This broadcast is over" in answer, button


async def test_forty_people_press_moderate_in_the_same_second(house: House) -> None:
    """Each is refused in private, and the panel stands as it was."""
    async with house.bot():
        panel = await house.live_broadcast()
        fans = [house.discord.add_user(f"fan{number}") for number in range(40)]
        answers = await asyncio.gather(*(fan.click(panel, label="Moderate") for fan in fans))
        assert all("Only moderators" in answer.text for answer in answers)
        assert labels(as_now(house, panel)) == ["Suggest", "Watch", "Moderate"]
