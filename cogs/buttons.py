"""The panel's buttons, and the dialogue that Suggest opens.

A button carries its broadcast's ID, so it answers after a restart of the bot, and after the broadcast's end.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, Self

import discord

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.prompts import PROMPT_LIMIT
from cogs import context
from cogs.answers import explaining
from cogs.suggesting import suggest_privately


class Action(StrEnum):
    """What a panel's button does."""

    SUGGEST = "suggest"
    END = "end"


class PanelButton(
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"odyssey:(?P<action>suggest|end):(?P<broadcast_id>[A-Za-z0-9_-]+)",
):
    """One of a panel's buttons."""

    def __init__(self, action: Action, broadcast_id: str) -> None:
        style = discord.ButtonStyle.primary if action is Action.SUGGEST else discord.ButtonStyle.danger
        button: discord.ui.Button[Any] = discord.ui.Button(
            label=action.value.capitalize(), style=style, custom_id=f"odyssey:{action.value}:{broadcast_id}"
        )
        super().__init__(button)
        self.action = action
        self.broadcast_id = broadcast_id

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was clicked."""
        return cls(Action(match["action"]), match["broadcast_id"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Does what the button says, if its broadcast still runs."""
        async with explaining(interaction):
            _check_running(interaction, self.broadcast_id)
            if self.action is Action.SUGGEST:
                await interaction.response.send_modal(SuggestDialogue(self.broadcast_id))
            else:
                await end_broadcast(interaction)


class SuggestDialogue(discord.ui.Modal, title="Suggest"):
    """Asks for a prompt."""

    def __init__(self, broadcast_id: str) -> None:
        super().__init__(custom_id=f"odyssey:suggestion:{broadcast_id}")
        self.broadcast_id = broadcast_id
        self.prompt: discord.ui.TextInput[Self] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            placeholder="The cat jumps onto the roof",
            max_length=PROMPT_LIMIT,
        )
        self.add_item(discord.ui.Label(text="What should happen next?", component=self.prompt))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Puts the prompt in line."""
        async with explaining(interaction):
            _check_running(interaction, self.broadcast_id)
            await suggest_privately(interaction, self.prompt.value)


async def end_broadcast(interaction: discord.Interaction) -> None:
    """Ends the channel's broadcast for a user who may. Raises what `Broadcasts.end` raises."""
    context.services(interaction).broadcasts.end(
        context.channel(interaction),
        context.viewer(interaction.user),
        is_moderator=context.is_moderator(interaction),
    )
    await interaction.response.send_message(
        "The broadcast is ending. Its recording will be posted here.", ephemeral=True
    )


def _check_running(interaction: discord.Interaction, broadcast_id: str) -> None:
    if context.services(interaction).broadcasts.find(broadcast_id) is None:
        raise BroadcastError(Code.BROADCAST_OVER)
