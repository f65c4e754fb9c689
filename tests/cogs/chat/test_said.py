"""Only what people say is heard."""

import pytest
from simcord.backend.models import Message

from bot.local.discord.people.views import SeenMessage
from tests.cogs.chat.test_chat import outcomes
from tests.cogs.conftest import until
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import set_


def system_message(house: House, kind: int, content: str) -> SeenMessage:
    """A message of Discord's own, in Robin's name."""
    world, robin, channel = house.discord.world, house.discord.user("robin"), house.discord.channel(CHANNEL)
    message = Message(
        id=world.backend.snowflake(), channel_id=channel, author_id=robin.id, content=content, type=kind
    )
    world.backend.commit_message(message)
    seen = robin.see(channel, message.id)
    assert seen
    return seen


async def test_messages_of_discords_own_steer_nothing(house: House) -> None:
    """A thread's name, a stage's topic, a followed channel's name: with the prefix or a mention."""
    async with house.bot():
        await set_(house, mode="host")
        panel = await house.live_broadcast()
        me = house.discord.world.application_id
        for kind in (1, 4, 6, 7, 8, 12, 18, 24, 27, 31, 46, 99):
            system_message(house, kind, f"!kind {kind}")
            system_message(house, kind, f"<@{me}> kind {kind}")
        await house.discord.user("robin").send(CHANNEL, "an owl", reply_to=panel)
        await house.shown("1 waits for a moderator")
        await until(house, lambda: outcomes(house) == [("an owl", "queued")])


@pytest.mark.parametrize("kind", [12, 18, 27])
async def test_a_message_of_discords_own_cannot_be_suggested(house: House, kind: int) -> None:
    """The menu of messages says why."""
    robin = house.discord.user("robin")
    async with house.bot():
        await house.live_broadcast()
        answer = await robin.context_menu(system_message(house, kind, "thread name"), "Suggest this")
        assert "a message of Discord's own" in answer.text
        answer = await robin.context_menu(await robin.send(CHANNEL, "an owl"), "Suggest this")
        assert "Taken" in (await answer.final(timeout_s=WAIT_S)).text


async def test_a_message_to_the_bot_is_heard_however_it_is_addressed(house: House) -> None:
    """By a mention of the bot or of its role, which Discord offers beside it; with the prefix too."""
    world, robin = house.discord.world, house.discord.user("robin")
    async with house.bot():
        await set_(house, mode="host", line_limit_per_viewer=9)
        await house.live_broadcast()
        me = world.application_id
        role = next(role.id for role in world.backend.guilds[world.guild_id].roles.values() if role.managed)
        said = [f"<@{me}> a kite", f"<@!{me}>!a dog", f"<@&{role}> a cat", f"<@&{role}> <@{me}> ! an owl"]
        for text in said:
            await robin.send(CHANNEL, text)
        await house.shown("4 wait for a moderator")
        assert [prompt for prompt, _ in outcomes(house)] == ["a kite", "a dog", "a cat", "an owl"]


async def test_a_message_that_was_passed_on_can_be_suggested(house: House) -> None:
    """Its words are those of the message that it passes on."""
    robin = house.discord.user("robin")
    async with house.bot():
        await set_(house, mode="host")
        await house.live_broadcast()
        forwarded = await robin.send(CHANNEL, "a placeholder")
        payload = forwarded.payload | {"content": "", "message_snapshots": [{"message": snapshot("an owl")}]}
        answer = await robin.context_menu(SeenMessage(payload), "Suggest this")
        assert "Taken" in (await answer.final(timeout_s=WAIT_S)).text
        await until(house, lambda: outcomes(house) == [("an owl", "queued")])


def snapshot(content: str) -> dict[str, object]:
    """A message as it stands in one that passes it on."""
    nothing = {name: list[str]() for name in ("attachments", "embeds", "components", "mentions")}
    times = {"timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None}
    return {"type": 0, "content": content, "flags": 0, "mention_roles": [], **nothing, **times}
