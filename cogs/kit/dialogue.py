"""Dialogues: each has an ID of its own, and those of an earlier run are answered too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord
from discord.ext import commands

from bot.kit.references import new_reference
from cogs.kit import context
from cogs.kit.answers import answer_privately, explaining, telling
from cogs.wording.requests import ORPHANED_DIALOGUE

OPEN_LIMIT = 1000
"""Dialogues that are kept in mind at most. Nobody is told of one that is dismissed: the oldest go first."""
DRAFTS_LIMIT = 100


class Dialogue(discord.ui.Modal, title="…"):
    """A dialogue of ours. Two people may have the same one open at once, so they must not share an ID."""

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Does what the dialogue is for; whatever goes wrong, its user gets an answer."""
        dialogues = Dialogues.of(interaction)  # the bot may be closed meanwhile
        async with explaining(interaction):
            await self.submitted(interaction)
        dialogues.forget(self)

    async def submitted(self, interaction: discord.Interaction) -> None:
        """What the dialogue is for."""


class Dialogues(commands.Cog):
    """Knows one bot's open dialogues, and what was typed in them and refused. A restart forgets both."""

    def __init__(self) -> None:
        self._open: dict[str, Dialogue] = {}
        self._drafts: dict[str, dict[str, str]] = {}

    @staticmethod
    def of(interaction: discord.Interaction) -> Dialogues:
        return context.cog(interaction, Dialogues)

    async def open(self, interaction: discord.Interaction, dialogue: Dialogue) -> None:
        self.remember(dialogue)
        with telling(interaction):
            await interaction.response.send_modal(dialogue)

    def remember(self, dialogue: Dialogue) -> None:
        """It is about to be opened."""
        self._open[dialogue.custom_id] = dialogue
        if len(self._open) > OPEN_LIMIT:
            self._open.pop(next(iter(self._open))).stop()  # discord.py forgets it too

    def forget(self, dialogue: Dialogue) -> None:
        """It was submitted, and answered."""
        self._open.pop(dialogue.custom_id, None)

    def keep_draft(self, typed: dict[str, str]) -> str:
        """Keeps what was typed and refused, to be mended; returns a reference. The oldest go first."""
        while len(self._drafts) >= DRAFTS_LIMIT:
            del self._drafts[next(iter(self._drafts))]
        draft = f":{new_reference()}"
        self._drafts[draft] = typed
        return draft

    def draft(self, reference: str) -> dict[str, str]:
        """What was kept under that reference; nothing if it is forgotten."""
        return self._drafts.get(reference, {})

    @commands.Cog.listener()
    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Answers a dialogue that was opened before a restart, or long ago: nobody else would.

        The `on_submit` of one that is known may be under way meanwhile.
        """
        data: Mapping[str, Any] = interaction.data or {}
        is_submitted = interaction.type is discord.InteractionType.modal_submit
        if is_submitted and data.get("custom_id") not in self._open:
            await answer_privately(interaction, ORPHANED_DIALOGUE)
