"""A channel's history at the local Discord, page by page as discord.py asks for it."""

from bot.local.discord.server import LocalDiscord
from tests.local.sample_bot import SampleBot


async def test_history_is_read_from_either_end(bot: SampleBot, local_discord: LocalDiscord) -> None:
    """Forwards from a message it goes on with the next ones, also over several pages; backwards as ever."""
    channel = bot.get_partial_messageable(local_discord.channel("lounge"))
    robin = local_discord.user("robin")
    first = await robin.send("lounge", "message 0")
    for number in range(1, 250):
        await robin.send("lounge", f"message {number}")
    after = channel.get_partial_message(first.id)
    forwards = [m.content async for m in channel.history(limit=3, after=after)]
    assert forwards == ["message 1", "message 2", "message 3"]
    assert [m.content async for m in channel.history(limit=None, after=after)] == [
        f"message {number}" for number in range(1, 250)
    ]
    assert [m.content async for m in channel.history(limit=2)] == ["message 249", "message 248"]


async def test_history_says_which_reactions_are_the_bots_own(
    bot: SampleBot, local_discord: LocalDiscord
) -> None:
    """As Discord does for who asks; so does a single message."""
    channel = bot.get_partial_messageable(local_discord.channel("lounge"))
    robin = local_discord.user("robin")
    message = await robin.send("lounge", "hello")
    await robin.react(message, "🔥")
    await channel.get_partial_message(message.id).add_reaction("👀")
    expected = [("🔥", False), ("👀", True)]
    (listed,) = [each async for each in channel.history(limit=1)]
    for each in (listed, await channel.fetch_message(message.id)):
        assert [(str(reaction.emoji), reaction.me) for reaction in each.reactions] == expected
