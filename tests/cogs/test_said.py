"""Only what people say is heard."""

from __future__ import annotations

import pytest
from simcord.backend.models import Message

from bot.demo.views import SeenMessage
from tests.cogs.test_chat import outcomes
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.e2e.test_crowd import set_


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
        await house.shown("an owl — Robin")
        assert outcomes(house) == [("an owl", "queued")]


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
