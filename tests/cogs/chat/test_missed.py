"""Chat that was typed while nobody heard it: after a session that was lost."""

import asyncio
from typing import Any

import discord
import pytest

from bot.local.discord.state import ApiError
from cogs.chat import chat
from cogs.chat.missed import Missed
from tests.cogs.broadcasts.test_departures import deny
from tests.cogs.chat.test_chat import outcomes
from tests.cogs.conftest import happening
from tests.e2e.conftest import CHANNEL, WAIT_S, House
from tests.support.steering import set_

READ_MESSAGE_HISTORY = 1 << 16


async def say(house: House, *said: tuple[str, str]) -> None:
    for name, text in said:
        await house.discord.user(name).send(CHANNEL, text)


async def until_stored(house: House, *prompts: str) -> None:
    """Returns when so many suggestions are stored: they have these words, in this order."""
    async with asyncio.timeout(WAIT_S):
        while len(outcomes(house)) < len(prompts):
            await asyncio.sleep(0.02)
    assert [prompt for prompt, _ in outcomes(house)] == list(prompts)


@pytest.mark.outage("gateway session lost")
async def test_what_was_said_meanwhile_is_taken_in_its_order(house: House) -> None:
    """What is talk is not, nor what bots say; nothing that was heard before is taken, or refused, again."""
    backend, channel = house.discord.world.backend, house.discord.channel(CHANNEL)
    async with house.bot():
        await set_(house, mode="host", cooldown_s=0, blocked_words="vile")
        await house.live_broadcast()
        await say(house, ("robin", "!a dragon"), ("robin", "!something vile"))
        robin = house.discord.user("robin")
        async with asyncio.timeout(WAIT_S):
            while len(notices := robin.messages(robin.direct_channel)) < 1:
                await asyncio.sleep(0.02)
        await until_stored(house, "a dragon")
        await house.discord.lose_session()
        await say(house, ("sasha", "!a kitten"), ("robin", "how pretty"), ("sasha", "!something vile too"))
        other = backend.make_user("otherbot", bot=True)
        backend.add_member(house.discord.world.guild_id, other.id)
        house.discord.world.post(channel, other.id, "!a robot")
        await say(house, ("robin", "!a whale"), ("robin", "!a lion"))
        await until_stored(house, "a dragon", "a kitten", "a whale", "a lion")
        await say(house, ("mika", "!an owl"))
        await until_stored(house, "a dragon", "a kitten", "a whale", "a lion", "an owl")
        assert robin.messages(robin.direct_channel) == notices
        refused = [each for each in house.discord.messages(CHANNEL) if "❌" in each.reactions]
        assert [each.text for each in refused] == ["!something vile", "!something vile too"]


async def test_what_is_said_now_comes_behind_what_was_missed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though the history is slow to come; and what is in it and told besides is heard once."""
    read, is_reading, may_read = Missed.read, asyncio.Event(), asyncio.Event()

    async def read_slowly(here: Missed, session: Any) -> list[discord.Message]:
        is_reading.set()
        await may_read.wait()
        return await read(here, session)

    monkeypatch.setattr(Missed, "read", read_slowly)
    async with house.bot():
        await set_(house, mode="host", cooldown_s=0, repeat_window_s=0)
        await house.live_broadcast()
        await house.discord.lose_session()
        await say(house, ("sasha", "!a kitten"))
        await is_reading.wait()
        await say(house, ("robin", "!a whale"), ("sasha", "!a lion"))
        assert await house.goes_on()
        assert outcomes(house) == []
        may_read.set()
        await until_stored(house, "a kitten", "a whale", "a lion")
        assert await house.goes_on()
        assert len(outcomes(house)) == 3


@pytest.mark.parametrize("how", ["forbidden", "failing"])
async def test_what_cannot_be_read_is_not_heard(
    house: House, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Quietly; and that keeps nothing from being heard that is said later."""
    end, is_over = Missed.end, asyncio.Event()

    def end_and_tell(here: Missed, session: Any) -> None:
        end(here, session)
        is_over.set()

    def refuse(_: object) -> None:
        assert how == "failing"
        raise ApiError(403, {"code": 0, "message": "not here"})

    monkeypatch.setattr(Missed, "end", end_and_tell)
    async with house.bot():
        await set_(house, mode="host")
        await house.live_broadcast()
        if how == "forbidden":
            deny(house, READ_MESSAGE_HISTORY)
        with happening(house.discord, "GET", r"/messages$", before=refuse):
            await house.discord.lose_session()
            await say(house, ("sasha", "!a kitten"))
            await is_over.wait()
            await say(house, ("sasha", "!a whale"))
            await until_stored(house, "a whale")


async def test_a_history_that_does_not_come_keeps_nobody_waiting_for_long(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said meanwhile waits for a moment only."""
    is_reading = asyncio.Event()

    async def never(*_: object) -> None:
        is_reading.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Missed, "read", never)
    monkeypatch.setattr(chat, "READ_WITHIN_S", 0.5)
    async with house.bot():
        await set_(house, mode="host")
        await house.live_broadcast()
        await house.discord.lose_session()
        await is_reading.wait()
        await say(house, ("sasha", "!a whale"))
        await until_stored(house, "a whale")


async def test_who_says_it_counts_with_their_roles(house: House) -> None:
    """Discord does not tell them of what is read: they are asked for, and who has left steers no more."""
    world, sasha = house.discord.world, house.discord.user("sasha")
    async with house.bot():
        await set_(house, mode="host", blocked_words="vile")
        await house.live_broadcast()
        await say(house, ("mika", "!a vile dragon"))
        await until_stored(house, "a vile dragon")
        await house.discord.lose_session()
        await say(house, ("sasha", "!a kitten"), ("mika", "!a vile whale"))
        world.backend.remove_member(world.guild_id, sasha.id)
        await until_stored(house, "a vile dragon", "a vile whale")
