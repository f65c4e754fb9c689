"""Who is muted, until when, and to let them steer again from there; to mute from a person's menu."""

import asyncio
import re
from datetime import timedelta

import pytest

from bot.local.discord.people.answers import Answer
from bot.local.discord.people.users import User
from bot.local.discord.people.views import SeenMessage
from bot.local.discord.state.values import USER_COMMAND
from tests.cogs.conftest import HastyClock
from tests.cogs.people import ADMINISTRATOR, MANAGE_MESSAGES, backend_of, give, new_role, take
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import suggest

MENU = "Mute from steering"
LENGTH = "For how long?"


async def mutes(house: House, who: str = "mika") -> SeenMessage:
    """The list, as it is answered."""
    answer = await house.discord.user(who).slash(CHANNEL, "odyssey mutes")
    return await answer.final(timeout_s=WAIT_S)


async def mute(house: House, person: User, minutes: int, *, by: str = "mika") -> str:
    """What the moderator is told."""
    answer = await house.discord.user(by).slash(CHANNEL, "odyssey mute", person=person.id, minutes=minutes)
    return (await answer.final(timeout_s=WAIT_S)).text


def names(page: SeenMessage) -> list[str]:
    """Who stands in the list, from above."""
    return re.findall(r"\*\*(\w+)\*\* · <@\d+>", page.text)


def unmute_id(page: SeenMessage, number: int) -> str | None:
    """The custom ID of a button to unmute, counted from above."""
    return [button.custom_id for button in page.buttons if button.label == "Unmute"][number]


async def test_the_list_says_who_is_muted_until_when_and_by_whom(house: House, clock: HastyClock) -> None:
    """Who steers again first comes first; a mute that runs out is gone; the audit list has the lengths."""
    robin, sasha, mika = (house.discord.user(name) for name in ("robin", "sasha", "mika"))
    async with house.bot():
        assert "Nobody is muted" in (await mutes(house)).text
        await mute(house, robin, 90)
        await mute(house, sasha, 10)
        page = await mutes(house)
        assert page.private
        assert names(page) == ["Sasha", "Robin"]
        ends_at = int((clock.now() + timedelta(minutes=90)).timestamp())
        [shown] = re.findall(rf"<@{robin.id}>\n-# ends <t:(\d+):R> · by \*\*Mika\*\*", page.text)
        assert abs(int(shown) - ends_at) < 60
        clock.forward(minutes=11)
        assert names(await mutes(house)) == ["Robin"]
        audit = (await (await mika.slash(CHANNEL, "odyssey audit")).final(timeout_s=WAIT_S)).text
        assert "muted Robin for 1 h 30 min" in audit
        assert "muted Sasha for 10 min" in audit


async def test_the_list_outlives_a_restart(house: House) -> None:
    """With names and who muted; the buttons of a list from before still unmute."""
    robin, mika = house.discord.user("robin"), house.discord.user("mika")
    async with house.bot():
        await mute(house, robin, 90)
        page = await mutes(house)
    async with house.bot():
        assert names(await mutes(house)) == ["Robin"]
        await mika.click(page, label="Unmute")
        await house.shown("**Robin** can steer again")
        assert names(await mutes(house)) == []


async def test_unmute_in_the_list(house: House, clock: HastyClock) -> None:
    """It shows who is left; one that ran out meanwhile, or that another unmuted, is told as such."""
    robin, sasha, mika = (house.discord.user(name) for name in ("robin", "sasha", "mika"))
    async with house.bot():
        await house.live_broadcast()
        await mute(house, sasha, 10)
        await mute(house, robin, 90)
        page, before = await mutes(house), await mutes(house)
        await mika.click(page, custom_id=unmute_id(page, 1))
        left = await house.shown("**Robin** can steer again")
        assert (left.id, names(left)) == (page.id, ["Sasha"])
        assert "Taken" in (await suggest(house, "robin", "an owl hoots")).text
        await mika.click(before, custom_id=unmute_id(before, 1))
        assert names(await house.shown("That mute was over already")) == ["Sasha"]
        clock.forward(minutes=11)
        await mika.click(page, label="Unmute")
        assert names(await house.shown("Nobody is muted")) == []


async def test_who_has_left_can_be_unmuted(house: House) -> None:
    """They have no rank any more, so every moderator of the server stands above them."""
    chief = house.discord.add_user("chief", display_name="Chief", moderator=True)
    give(house, house.discord.user("mika"), new_role(house, "Admins", ADMINISTRATOR))
    deputy = house.discord.add_user("deputy")
    give(house, deputy, new_role(house, "Deputies", MANAGE_MESSAGES))
    async with house.bot():
        await mute(house, chief, 90)
        page = await mutes(house, "deputy")
        await deputy.click(page, label="Unmute")
        await house.shown("Only somebody who stands above", as_user="deputy")
        backend_of(house).remove_member(house.discord.world.guild_id, chief.id)
        await deputy.click(page, label="Unmute")
        assert "can steer again" in (await house.shown("Nobody is muted", as_user="deputy")).text


async def test_a_long_list_has_pages(house: House) -> None:
    """Each fits into a message; the last one shrinks to the one before it."""
    people = [house.discord.add_user(f"p{number}", display_name=f"P{number}") for number in range(9)]
    mika = house.discord.user("mika")
    async with house.bot():
        for number, person in enumerate(people):
            await mute(house, person, 10 + number)
        page = await mutes(house)
        assert names(page) == [f"P{number}" for number in range(8)]
        await mika.click(page, label="Later ▶")
        last = await house.shown("9 to 9 of 9")
        assert names(last) == ["P8"]
        await mika.click(last, label="Unmute")
        assert names(await house.shown("1 to 8 of 8")) == [f"P{number}" for number in range(8)]


async def test_forty_presses_of_one_button_unmute_once(house: House) -> None:
    """All are answered, and the audit list has one of them."""
    robin, mika = house.discord.user("robin"), house.discord.user("mika")
    async with house.bot():
        await mute(house, robin, 90)
        page = await mutes(house)
        pressed = await asyncio.gather(*(mika.click(page, label="Unmute") for _ in range(40)))
        assert {answer.failed for answer in pressed} == {None}
        audit = ""
        async with asyncio.timeout(WAIT_S):
            while "unmuted Robin" not in audit:  # it is stored a moment after it holds
                audit = (await (await mika.slash(CHANNEL, "odyssey audit")).final(timeout_s=WAIT_S)).text
        assert audit.count("unmuted Robin") == 1


async def test_who_lost_the_role_neither_sees_nor_unmutes(house: House) -> None:
    """A list that was opened with it is worth nothing without."""
    deputy, robin = house.discord.add_user("deputy"), house.discord.user("robin")
    role = new_role(house, "Deputies", MANAGE_MESSAGES)
    give(house, deputy, role)
    async with house.bot():
        await mute(house, robin, 90)
        page = await mutes(house, "deputy")
        take(house, deputy, role)
        refused = await deputy.click(page, label="Unmute")
        assert "Only moderators of the whole server" in (await refused.final(timeout_s=WAIT_S)).text
        assert names(await mutes(house)) == ["Robin"]


async def menu(house: House, target: User | int, *, by: str = "mika") -> Answer:
    """`Mute from steering`, in somebody's menu."""
    return await house.discord.user(by).user_menu(CHANNEL, target, MENU)


async def test_mute_from_a_persons_menu(house: House) -> None:
    """What they have in line goes; who is muted already is told so before and after."""
    robin, mika = house.discord.user("robin"), house.discord.user("mika")
    async with house.bot():
        await house.live_broadcast()
        await mika.slash(CHANNEL, "odyssey mode", mode="host")
        await suggest(house, "robin", "an owl hoots")
        dialogue = await menu(house, robin)
        assert "muted already" not in str(dialogue.modal)
        answer = await mika.submit_modal(dialogue, {})
        assert "**Robin** cannot steer; that ends" in (await answer.final(timeout_s=WAIT_S)).text
        await house.shown("A moderator has muted you", as_user="robin")
        assert "has muted you" in (await suggest(house, "robin", "an owl hoots")).text
        again = await menu(house, robin)
        assert "They are muted already" in str(again.modal)
        answer = await mika.submit_modal(again, {LENGTH: ["1440"]})
        assert "**Robin** was muted already: that ends" in (await answer.final(timeout_s=WAIT_S)).text
        assert "was muted already" in await mute(house, robin, 10)
        audit = (await (await mika.slash(CHANNEL, "odyssey audit")).final(timeout_s=WAIT_S)).text
        assert "muted Robin for 1 day" in audit


async def test_the_menu_asks_for_the_same_right_as_the_command(house: House) -> None:
    """No equals, nobody above, no bots, and nobody by a viewer: told at once, not after choosing."""
    house.discord.add_user("equal", moderator=True)
    async with house.bot():
        assert MENU in house.discord.user("robin").context_commands(CHANNEL, kind=USER_COMMAND)
        for by, target, word in (
            ("robin", house.discord.user("sasha"), "Only moderators of the whole server"),
            ("mika", house.discord.user("equal"), "Only somebody who stands above"),
            ("mika", house.discord.user("mika"), "Only somebody who stands above"),
            ("mika", house.discord.world.application_id, "stands above|bots do not steer"),
        ):
            answer = await menu(house, target, by=by)
            assert re.search(word, (await answer.final(timeout_s=WAIT_S)).text), (by, target)


@pytest.mark.parametrize("change", ["promoted", "left", "demoted"])
async def test_a_dialogue_goes_by_what_holds_when_it_is_submitted(house: House, change: str) -> None:
    """Its person may have risen or left, its moderator have lost the role."""
    robin, deputy = house.discord.user("robin"), house.discord.add_user("deputy")
    role = new_role(house, "Deputies", MANAGE_MESSAGES)
    give(house, deputy, role)
    async with house.bot():
        dialogue = await menu(house, robin, by="deputy")
        match change:
            case "promoted":
                give(house, robin, new_role(house, "Admins", ADMINISTRATOR))
                word = "Only somebody who stands above"
            case "left":
                backend_of(house).remove_member(house.discord.world.guild_id, robin.id)
                word = "not in this server"
            case _:
                take(house, deputy, role)
                word = "Only moderators of the whole server"
        answer = await deputy.submit_modal(dialogue, {})
        assert word in (await answer.final(timeout_s=WAIT_S)).text
        assert names(await mutes(house)) == []
