"""The simulated viewers of the demo."""

from __future__ import annotations

import asyncio

import discord

from bot.local.demo.crowd import Crowd
from bot.local.discord.server import LocalDiscord
from tests.local.sample_bot import PromptModal, SampleBot


class Ballot(discord.ui.View):
    """A panel with Suggest and two entries to vote for; remembers what came."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.votes: list[str] = []
        self.dialogs = 0

    @discord.ui.button(label="1", custom_id="one")
    async def one(self, interaction: discord.Interaction, button: discord.ui.Button[Ballot]) -> None:
        await self._count(interaction)

    @discord.ui.button(label="2", custom_id="two")
    async def two(self, interaction: discord.Interaction, button: discord.ui.Button[Ballot]) -> None:
        await self._count(interaction)

    @discord.ui.button(label="Suggest", custom_id="suggest")
    async def suggest(self, interaction: discord.Interaction, button: discord.ui.Button[Ballot]) -> None:
        self.dialogs += 1
        await interaction.response.send_modal(PromptModal())

    async def _count(self, interaction: discord.Interaction) -> None:
        self.votes.append(interaction.user.name)
        await interaction.response.send_message("Counted.", ephemeral=True)


async def test_a_crowd_votes_suggests_and_stops_with_the_broadcast(
    bot: SampleBot, local_discord: LocalDiscord
) -> None:
    """While a panel stands, people vote, open its dialog and write ideas; without one, they do not."""
    crowd = Crowd(local_discord, 6, pause_s=0.02)
    running = asyncio.create_task(crowd.run(), name="crowd")
    try:
        ballot = Ballot()
        channel = bot.get_partial_messageable(local_discord.channel("broadcasts"))
        panel = await channel.send("panel", view=ballot)
        await local_discord.wait_for_message(
            "broadcasts",
            lambda message: message.content.startswith("!") and len(ballot.votes) > 20 and ballot.dialogs > 0,
            timeout_s=20,
        )
        assert len(set(ballot.votes)) > 1
        await panel.edit(view=None)
        before = len(ballot.votes) + ballot.dialogs
        await local_discord.wait_for_message(
            "broadcasts",
            lambda message: message.id > panel.id and not message.from_bot and message.content[0] != "!",
        )
        assert len(ballot.votes) + ballot.dialogs <= before + 6  # those on their way
    finally:
        running.cancel()
        await asyncio.wait({running})
