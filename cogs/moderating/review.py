"""Where moderators decide: their private panel to approve, edit or refuse each suggestion."""

import hashlib
from collections.abc import Iterator
from enum import StrEnum
from functools import partial
from typing import Any, Self

import discord
from discord import ButtonStyle
from discord.ui import ActionRow, Item, TextDisplay

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.intake.prompts import PROMPT_LIMIT
from bot.broadcast.model import Suggestion
from bot.broadcast.rights import Deed, Person
from bot.broadcast.show.deeds import undecided
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.show.view import BroadcastView
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging, answer_privately, explain
from cogs.kit.dialogue import Dialogue, Dialogues
from cogs.kit.lasting_button import LastingButton, LastingView
from cogs.kit.private_answers import Matter, PrivateAnswers, always
from cogs.wording import labels
from cogs.wording import moderating as words


class Verdict(StrEnum):
    """What a moderator does with a suggestion. `NEXT` leaves it for later."""

    APPROVE = "approve"
    EDIT = "edit"
    REFUSE = "refuse"
    NEXT = "next"


_BUTTONS = {
    Verdict.APPROVE: (labels.APPROVE, ButtonStyle.success),
    Verdict.EDIT: (labels.EDIT, ButtonStyle.primary),
    Verdict.REFUSE: (labels.REFUSE, ButtonStyle.danger),
    Verdict.NEXT: (labels.NEXT, ButtonStyle.secondary),
}


class Review:
    """What one moderator's review shows: one suggestion, until they decide or go on; then the next one.

    It follows what becomes of that one, but it never puts another under a finger that is about to decide,
    and what it decides is about the words that were shown first.
    """

    def __init__(self, suggestion: Suggestion | None) -> None:
        self._shown = suggestion

    def draw(self, view: BroadcastView) -> LastingView:
        return LastingView(*self._items(view), colour=discord.Colour.blurple())

    def _items(self, view: BroadcastView) -> Iterator[Item[Any]]:
        floor = view.floor
        if view.is_closing:
            yield TextDisplay(words.REVIEW_OVER)
        elif floor.mode is not Mode.HOST:
            yield TextDisplay(words.review_is_off(floor.mode))
        else:
            yield TextDisplay(words.review_head(len(floor.to_review), is_paused=floor.is_paused))
            yield from self._suggestion(view)

    def _suggestion(self, view: BroadcastView) -> Iterator[Item[Any]]:
        pending = view.floor.to_review
        if not pending:
            self._shown = None
            yield TextDisplay(words.NOTHING_TO_REVIEW)
            return
        shown = self._shown = self._shown or pending[0]
        arguments = (view.broadcast.id, shown.id, _digest(shown))
        now = next((waiting for waiting in pending if waiting.id == shown.id), None)
        if now is None:
            yield TextDisplay(words.GONE_FROM_REVIEW)
            yield ActionRow(VerdictButton(Verdict.NEXT, *arguments))
            return
        yield TextDisplay(words.to_decide_on(now, PROMPT_LIMIT, is_changed=now.prompt != shown.prompt))
        yield ActionRow(*(VerdictButton(verdict, *arguments) for verdict in Verdict))


class VerdictButton(
    LastingButton,
    template=r"odyssey:(?P<verdict>approve|edit|refuse|next):(?P<broadcast_id>[\w-]+):(?P<suggestion_id>[\w-]+)"
    r":(?P<words>[0-9a-f]{8})",
):
    def __init__(self, verdict: str, broadcast_id: str, suggestion_id: str, words: str) -> None:
        self._verdict = Verdict(verdict)
        custom_id = f"odyssey:{verdict}:{broadcast_id}:{suggestion_id}:{words}"
        label, style = _BUTTONS[self._verdict]
        super().__init__(label, custom_id, style)
        self._broadcast_id = broadcast_id
        self._suggestion_id = suggestion_id
        self._words = words

    async def clicked(self, interaction: discord.Interaction) -> None:
        session, person = await rights.session_of(interaction, Deed.REVIEW, self._broadcast_id)
        is_on = session.floor.mode is Mode.HOST
        if is_on and self._verdict is Verdict.EDIT:
            suggestion = undecided(session, self._suggestion_id)
            await Dialogues.of(interaction).open(interaction, EditDialogue(self._broadcast_id, suggestion))
            return
        after, at = self._suggestion_id if self._verdict is Verdict.NEXT else None, None
        if is_on and self._verdict is not Verdict.NEXT:
            _go_on(interaction, session)
            try:
                async with acknowledging(interaction, in_place=True):
                    await self._decide(interaction, session, person)
            except BroadcastError as error:  # withdrawn or edited meanwhile: say so, and go on to what waits
                await answer_privately(interaction, explain(error, f"interaction {interaction.id}"))
                at = self._suggestion_id if error.code is Code.WORDS_CHANGED else None
        await show_review(interaction, session, after=after, at=at)

    async def _decide(
        self, interaction: discord.Interaction, session: BroadcastSession, person: Person
    ) -> None:
        if _digest(undecided(session, self._suggestion_id)) != self._words:
            raise BroadcastError(Code.WORDS_CHANGED)
        deeds = context.services(interaction).deeds
        decide = deeds.approve if self._verdict is Verdict.APPROVE else deeds.refuse
        await decide(session, self._suggestion_id, by=person)


class EditDialogue(Dialogue, title=labels.EDIT_TITLE):
    """A suggestion's words, to be changed before it passes."""

    def __init__(self, broadcast_id: str, suggestion: Suggestion) -> None:
        super().__init__()
        self._broadcast_id = broadcast_id
        self._suggestion_id = suggestion.id
        self.prompt: discord.ui.TextInput[Self] = discord.ui.TextInput(
            style=discord.TextStyle.paragraph, default=suggestion.prompt, max_length=PROMPT_LIMIT
        )
        self.add_item(discord.ui.Label(text=labels.EDIT_QUESTION, component=self.prompt))

    async def submitted(self, interaction: discord.Interaction) -> None:
        """Lets the edited suggestion pass, if it still waits for that, and shows the next one."""
        session, person = await rights.session_of(interaction, Deed.REVIEW, self._broadcast_id)
        if session.floor.mode is Mode.HOST:
            _go_on(interaction, session)
            async with acknowledging(interaction, in_place=True):
                deeds = context.services(interaction).deeds
                await deeds.approve_as(session, self._suggestion_id, self.prompt.value, by=person)
        await show_review(interaction, session)


async def show_review(
    interaction: discord.Interaction,
    session: BroadcastSession,
    *,
    after: str | None = None,
    at: str | None = None,
) -> None:
    """Shows a moderator a suggestion to decide on: the oldest, the one behind `after`, or `at` itself.

    It is in the one private answer that they have of it, and follows what becomes of it.
    """
    pending = session.view.floor.to_review
    ids = [waiting.id for waiting in pending]
    place = ids.index(at) if at in ids else ids.index(after) + 1 if after in ids else 0
    review = Review(pending[place % len(pending)] if pending else None)
    await PrivateAnswers.of(interaction).show(
        interaction,
        session,
        Matter.REVIEW,
        review.draw,
        follows=always,
        if_still=partial(rights.still_may, interaction, Deed.REVIEW, session),
    )


def _go_on(interaction: discord.Interaction, session: BroadcastSession) -> None:
    """What the moderator is about to decide is not to be told to them as gone, should the disk be slow."""
    draw = Review(None).draw
    PrivateAnswers.of(interaction).draw_next(interaction, session, Matter.REVIEW, draw)


def _digest(suggestion: Suggestion) -> str:
    """Tells whether the words are still those that were shown."""
    return hashlib.sha256(suggestion.prompt.encode()).hexdigest()[:8]
