"""The bot as Discord sees it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

import aiohttp
import discord
from discord.ext import commands
from yarl import URL

from bot.broadcast.clock import Clock
from bot.broadcast.ports import RecordingSource
from bot.broadcast.recordings import RecordingDesk
from bot.broadcast.service import Broadcasts
from bot.config import Settings
from bot.errors import StartError
from bot.guilds import Guilds
from bot.stage import Stage
from bot.storage.archive import Archive
from bot.storage.journal import DatabaseJournal

log = logging.getLogger(__name__)

EXTENSION = "cogs.odyssey"


@dataclass(frozen=True, slots=True)
class Services:
    """What the cogs work with."""

    settings: Settings
    broadcasts: Broadcasts
    recordings: RecordingSource
    desk: RecordingDesk
    journal: DatabaseJournal
    archive: Archive
    guilds: Guilds
    stage: Stage
    clock: Clock


class OdysseyBot(commands.Bot):
    """A discord.py bot with our services on it. `reads_chat` says whether it asks for the message content."""

    def __init__(self, services: Services, *, reads_chat: bool) -> None:
        # No voice here, so nobody needs to hear that its packages are missing.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(
                guilds=True, moderation=True, guild_messages=True, message_content=reads_chat
            ),
            # Nothing that users write can ping anyone.
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            guild_ready_timeout=0.5,  # nothing here waits for the list of guilds
        )
        self.services = services
        self.reads_chat = reads_chat

    async def setup_hook(self) -> None:
        """Loads the cogs and tells Discord of the commands."""
        self._ask_for_members()
        await self.load_extension(EXTENSION)
        await self.tree.sync()

    def _ask_for_members(self) -> None:
        """Asks to hear who leaves, where the developer portal has that intent switched on."""
        flags = self.application_flags
        if self.reads_chat and (flags.gateway_guild_members or flags.gateway_guild_members_limited):
            self._connection._intents.members = True  # too late for the constructor: who logs in learns it

    async def on_ready(self) -> None:
        """Says where the bot is."""
        log.info("connected to Discord as %s, in %d servers", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message, /) -> None:
        """Chat goes to the cogs' listeners; there are no text commands."""


async def stay_connected(services: Services, stop: asyncio.Event) -> None:
    """Runs the bot until `stop`; then ends the broadcasts while Discord can still show it.

    Raises `StartError` when Discord does not let the bot in.
    """
    settings = services.settings
    if settings.discord_api_url and settings.discord_gateway_url:
        _use_discord_at(settings.discord_api_url, settings.discord_gateway_url)
    try:
        try:
            await _connect(OdysseyBot(services, reads_chat=True), stop)
        except discord.PrivilegedIntentsRequired:
            log.warning(
                "The message content intent is switched off in Discord's developer portal (Bot, Privileged "
                "Gateway Intents): chat messages cannot steer. Slash commands and buttons work."
            )
            await _connect(OdysseyBot(services, reads_chat=False), stop)
    except discord.LoginFailure:
        raise StartError(
            "Discord refused DISCORD_TOKEN. Copy the token anew from the developer portal (Bot, Reset Token)."
        ) from None
    except (aiohttp.ClientConnectionError, discord.GatewayNotFound) as error:
        raise StartError(
            f"Discord cannot be reached ({type(error).__name__}). Check the network and DISCORD_API_URL."
        ) from error


async def _connect(bot: OdysseyBot, stop: asyncio.Event) -> None:
    """Runs one bot until it fails to connect, or `stop`."""
    token = bot.services.settings.discord_token.get_secret_value()
    async with bot:
        connected = asyncio.create_task(bot.start(token), name="Discord")
        stopped = asyncio.create_task(stop.wait(), name="wait for the stop")
        try:
            await asyncio.wait({connected, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if connected.done():
                await connected
            log.info("stopping: running broadcasts are ended first")
            await bot.services.broadcasts.close()
            await bot.close()
        finally:
            # While Discord is away, discord.py sleeps between its attempts, and would not notice the close.
            for task in (connected, stopped):
                task.cancel()
            await asyncio.wait({connected, stopped})


def _use_discord_at(api_url: str, gateway_url: str) -> None:
    """Has discord.py talk to a Discord-compatible server; for the whole process: it has no other way."""
    discord.http.Route.BASE = api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway_url)
