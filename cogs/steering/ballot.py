"""The ballot in Discord: its buttons, and the one private answer that says what one's vote is for."""

from __future__ import annotations

from functools import partial
from typing import Any

import discord
from discord.ui import Item, Section, TextDisplay

from bot.broadcast.arbitration.ballot import PLACES
from bot.broadcast.arbitration.policy import Candidate, Mode, Standing
from bot.broadcast.errors import BroadcastError
from bot.broadcast.model import Suggestion, Viewer
from bot.broadcast.rights import Deed
from bot.broadcast.show.session import BroadcastSession
from cogs.kit import context, rights
from cogs.kit.lasting_button import LastingButton, LastingView
from cogs.kit.private_answers import Matter, PrivateAnswers
from cogs.wording.labels import TAKE_BACK, numbered_label
from cogs.wording.requests import refused_request
from cogs.wording.votes import NO_VOTE, VOTE_GONE, VOTE_TAKEN_BACK, your_vote, your_vote_on_mode

CANDIDATES_SHOWN = PLACES
VOTED = (Mode.VOTE, Mode.DRAW)
"""The ways to decide in which votes count."""


def shown_candidates(mode: Mode, standing: Standing) -> list[tuple[int, Candidate]]:
    """The likeliest ones, with their numbers. Where people vote, they stand in the order in which they came.

    By votes, a number would change its meaning under somebody's finger. On a ballot, it does not either when
    another candidate leaves.
    """
    shown = standing.candidates[:CANDIDATES_SHOWN]
    if mode in VOTED:
        shown = tuple(sorted(shown, key=lambda candidate: candidate.place))
    if mode is Mode.VOTE:
        return [(candidate.place, candidate) for candidate in shown]
    return list(enumerate(shown, start=1))


def vote_buttons(session: BroadcastSession, standing: Standing) -> list[VoteButton]:
    """A button for each candidate that is shown, where people vote."""
    if session.floor.mode not in VOTED:
        return []
    return [
        VoteButton(
            str(number),
            session.broadcast.id,
            candidate.choice.suggestion.id,
            numbered_label(number, candidate.choice.suggestion.prompt),
        )
        for number, candidate in shown_candidates(session.floor.mode, standing)
    ]


class VoteButton(
    LastingButton,
    template=r"odyssey:vote:(?P<number>\d):(?P<broadcast_id>[\w-]+):(?P<suggestion_id>[\w-]+)",
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
    LastingButton,
    template=r"odyssey:takeback:(?P<broadcast_id>[\w-]+):(?P<suggestion_id>[\w-]+)",
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
    """Tells the user what their vote is for, in the one private answer that they have of it."""
    draw = partial(_votes, session, context.viewer(interaction.user), word)
    await PrivateAnswers.of(interaction).show(interaction, session, Matter.VOTE, draw)


def _votes(session: BroadcastSession, viewer: Viewer, word: str | None) -> LastingView:
    """What somebody's votes are for now, with a button to take each back; `word` is of what just happened."""
    floor, broadcast_id = session.floor, session.broadcast.id
    items: list[Item[Any]] = [TextDisplay(word)] if word else []
    # Elsewhere nobody has voted, though who suggests something is for it.
    if floor.mode in VOTED and (suggestion := floor.vote_of(viewer)):
        text = your_vote(_number_of(suggestion, session), suggestion.prompt)
        items.append(Section(text, accessory=TakeBackButton(broadcast_id, suggestion.id)))
    motion = floor.motion
    is_for = motion.vote_of(viewer) if motion else None
    if motion and is_for is not None:
        text = your_vote_on_mode(motion.mode, is_for=is_for)
        items.append(Section(text, accessory=TakeBackButton(broadcast_id, "mode")))
    return LastingView(*items or [TextDisplay(NO_VOTE)])


def _number_of(suggestion: Suggestion, session: BroadcastSession) -> int | None:
    """What the panel calls it, or that with which it is merged; None if it is not shown."""
    shown = shown_candidates(session.floor.mode, session.floor.standing)
    return next((number for number, each in shown if suggestion in each.choice.suggestions), None)
