"""Messages of the bot's own, as they stand in a channel: found again by what they carry."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.broadcast.model import Broadcast

LOOKED_AT = 500
"""Messages from where a search begins, and again so many from the newest one back."""
RECORDING_BUTTONS = "odyssey:recording:"
"""How the IDs of buttons begin that stand below recordings."""
SKEW = timedelta(minutes=1)
"""By which this machine's clock and Discord's may differ."""


def nonce_of(*what: object) -> str:
    """The nonce of a post: for some minutes Discord answers a repeat by the message that stands."""
    return hashlib.sha256("\0".join(map(str, what)).encode()).hexdigest()[:25]  # as many as Discord takes


async def own_messages(
    channel: discord.abc.Messageable, me: discord.abc.Snowflake | None, *, since: datetime
) -> AsyncIterator[discord.Message]:
    """The bot's messages from then on. Of very many by everybody, the first and the last are looked at."""
    first, count = since - SKEW, 0
    async for message in channel.history(limit=LOOKED_AT, after=first, oldest_first=True):
        count, newest = count + 1, message
        if me and message.author.id == me.id:
            yield message
    if count < LOOKED_AT:
        return
    async for message in channel.history(limit=LOOKED_AT):
        if message.id <= newest.id:
            return
        if me and message.author.id == me.id:
            yield message


async def panels_in(
    channel: discord.abc.Messageable, me: discord.abc.Snowflake | None, broadcast: Broadcast
) -> AsyncIterator[discord.Message]:
    """A broadcast's panels that seem live: their buttons carry its ID. So do those of its recordings."""
    async for message in own_messages(channel, me, since=broadcast.requested_at):
        buttons = (
            each for each in _components(message) if each["type"] == discord.ComponentType.button.value
        )
        ids = (str(button.get("custom_id")) for button in buttons)
        if any(broadcast.id in each.split(":") for each in ids if not each.startswith(RECORDING_BUTTONS)):
            yield message


def texts(message: discord.Message) -> Iterator[str]:
    """The texts that a message shows."""
    return _values(message, "content")


def custom_ids(message: discord.Message) -> Iterator[str]:
    """The IDs of its buttons and menus."""
    return _values(message, "custom_id")


def choices_in(message: discord.Message) -> int:
    """How many choices the menus of a message offer."""
    return sum(len(component.get("options") or ()) for component in _components(message))


def _values(message: discord.Message, key: str) -> Iterator[str]:
    return (each[key] for each in _components(message) if isinstance(each.get(key), str))


def _components(message: discord.Message) -> Iterator[dict[str, Any]]:
    """All of a message's components, those within others too."""
    waiting: list[Any] = [component.to_dict() for component in message.components]
    while waiting:
        component = waiting.pop(0)
        yield component
        waiting += component.get("components") or []
