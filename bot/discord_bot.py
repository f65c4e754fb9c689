"""The bot as Discord sees it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import discord
from discord.ext import commands
from yarl import URL

from bot.broadcast.ports import Clock, RecordingSource
from bot.broadcast.service import Broadcasts
from bot.config import Settings
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
    journal: DatabaseJournal
    archive: Archive
    stage: Stage
    clock: Clock
    interrupted: tuple[str, ...]
    """IDs of the broadcasts that an earlier run left unfinished."""


class OdysseyBot(commands.Bot):
    """A discord.py bot with our services on it. `reads_chat` says whether it asks for the message content."""

    def __init__(self, services: Services, *, reads_chat: bool) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True, guild_messages=True, message_content=reads_chat),
            # Nothing that users write can ping anyone.
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            guild_ready_timeout=0.5,  # nothing here waits for the list of guilds
        )
        self.services = services
        self.reads_chat = reads_chat

    async def setup_hook(self) -> None:
        """Loads the cogs and tells Discord of the commands."""
        await self.load_extension(EXTENSION)
        await self.tree.sync()

    async def on_ready(self) -> None:
        """Says where the bot is."""
        log.info("connected to Discord as %s, in %d servers", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message, /) -> None:
        """Chat goes to the cogs' listeners; there are no text commands."""


def use_discord_at(api_url: str, gateway_url: str) -> None:
    """Has discord.py talk to a Discord-compatible server; for the whole process: it has no other way."""
    discord.http.Route.BASE = api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway_url)
