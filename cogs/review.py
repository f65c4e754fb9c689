"""Where moderators decide: their private panel to approve, edit or refuse each suggestion."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from functools import partial
from typing import Self

import discord
from discord.ui import ActionRow, Container, LayoutView, TextDisplay

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.model import ActionKind, Refusal, Suggestion
from bot.broadcast.prompts import PROMPT_LIMIT, clean_prompt
from bot.broadcast.rights import Deed
from bot.broadcast.session import BroadcastSession
from cogs import context, rights
from cogs.answers import acknowledging, answer_privately, ask, explain
from cogs.dialogue import Dialogue
from cogs.lasting_button import LastingButton
from cogs.private_answers import Matter, PrivateAnswers
from cogs.wording import plain


class Verdict(StrEnum):
    """What a moderator does with a suggestion. `NEXT` leaves it for later."""

    APPROVE = "approve"
    EDIT = "edit"
    REFUSE = "refuse"
    NEXT = "next"


_STYLES = {
    Verdict.APPROVE: discord.ButtonStyle.success,
    Verdict.EDIT: discord.ButtonStyle.primary,
    Verdict.REFUSE: discord.ButtonStyle.danger,
    Verdict.NEXT: discord.ButtonStyle.secondary,
}


class ReviewPanel(LayoutView):
    """One suggestion to decide on, and how many there are."""

    def __init__(self, session: BroadcastSession, suggestion: Suggestion | None) -> None:
        super().__init__(timeout=None)
        container: Container[ReviewPanel] = Container(accent_colour=discord.Colour.blurple())
        pending = session.floor.pending
        container.add_item(TextDisplay(f"## Review\n-# {len(pending)} to decide"))
        if suggestion is None:
            container.add_item(TextDisplay("Nothing waits for you. Press Review again when something does."))
        else:
            name = plain(suggestion.viewer.name)
            container.add_item(TextDisplay(f"> {plain(suggestion.prompt, PROMPT_LIMIT)}\n-# by **{name}**"))
            arguments = (session.broadcast.id, suggestion.id, _digest(suggestion))
            container.add_item(ActionRow(*(VerdictButton(verdict, *arguments) for verdict in Verdict)))
        self.add_item(container)
        self.stop()  # its buttons are dynamic items, so discord.py need not remember the view


class VerdictButton(
    LastingButton,
    template=r"odyssey:(?P<verdict>approve|edit|refuse|next):(?P<broadcast_id>[\w-]+):(?P<suggestion_id>[\w-]+)"
    r":(?P<words>[0-9a-f]{8})",
):
    """One of the review panel's buttons."""

    def __init__(self, verdict: str, broadcast_id: str, suggestion_id: str, words: str) -> None:
        self._verdict = Verdict(verdict)
        custom_id = f"odyssey:{verdict}:{broadcast_id}:{suggestion_id}:{words}"
        super().__init__(verdict.capitalize(), custom_id, _STYLES[self._verdict])
        self._broadcast_id = broadcast_id
        self._suggestion_id = suggestion_id
        self._words = words

    async def clicked(self, interaction: discord.Interaction) -> None:
        """Decides, and shows the next suggestion."""
        session = await rights.session_of(interaction, Deed.REVIEW, self._broadcast_id)
        if self._verdict is Verdict.EDIT:
            suggestion = session.floor.waiting_suggestion(self._suggestion_id)
            await ask(interaction, EditDialogue(self._broadcast_id, suggestion))
            return
        if self._verdict in (Verdict.APPROVE, Verdict.REFUSE):
            try:
                async with acknowledging(interaction, in_place=True):
                    await self._decide(interaction, session)
            except BroadcastError as error:  # withdrawn or edited meanwhile: say so, and go on to what waits
                await answer_privately(interaction, explain(error, f"interaction {interaction.id}"))
        after = self._suggestion_id if self._verdict is Verdict.NEXT else None
        await show_review(interaction, session, after=after)

    async def _decide(self, interaction: discord.Interaction, session: BroadcastSession) -> None:
        suggestion = session.floor.waiting_suggestion(self._suggestion_id)
        if _digest(suggestion) != self._words:
            raise BroadcastError(Code.WORDS_CHANGED)
        if self._verdict is Verdict.APPROVE:
            session.floor.approve(suggestion.id)
            await context.record(interaction, ActionKind.APPROVE, suggestion.prompt)
        else:
            await session.floor.refuse(suggestion.id, Refusal.MODERATOR_REFUSED)
            await context.record(interaction, ActionKind.REFUSE, suggestion.prompt)


class EditDialogue(Dialogue, title="Edit and approve"):
    """A suggestion's words, to be changed before it passes."""

    def __init__(self, broadcast_id: str, suggestion: Suggestion) -> None:
        super().__init__()
        self._broadcast_id = broadcast_id
        self._suggestion_id = suggestion.id
        self.prompt: discord.ui.TextInput[Self] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, default=suggestion.prompt, max_length=PROMPT_LIMIT
        )
        self.add_item(discord.ui.Label(text="What is sent", component=self.prompt))

    async def submitted(self, interaction: discord.Interaction) -> None:
        """Lets the edited suggestion pass, and shows the next one."""
        session = await rights.session_of(interaction, Deed.REVIEW, self._broadcast_id)
        async with acknowledging(interaction, in_place=True):
            if not await session.floor.approve_as(self._suggestion_id, clean_prompt(self.prompt.value)):
                raise BroadcastError(Code.NOT_IN_LINE)
            await context.record(interaction, ActionKind.EDIT, self.prompt.value)
        await show_review(interaction, session)


def _digest(suggestion: Suggestion) -> str:
    """Tells whether the words are still those that were shown."""
    return hashlib.sha256(suggestion.prompt.encode()).hexdigest()[:8]


async def show_review(
    interaction: discord.Interaction, session: BroadcastSession, *, after: str | None = None
) -> None:
    """Shows a moderator the oldest suggestion to decide on, or the one behind `after`."""
    pending = session.floor.pending
    place = next((index + 1 for index, waiting in enumerate(pending) if waiting.id == after), 0)
    suggestion = pending[place % len(pending)] if pending else None
    draw = partial(ReviewPanel, session, suggestion)
    await PrivateAnswers.of(interaction).show(interaction, session, Matter.REVIEW, draw)
