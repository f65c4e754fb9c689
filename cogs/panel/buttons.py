"""The panel's buttons, and the dialogue that Suggest opens.

A button carries its broadcast's ID, so it answers after a restart of the bot, and after the broadcast's end.
"""

from enum import StrEnum
from typing import Self

import discord
from discord import ButtonStyle

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.intake.prompts import PROMPT_LIMIT
from bot.broadcast.rights import Deed
from cogs.kit import context, rights
from cogs.kit.dialogue import Dialogue, Dialogues
from cogs.kit.lasting_button import LastingButton
from cogs.moderating.controls import show_controls
from cogs.steering.ballot import show_vote
from cogs.steering.suggesting import suggest_privately
from cogs.wording import labels


class Action(StrEnum):
    SUGGEST = "suggest"
    FOR = "for"
    AGAINST = "against"
    MODERATE = "moderate"


_BUTTONS = {
    Action.SUGGEST: (Deed.SUGGEST, labels.SUGGEST, ButtonStyle.primary),
    Action.FOR: (Deed.VOTE_ON_MODE, labels.FOR, ButtonStyle.success),
    Action.AGAINST: (Deed.VOTE_ON_MODE, labels.AGAINST, ButtonStyle.secondary),
    Action.MODERATE: (Deed.MODERATE, labels.MODERATE, ButtonStyle.secondary),
}
"""What each does, and how it looks."""


class PanelButton(
    LastingButton, template=r"odyssey:(?P<action>suggest|for|against|moderate):(?P<broadcast_id>[\w-]+)"
):
    """One of a panel's buttons. `count` is how much waits behind it."""

    def __init__(self, action: str, broadcast_id: str, count: int = 0) -> None:
        self._action = Action(action)
        self._deed, label, style = _BUTTONS[self._action]
        super().__init__(labels.counted(label, count), f"odyssey:{action}:{broadcast_id}", style)
        self._broadcast_id = broadcast_id

    async def clicked(self, interaction: discord.Interaction) -> None:
        session, _ = await rights.session_of(interaction, self._deed, self._broadcast_id)
        match self._action:
            case Action.SUGGEST:
                # Told now, rather than after somebody has typed a whole idea.
                if session.floor.is_paused:
                    raise BroadcastError(Code.INTAKE_PAUSED)
                await Dialogues.of(interaction).open(interaction, SuggestDialogue(self._broadcast_id))
            case Action.FOR | Action.AGAINST:
                is_for = self._action is Action.FOR
                session.floor.vote_on_mode(context.viewer(interaction.user), is_for=is_for)
                await show_vote(interaction, session)
            case Action.MODERATE:
                await show_controls(interaction, session)


class SuggestDialogue(Dialogue, title=labels.SUGGEST):
    """Asks for a prompt."""

    def __init__(self, broadcast_id: str) -> None:
        super().__init__()
        self._broadcast_id = broadcast_id
        self.prompt: discord.ui.TextInput[Self] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            placeholder=labels.SUGGEST_EXAMPLE,
            max_length=PROMPT_LIMIT,
        )
        self.add_item(discord.ui.Label(text=labels.SUGGEST_QUESTION, component=self.prompt))

    async def submitted(self, interaction: discord.Interaction) -> None:
        session, _ = await rights.session_of(interaction, Deed.SUGGEST, self._broadcast_id)
        await suggest_privately(interaction, self.prompt.value, session.broadcast.channel)
