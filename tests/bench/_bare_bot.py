"""The baseline of `tests.bench.update`: a discord.py bot that sends each message to the world as it comes.

It has the real client and the same video, but no rules, no line, no database and no panel.
"""

import os

import discord
from yarl import URL

from bot.odyssey import Odyssey
from bot.worlds.odyssey import PICTURE_INTERVAL_S


class BareBot(discord.Client):
    """Whatever is said with the prefix is an interaction."""

    async def setup_hook(self) -> None:
        """Starts a stream."""
        self._world = Odyssey(api_key=os.environ["ODYSSEY_API_KEY"], api_url=os.environ["ODYSSEY_API_URL"])
        await self._world.connect(snapshot_interval_s=PICTURE_INTERVAL_S)
        await self._world.start_stream("A cat", portrait=False, broadcast=True)

    async def on_message(self, message: discord.Message) -> None:
        """Sends it."""
        if message.content.startswith("!"):
            await self._world.interact(message.content.removeprefix("!"))


discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(os.environ["DISCORD_GATEWAY_URL"])
intents = discord.Intents(guilds=True, guild_messages=True, message_content=True)
BareBot(intents=intents, max_messages=None).run(os.environ["DISCORD_TOKEN"], log_handler=None)
