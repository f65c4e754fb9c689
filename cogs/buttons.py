"""The panel's buttons, and the dialogue that Suggest opens.

A button carries its broadcast's ID, so it answers after a restart of the bot, and after the broadcast's end.
"""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Self

import discord

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import ActionKind
from bot.broadcast.prompts import PROMPT_LIMIT
from bot.broadcast.rights import Deed
from bot.broadcast.session import BroadcastSession
from cogs import context, rights
from cogs.answers import ask, tell
from cogs.ballot import show_vote
from cogs.dialogue import Dialogue
from cogs.lasting_button import LastingButton
from cogs.moderating import panic, set_paused
from cogs.review import show_review
from cogs.suggesting import suggest_privately


class Action(StrEnum):
    """What a panel's button does."""

    SUGGEST = "suggest"
    REVIEW = "review"
    FOR = "for"
    AGAINST = "against"
    PAUSE = "pause"
    RESUME = "resume"
    PANIC = "panic"
    END = "end"


_DEEDS = {
    Action.SUGGEST: Deed.SUGGEST,
    Action.REVIEW: Deed.REVIEW,
    Action.FOR: Deed.VOTE_ON_MODE,
    Action.AGAINST: Deed.VOTE_ON_MODE,
    Action.PAUSE: Deed.PAUSE,
    Action.RESUME: Deed.PAUSE,
    Action.PANIC: Deed.PANIC,
    Action.END: Deed.END,
}
_STYLES = {
    Action.SUGGEST: discord.ButtonStyle.primary,
    Action.REVIEW: discord.ButtonStyle.success,
    Action.FOR: discord.ButtonStyle.success,
    Action.AGAINST: discord.ButtonStyle.secondary,
    Action.PAUSE: discord.ButtonStyle.secondary,
    Action.RESUME: discord.ButtonStyle.success,
    Action.PANIC: discord.ButtonStyle.danger,
    Action.END: discord.ButtonStyle.danger,
}


class PanelButton(
    LastingButton,
    template=r"odyssey:(?P<action>suggest|review|for|against|pause|resume|panic|end):(?P<broadcast_id>[\w-]+)",
):
    """One of a panel's buttons."""

    def __init__(self, action: str, broadcast_id: str) -> None:
        self._action = Action(action)
        super().__init__(action.capitalize(), f"odyssey:{action}:{broadcast_id}", _STYLES[self._action])
        self._broadcast_id = broadcast_id

    async def clicked(self, interaction: discord.Interaction) -> None:
        """Does what the button says, if its broadcast still runs."""
        session = await rights.session_of(interaction, _DEEDS[self._action], self._broadcast_id)
        match self._action:
            case Action.SUGGEST:
                # Told now, rather than after somebody has typed a whole idea.
                if session.floor.is_paused:
                    raise BroadcastError(Code.INTAKE_PAUSED)
                await ask(interaction, SuggestDialogue(self._broadcast_id))
            case Action.FOR | Action.AGAINST:
                is_for = self._action is Action.FOR
                session.floor.vote_on_mode(context.viewer(interaction.user), is_for=is_for)
                await show_vote(interaction, session)
            case Action.END:
                await end_broadcast(interaction, session)
            case Action.REVIEW:
                await show_review(interaction, session)
            case Action.PAUSE | Action.RESUME:
                await set_paused(interaction, session, paused=self._action is Action.PAUSE)
            case Action.PANIC:
                await panic(interaction, session)


class SuggestDialogue(Dialogue, title="Suggest"):
    """Asks for a prompt."""

    def __init__(self, broadcast_id: str) -> None:
        super().__init__()
        self._broadcast_id = broadcast_id
        self.prompt: discord.ui.TextInput[Self] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph,
            placeholder="The cat jumps onto the roof",
            max_length=PROMPT_LIMIT,
        )
        self.add_item(discord.ui.Label(text="What should happen next?", component=self.prompt))

    async def submitted(self, interaction: discord.Interaction) -> None:
        """Puts the prompt in line."""
        session = await rights.session_of(interaction, Deed.SUGGEST, self._broadcast_id)
        await suggest_privately(interaction, self.prompt.value, session.broadcast.channel)


async def end_broadcast(interaction: discord.Interaction, session: BroadcastSession) -> None:
    """Ends a broadcast for a user who may. Raises ALREADY_ENDING."""
    user, broadcast = context.viewer(interaction.user), session.broadcast
    context.services(interaction).broadcasts.end(broadcast.channel, user, is_moderator=True)
    sequel = " Its recording will be posted here." if session.stream else ""
    word = tell(interaction, f"The broadcast is ending.{sequel}")
    if user.id == broadcast.host.id:
        await word
    else:
        await asyncio.gather(context.record(interaction, ActionKind.END, broadcast.prompt), word)
