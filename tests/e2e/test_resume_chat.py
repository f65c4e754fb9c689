"""The bot is killed, and people go on suggesting in the chat: what they wrote is heard once it is back."""

from __future__ import annotations

import asyncio

import pytest

from bot.local.discord.people.users import User
from bot.local.discord.people.views import SeenMessage
from tests.cogs.broadcasts.test_departures import new_thread
from tests.cogs.conftest import bot_process
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.e2e.test_resume import kill, stored, until_stored
from tests.support.steering import set_

ALL = "SELECT prompt, coalesce(refusal, outcome) FROM suggestions ORDER BY rowid"


async def marked(viewer: User, sign: str, *messages: SeenMessage) -> None:
    """Returns when all of them bear this mark of the bot's."""
    for message in messages:

        def is_marked(seen: SeenMessage, its: int = message.id) -> bool:
            return seen.id == its and sign in seen.reactions

        await viewer.wait_for_message(message.channel_id, is_marked, timeout_s=WAIT_S)


@pytest.mark.outage("the bot is killed")
@pytest.mark.parametrize("place", ["channel", "thread"])
async def test_what_was_said_while_no_bot_was_there_is_applied(house: House, place: str) -> None:
    """In its order, after what waited, and marked as any other; and once, though the bot is killed again."""
    mika, robin, sasha = (house.discord.user(name) for name in ("mika", "robin", "sasha"))
    async with bot_process(house) as process:
        await set_(house, mode="host", cooldown_s=0, gap_s=0)
        channel = new_thread(house) if place == "thread" else house.discord.channel(CHANNEL)
        await mika.slash(channel, "odyssey start", prompt="A cat", portrait=False)
        await until_stored(house, "SELECT 1 FROM broadcasts WHERE state = 'live'")
        await robin.send(channel, "!a dragon")
        await until_stored(house, "SELECT 1 FROM suggestions")
        await kill(process)
    owl = await sasha.send(channel, "!an owl hoots")
    await robin.send(channel, "how quiet it is")
    snow = await robin.send(channel, "!snow falls")
    expected = [("a dragon", "queued"), ("an owl hoots", "queued"), ("snow falls", "queued")]
    async with bot_process(house) as process:
        await until_stored(house, "SELECT 1 FROM suggestions WHERE prompt = 'snow falls'")
        await marked(sasha, "📨", owl, snow)
        await kill(process)
    assert stored(house, ALL) == expected
    await sasha.send(channel, "!a whale")
    async with house.bot():
        await until_stored(house, "SELECT 1 FROM suggestions WHERE prompt = 'a whale'")
        assert stored(house, ALL) == [*expected, ("a whale", "queued")]
        await mika.slash(channel, "odyssey mode", mode="queue")
        async with asyncio.timeout(WAIT_S):
            while {outcome for _, outcome in stored(house, ALL)} != {"acknowledged"}:
                await asyncio.sleep(0.05)
        await marked(sasha, "✅", owl, snow)
