"""The ballot in Discord: its buttons, and the one private answer that says what one's vote is for."""

from __future__ import annotations

from typing import Any

import discord
from discord.ui import Item, Section, TextDisplay

from bot.broadcast.arbitration.policy import Mode
from bot.broadcast.errors import BroadcastError
from bot.broadcast.model import Suggestion
from bot.broadcast.rights import Deed
from bot.broadcast.show.session import BroadcastSession
from bot.broadcast.show.view import BroadcastView
from cogs.kit import context, rights
from cogs.kit.lasting_button import LastingButton, LastingView
from cogs.kit.private_answers import Matter, PrivateAnswers
from cogs.steering.vote_fate import VoteFate
from cogs.wording.labels import TAKE_BACK, numbered_label
from cogs.wording.requests import refused_request
from cogs.wording.suggestions import NO_VOTE, VOTE_GONE, VOTE_TAKEN_BACK, your_vote, your_vote_on_mode


def vote_buttons(view: BroadcastView) -> list[VoteButton]:
    """A button for each candidate that is shown, where people vote."""
    if not view.floor.mode.takes_votes:
        return []
    return [
        VoteButton(
            str(candidate.number),
            view.broadcast.id,
            candidate.suggestion.id,
            numbered_label(candidate.number, candidate.suggestion.prompt),
        )
        for candidate in view.floor.candidates
    ]


class VoteButton(
    LastingButton, template=r"odyssey:vote:(?P<number>\d):(?P<broadcast_id>[\w-]+):(?P<suggestion_id>[\w-]+)"
):
    """Votes for a candidate of the ballot; `number` is what the panel calls it, `label` says what it is."""

    def __init__(self, number: str, broadcast_id: str, suggestion_id: str, label: str = "") -> None:
        super().__init__(label or number, f"odyssey:vote:{number}:{broadcast_id}:{suggestion_id}")
        self._broadcast_id = broadcast_id
        self._suggestion_id = suggestion_id

    async def clicked(self, interaction: discord.Interaction) -> None:
        session, _ = await rights.session_of(interaction, Deed.VOTE, self._broadcast_id)
        refusal = None
        try:
            suggestion = session.floor.waiting_suggestion(self._suggestion_id)
            session.floor.vote(context.viewer(interaction.user), suggestion.id)
        except BroadcastError as error:
            refusal = refused_request(error)
        await show_vote(interaction, session, refusal)


class TakeBackButton(
    LastingButton, template=r"odyssey:takeback:(?P<broadcast_id>[\w-]+):(?P<suggestion_id>[\w-]+)"
):
    """Takes back one's vote for a suggestion; `mode` in its place is the vote on the mode."""

    def __init__(self, broadcast_id: str, suggestion_id: str) -> None:
        super().__init__(TAKE_BACK, f"odyssey:takeback:{broadcast_id}:{suggestion_id}")
        self._broadcast_id = broadcast_id
        self._suggestion_id = suggestion_id

    async def clicked(self, interaction: discord.Interaction) -> None:
        session, _ = await rights.session_of(interaction, Deed.WITHDRAW, self._broadcast_id)
        viewer, floor = context.viewer(interaction.user), session.floor
        word = VOTE_TAKEN_BACK
        if self._suggestion_id == "mode":
            try:
                floor.withdraw_vote_on_mode(viewer)
            except BroadcastError as error:
                word = refused_request(error)
        elif (voted_for := floor.vote_of(viewer)) and voted_for.id == self._suggestion_id:
            floor.withdraw_vote(viewer)
        else:
            word = VOTE_GONE
        await show_vote(interaction, session, word)


async def show_vote(
    interaction: discord.Interaction, session: BroadcastSession, word: str | None = None
) -> None:
    """Tells the user what their vote is for, in the one private answer that they have of it.

    When that is decided, it tells what became of it.
    """
    viewer, floor = context.viewer(interaction.user), session.floor
    fate = VoteFate(session, viewer, word)

    def draw(view: BroadcastView) -> LastingView:
        is_for = floor.motion.vote_of(viewer) if floor.motion else None
        return draw_votes(view, floor.vote_of(viewer), is_for, fate.word)

    await PrivateAnswers.of(interaction).show(
        interaction, session, Matter.VOTE, draw, follows=fate.has_changed
    )


def draw_votes(
    view: BroadcastView, choice: Suggestion | None, is_for: bool | None, word: str | None = None
) -> LastingView:
    """What somebody's votes are for now, with a button to take each back; `word` is of what just happened.

    `choice` is what their one vote is for, `is_for` their vote on the mode.
    """
    floor, broadcast_id = view.floor, view.broadcast.id
    items: list[Item[Any]] = [TextDisplay(word)] if word else []
    # Elsewhere nobody has voted, though who suggests something is for it.
    if floor.mode.takes_votes and choice:
        number = next((each.number for each in floor.candidates if choice.id in each.ids), None)
        is_waiting = floor.mode is Mode.VOTE and number is None
        text = your_vote(number, choice.prompt, is_waiting=is_waiting)
        items.append(Section(text, accessory=TakeBackButton(broadcast_id, choice.id)))
    if floor.motion and is_for is not None:
        text = your_vote_on_mode(floor.motion.mode, is_for=is_for)
        items.append(Section(text, accessory=TakeBackButton(broadcast_id, "mode")))
    return LastingView(*items or [TextDisplay(NO_VOTE)])
