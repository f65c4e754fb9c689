"""What a server is asked at its first start."""

import asyncio
import json

from bot.local.discord.people.users import User
from bot.local.discord.people.views import SeenMessage
from tests.cogs.conftest import refusing, until
from tests.cogs.people import MANAGE_MESSAGES, give, new_channel, new_role
from tests.cogs.settings.test_settings import settings, stored_settings
from tests.e2e.conftest import CHANNEL, WAIT_S, House

QUESTION = "Is that right?"


def questions(user: User, house: House, where: int | None = None) -> list[SeenMessage]:
    """Those that somebody sees in a channel."""
    channel = where or house.discord.channel(CHANNEL)
    return [message for message in user.messages(channel) if QUESTION in message.text]


async def asked(house: House, by: str = "mika") -> SeenMessage:
    """The question, once it is there."""
    return await house.shown(QUESTION, as_user=by)


async def choose(house: House, message: SeenMessage, values: list[str], menu: str, *, says: str) -> None:
    """Chooses in a menu of the question; returns when it says so in place."""
    mika = house.discord.user("mika")
    await mika.select(message, values, custom_id=f"odyssey:first:{menu}")

    def text() -> str:
        seen = mika.see(message.channel_id, message.id)
        return seen.text if seen else ""

    await until(house, lambda: says in text())


def commands_under_way() -> list[str]:
    """The tasks in which discord.py runs them: they go on when the answer is there."""
    return [name for task in asyncio.all_tasks() if (name := task.get_name()) == "CommandTree-invoker"]


async def test_the_first_start_asks_in_private_after_the_panel(house: House) -> None:
    """Who may start and for how long: each choice holds at once, in place; then it is put away."""
    mika, role = house.discord.user("mika"), new_role(house, "Starters")
    async with house.bot():
        panel = await house.live_broadcast()
        question = await asked(house)
        assert question.private
        assert question.id > panel.id
        assert "**Everyone** may start broadcasts in this server, for **any number of minutes** a day" in (
            question.text
        )
        assert "if other bots answer to `!` too" in question.text
        await choose(house, question, ["60"], "minutes", says="**60 minutes** a day")
        await choose(house, question, [str(role)], "roles", says=f"**<@&{role}>** may start")
        kept = await (await mika.click(question, label="Keep it as it is")).final(timeout_s=WAIT_S)
        assert kept.id == question.id
        assert kept.text == (
            f"**<@&{role}>** may start broadcasts in this server, for **60 minutes** a day. "
            "`/odyssey settings` changes it at any time."
        )
        values = json.loads(stored_settings(house))
        assert (values["starter_roles"], values["minutes_per_day"]) == ([role], 60)


async def test_everyone_is_a_choice_among_the_roles(house: House) -> None:
    """By choosing @everyone, or nobody."""
    role, everyone = new_role(house, "Starters"), house.discord.world.guild_id
    async with house.bot():
        await house.live_broadcast()
        question = await asked(house)
        for nobody in ([str(role), str(everyone)], []):
            await choose(house, question, [str(role)], "roles", says=f"**<@&{role}>** may start")
            await choose(house, question, nobody, "roles", says="**Everyone** may start")


async def test_a_server_is_asked_once(house: House) -> None:
    """Not at the next start, nor in the next run; what was asked is answered there all the same."""
    mika = house.discord.user("mika")
    async with house.bot():
        await house.live_broadcast()
        question = await asked(house)
        await mika.slash(CHANNEL, "odyssey end")
        await house.shown("Full video")
        await mika.slash(CHANNEL, "odyssey start", prompt="A dog")
        await settings(house)
        assert len(questions(mika, house)) == 1
    async with house.bot():
        await choose(house, question, ["30"], "minutes", says="**30 minutes** a day")
        await settings(house)
        assert len(questions(mika, house)) == 1


async def test_who_may_not_set_it_is_not_asked(house: House) -> None:
    """The next one who may is: when they start, or open the settings after somebody's start."""
    robin, mika = house.discord.user("robin"), house.discord.user("mika")
    async with house.bot():
        await settings(house)
        await until(house, lambda: commands_under_way() == [])  # it looks for a start once it has answered
        await robin.slash(CHANNEL, "odyssey start", prompt="A cat")
        await house.shown("Live")
        assert not questions(mika, house)  # nobody had started when Mika looked at the settings
        await settings(house)
        await asked(house)
        assert not questions(robin, house)


async def test_of_two_who_start_at_once_one_is_asked(house: House) -> None:
    """In two channels, however long it takes to ask the first."""
    mika, robin = house.discord.user("mika"), house.discord.user("robin")
    give(house, robin, new_role(house, "Crew", MANAGE_MESSAGES))
    studio = new_channel(house, "studio")

    def count() -> int:
        return len(questions(mika, house)) + len(questions(robin, house, studio))

    async with house.bot():
        await asyncio.gather(
            mika.slash(CHANNEL, "odyssey start", prompt="A cat"),
            robin.slash(studio, "odyssey start", prompt="A dog"),
        )
        await until(house, lambda: count() > 0)
        await settings(house)
        await until(house, lambda: count() == 1)


async def test_who_set_it_before_is_not_asked(house: House) -> None:
    """They know of it."""
    async with house.bot():
        await settings(house, name="minutes_per_day", value="90")
        await house.live_broadcast()
        await settings(house)
        assert not questions(house.discord.user("mika"), house)


async def test_a_question_that_could_not_be_told_is_asked_again(house: House) -> None:
    """And the start is none the worse for it."""
    async with house.bot():
        with refusing(house.discord, "POST", r"/webhooks/", status=500):
            await house.live_broadcast()
            assert not questions(house.discord.user("mika"), house)
        await settings(house)
        await asked(house)
