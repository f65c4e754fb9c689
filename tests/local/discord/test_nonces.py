"""The local Discord makes no post twice, as Discord with `enforce_nonce`."""

import discord
import pytest

from bot.local.discord.server import LocalDiscord
from tests.local.sample_bot import SampleBot


def lounge(bot: SampleBot, local_discord: LocalDiscord) -> discord.PartialMessageable:
    """A channel to post in."""
    return bot.get_partial_messageable(local_discord.channel("lounge"))


async def test_a_repeat_returns_the_first_message(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """Whatever the repeat says: nothing new is posted, and the answer is the message that stands."""
    channel = lounge(bot, local_discord)
    first = await channel.send("one", nonce="a" * 25)
    again = await channel.send("two", nonce="a" * 25)
    other = await channel.send("three", nonce="b" * 25)
    assert (again.id, again.content, again.nonce) == (first.id, "one", "a" * 25)
    assert other.id != first.id
    assert [m.content for m in local_discord.messages("lounge")] == ["one", "three"]


async def test_posts_without_a_nonce_of_their_own_are_all_made(
    bot: SampleBot, local_discord: LocalDiscord
) -> None:
    """discord.py gives each one a random nonce."""
    for _ in range(2):
        await lounge(bot, local_discord).send("same")
    assert len(local_discord.messages("lounge")) == 2


async def test_a_few_minutes_later_it_is_a_new_post(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """Discord keeps nonces for a while only."""
    channel = lounge(bot, local_discord)
    first = await channel.send("one", nonce="a")
    local_discord.world.nonces.forget()
    assert (await channel.send("two", nonce="a")).id != first.id


async def test_a_repeat_of_what_was_deleted_is_refused(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """It does not come back."""
    channel = lounge(bot, local_discord)
    await (await channel.send("one", nonce="a")).delete()
    with pytest.raises(discord.NotFound) as refusal:
        await channel.send("one", nonce="a")
    assert refusal.value.code == 10008
    assert local_discord.messages("lounge") == []


async def test_a_refused_post_uses_up_no_nonce(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """What was not made can still be made."""
    channel = lounge(bot, local_discord)
    with pytest.raises(discord.HTTPException):
        await channel.send("x" * 2001, nonce="a")
    assert (await channel.send("x", nonce="a")).content == "x"


async def test_a_nonce_has_25_characters_at_most(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """A longer one is refused, as by Discord."""
    with pytest.raises(discord.HTTPException) as refusal:
        await lounge(bot, local_discord).send("one", nonce="a" * 26)
    assert (refusal.value.status, refusal.value.code) == (400, 50035)
