"""From a command, a dialogue or a menu to a suggestion, and private word back of what became of it."""

import asyncio

import discord
from discord.ui import ActionRow, TextDisplay

from bot.broadcast.clock import Clock
from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.floor.ticket import Ticket
from bot.broadcast.model import Channel, Origin, Refusal, Suggestion
from bot.broadcast.rights import Deed
from bot.broadcast.telling.errand import Kind
from cogs.kit import context, rights
from cogs.kit.answers import ANSWER_LIFETIME_S, acknowledging, show, tell
from cogs.kit.lasting_button import LastingButton, LastingView
from cogs.steering.private_words import PrivateWords
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
    origin = Origin(context.channel(interaction).id, interaction_id=interaction.id)
    services = context.services(interaction)
    with PrivateWords.of(interaction).following(interaction.id):
        async with acknowledging(interaction):
            person = await rights.check(interaction, Deed.SUGGEST, channel)
            ticket = await services.broadcasts.suggest(channel, prompt, by=person, origin=origin)
        await _follow(interaction, ticket, services.clock)


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
        waiting = session.floor.waiting_suggestion(self._suggestion_id)
        if waiting.viewer.id != interaction.user.id:
            raise BroadcastError(Code.NOT_IN_LINE)
        async with acknowledging(interaction, in_place=True):
            withdrawn = await session.floor.refuse(self._suggestion_id, Refusal.WITHDRAWN)
        asked_by = waiting.origin and waiting.origin.interaction_id
        services = context.services(interaction)
        if withdrawn and not services.outbox.get(Kind.ANSWER, asked_by):  # too old to be followed
            word = settled_suggestion(waiting.refused(Refusal.WITHDRAWN, services.clock.now()))
            await show(interaction, LastingView(TextDisplay(word)))


async def _follow(interaction: discord.Interaction, ticket: Ticket, clock: Clock) -> None:
    """Says how a suggestion stands, and again when that is something else, until it is settled.

    What became of it is told by the outbox (`private_words.py`), as it is after a restart.
    """
    until, is_settled = clock.steady() + ANSWER_LIFETIME_S, asyncio.Event()
    ticket.settled.add_done_callback(lambda _: is_settled.set())
    told, is_told = None, False
    with ticket.followed() as changed:
        while not (ticket.is_decided or ticket.is_elsewhere) and clock.steady() < until:
            changed.clear()
            prospect = ticket.prospect()
            kind = prospect and prospect._replace(before=0)  # numbers were said to be of that moment
            if not is_told or (kind and kind != told):
                told, is_told = kind, True
                view = _waiting(taken_suggestion(prospect), ticket.suggestion)
                await tell(interaction, view=view, is_last=False)
                await clock.wait(is_settled, until=min(until, clock.steady() + FOLLOW_GAP_S))
            await clock.wait(changed, until=until)
    if not (ticket.is_decided or ticket.is_elsewhere):
        word = waiting_unfollowed(ticket.prospect())
        await tell(interaction, view=_waiting(word, ticket.suggestion))


def _waiting(word: str, suggestion: Suggestion) -> LastingView:
    withdraw = WithdrawButton(suggestion.broadcast_id, suggestion.id)
    return LastingView(TextDisplay(word), ActionRow(withdraw))
