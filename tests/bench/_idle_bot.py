"""The baseline of `tests.bench.chat`: a discord.py bot that does nothing but answer one command."""

import os

import discord
from discord.ext import commands
from yarl import URL


class IdleBot(commands.Bot):
    """Hears everything, does nothing."""

    async def setup_hook(self) -> None:
        """Makes `/odyssey status`, which the benchmark asks both bots."""
        group = discord.app_commands.Group(name="odyssey", description="The baseline")

        @group.command(description="Answers")
        async def status(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("here", ephemeral=True)

        self.tree.add_command(group)
        await self.tree.sync()

    async def on_message(self, message: discord.Message, /) -> None:
        """Nothing."""


discord.http.Route.BASE = os.environ["DISCORD_API_URL"]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(os.environ["DISCORD_GATEWAY_URL"])
intents = discord.Intents(guilds=True, guild_messages=True, message_content=True)
IdleBot("!", intents=intents, max_messages=None).run(os.environ["DISCORD_TOKEN"], log_handler=None)
