"""Dialogues: each has an ID of its own, and those of an earlier run are answered too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import discord

from cogs import wording
from cogs.kit.answers import answer_privately, explaining

OPEN_LIMIT = 1000
"""Dialogues that are kept in mind at most. Nobody is told of one that is dismissed: the oldest go first."""


class Dialogue(discord.ui.Modal, title="Dialogue"):
    """A dialogue of ours. Two people may have the same one open at once, so they must not share an ID."""

    _open: ClassVar[dict[str, Dialogue]] = {}

    def __init__(self) -> None:
        super().__init__()
        self._open[self.custom_id] = self
        if len(self._open) > OPEN_LIMIT:
            self._open.pop(next(iter(self._open))).stop()  # discord.py forgets it too

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Does what the dialogue is for; whatever goes wrong, its user gets an answer."""
        async with explaining(interaction):
            await self.submitted(interaction)
        self._open.pop(self.custom_id, None)

    async def submitted(self, interaction: discord.Interaction) -> None:
        """What the dialogue is for."""

    @classmethod
    async def answer_forgotten(cls, interaction: discord.Interaction) -> None:
        """Answers a dialogue that was opened before a restart, or long ago: nobody else would.

        To be called for every submitted one, while its `on_submit` may be under way.
        """
        data: Mapping[str, Any] = interaction.data or {}
        if data.get("custom_id") not in cls._open:
            await answer_privately(interaction, wording.ORPHANED_DIALOGUE)
