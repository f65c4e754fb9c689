"""From a command, a dialogue or a menu to a suggestion, and private word back of what became of it."""

import asyncio

import discord
from discord.ui import ActionRow, TextDisplay

from bot.broadcast.clock import Clock
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.floor.ticket import Ticket
from bot.broadcast.model import Channel, Origin, Refusal, Suggestion
from bot.broadcast.rights import Deed
from cogs.kit import context, rights
from cogs.kit.answers import ANSWER_LIFETIME_S, acknowledging, tell
from cogs.kit.lasting_button import LastingButton, LastingView
from cogs.kit.private_answers import PrivateAnswers
from cogs.wording.labels import WITHDRAW
from cogs.wording.suggestions import settled_suggestion, taken_suggestion, waiting_unfollowed

FOLLOW_GAP_S = 2.0
"""Between two words on how a suggestion stands; what became of it is told at once."""


async def suggest_privately(
    interaction: discord.Interaction, prompt: str, channel: Channel | None = None
) -> None:
    """Puts a prompt in line, of this channel if of no other; only its author sees how it fares.

    Raises what `Broadcasts.suggest` raises.
    """
    channel = channel or context.channel(interaction)
    origin, broadcasts = Origin(context.channel(interaction).id), context.services(interaction).broadcasts
    async with acknowledging(interaction):
        person = await rights.check(interaction, Deed.SUGGEST, channel)
        ticket = await broadcasts.suggest(channel, prompt, by=person, origin=origin)
    with PrivateAnswers.of(interaction).owing():
        await _follow(interaction, ticket, context.services(interaction).clock)


class WithdrawButton(
    LastingButton, template=r"odyssey:withdraw:(?P<broadcast_id>[\w-]+):(?P<suggestion_id>[\w-]+)"
):
    """Takes one's suggestion back. Only its author ever sees it."""

    def __init__(self, broadcast_id: str, suggestion_id: str) -> None:
        super().__init__(WITHDRAW, f"odyssey:withdraw:{broadcast_id}:{suggestion_id}")
        self._broadcast_id = broadcast_id
        self._suggestion_id = suggestion_id

    async def clicked(self, interaction: discord.Interaction) -> None:
        session, _ = await rights.session_of(interaction, Deed.WITHDRAW, self._broadcast_id)
        if session.floor.waiting_suggestion(self._suggestion_id).viewer.id != interaction.user.id:
            raise BroadcastError(Code.NOT_IN_LINE)
        async with acknowledging(interaction, in_place=True):
            await session.floor.refuse(self._suggestion_id, Refusal.WITHDRAWN)


async def _follow(interaction: discord.Interaction, ticket: Ticket, clock: Clock) -> None:
    """Says how a suggestion stands, and again when that is something else, until it is settled."""
    until, is_settled = clock.steady() + ANSWER_LIFETIME_S, asyncio.Event()
    ticket.settled.add_done_callback(lambda _: is_settled.set())
    told, is_told = None, False
    with ticket.followed() as changed:
        while not ticket.settled.done() and clock.steady() < until:
            changed.clear()
            prospect = ticket.prospect()
            kind = prospect and prospect._replace(before=0)  # numbers were said to be of that moment
            if not is_told or (kind and kind != told):
                told, is_told = kind, True
                await tell(interaction, view=_waiting(taken_suggestion(prospect), ticket.suggestion))
                await clock.wait(is_settled, until=min(until, clock.steady() + FOLLOW_GAP_S))
            await clock.wait(changed, until=until)
    if ticket.settled.done():
        word = settled_suggestion(ticket.settled.result())
        await tell(interaction, view=LastingView(TextDisplay(word)))
    else:
        word = waiting_unfollowed(ticket.prospect())
        await tell(interaction, view=_waiting(word, ticket.suggestion))


def _waiting(word: str, suggestion: Suggestion) -> LastingView:
    withdraw = WithdrawButton(suggestion.broadcast_id, suggestion.id)
    return LastingView(TextDisplay(word), ActionRow(withdraw))
