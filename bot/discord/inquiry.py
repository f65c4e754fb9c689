"""What Discord says of the bot's account when it is asked, without going online."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import discord
from yarl import URL

from bot.discord.connection import Account
from bot.discord.permissions import NEEDED, WANTED, lacking
from bot.discord.session_starts import Allowance, ask

HELLO = 10
"""What the gateway says first."""
UNKNOWN_CHANNEL, MISSING_ACCESS = 10003, 50001


class NoPlaceError(Exception):
    """There is no such channel."""


class NoGatewayError(Exception):
    """Something else than Discord's gateway answers there."""


@dataclass(frozen=True, slots=True)
class Application:
    """The account: its name, its servers, and the intents that are switched on in the developer portal."""

    name: str
    server_ids: Sequence[int]
    reads_content: bool
    hears_members: bool


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where events come from, and how many sessions may be begun."""

    host: str
    allowance: Allowance


@dataclass(frozen=True, slots=True)
class ChannelRights:
    """What the bot lacks in a channel or thread, by Discord's names: what it needs, and what it wants."""

    name: str
    needed: Sequence[str]
    wanted: Sequence[str]


class Inquiry:
    """Questions to Discord. Each raises what discord.py and aiohttp raise."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def application(self) -> Application:
        flags = (await self._client.application_info()).flags
        servers = [each async for each in self._client.fetch_guilds(limit=None, with_counts=False)]
        return Application(
            name=str(self._client.user),
            server_ids=[each.id for each in servers],
            reads_content=flags.gateway_message_content or flags.gateway_message_content_limited,
            hears_members=flags.gateway_guild_members or flags.gateway_guild_members_limited,
        )

    async def gateway(self, url: str | None) -> Gateway:
        """Opens a connection, hears the greeting, and leaves: the bot that runs stays where it is.

        `url` is where the settings say that it is; None asks Discord. Raises `NoGatewayError` too.
        """
        allowance = await ask(self._client.http, time.monotonic())
        address = URL(url or allowance.url).update_query(v="10", encoding="json")
        async with aiohttp.ClientSession() as http, http.ws_connect(address) as socket:
            greeting = await socket.receive_json()
        if not isinstance(greeting, dict) or greeting.get("op") != HELLO:
            raise NoGatewayError
        return Gateway(address.host or "", allowance)

    async def rights_in(self, channel_id: int) -> ChannelRights:
        """Raises `NoPlaceError` too."""
        try:
            found = await self._client.fetch_channel(channel_id)
            if not isinstance(found, discord.abc.GuildChannel | discord.Thread):
                raise NoPlaceError
            guild = await self._client.fetch_guild(found.guild.id, with_counts=False)
            assert self._client.user  # noqa: S101 - whoever is logged in has one
            me = await guild.fetch_member(self._client.user.id)
            # A thread has its channel's permissions; only the server knows the roles that they go by.
            place = await guild.fetch_channel(
                found.parent_id if isinstance(found, discord.Thread) else found.id
            )
        except (discord.NotFound, discord.Forbidden) as error:
            if error.code == MISSING_ACCESS:
                return ChannelRights(str(channel_id), ["view_channel"], [])
            if error.code == UNKNOWN_CHANNEL:
                raise NoPlaceError from error
            raise
        granted, in_thread = place.permissions_for(me), isinstance(found, discord.Thread)
        needed, wanted = (lacking(names, granted, in_thread=in_thread) for names in (NEEDED, WANTED))
        return ChannelRights(found.name, needed, wanted)


@asynccontextmanager
async def inquiry(account: Account) -> AsyncIterator[Inquiry]:
    """Logged in by REST alone. Raises `discord.LoginFailure` for a token that is refused, and others."""
    account.point_there()
    client = discord.Client(intents=discord.Intents.none())
    try:
        await client.login(account.token.get_secret_value())
        yield Inquiry(client)
    finally:
        await client.close()
