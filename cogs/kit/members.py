"""Members of a server, by their IDs: Discord tells nobody of them who does not ask."""

from collections.abc import AsyncIterator, Collection, Iterable

import discord

from cogs.kit.answers import DISCORD_FAILED

NOT_TOLD = (*DISCORD_FAILED, TimeoutError)
"""What is raised where Discord does not answer who somebody is."""
_ASKED_FOR_AT_ONCE = 100
"""Discord's limit."""


async def members(
    guild: discord.Guild, people: Iterable[int]
) -> AsyncIterator[tuple[Collection[int], list[discord.Member]]]:
    """A hundred at a time: who was asked for, and who of them is there. Raises one of `NOT_TOLD`."""
    ids = sorted(set(people))
    for start in range(0, len(ids), _ASKED_FOR_AT_ONCE):
        asked = ids[start : start + _ASKED_FOR_AT_ONCE]
        yield asked, await guild.query_members(user_ids=asked, limit=len(asked), cache=False)


async def with_roles(messages: Collection[discord.Message]) -> list[discord.Message]:
    """Messages of a server that were read: those by who is a member still, which from then on they know.

    What is read has its author without their roles. Raises one of `NOT_TOLD`.
    """
    there: dict[int, discord.Member] = {}
    for guild in {message.guild for message in messages if message.guild}:
        async for _, found in members(guild, (message.author.id for message in messages)):
            there |= {member.id: member for member in found}
    theirs = [message for message in messages if message.author.id in there]
    for message in theirs:
        message.author = there[message.author.id]
    return theirs
