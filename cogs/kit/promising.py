"""To promise an answer: Discord shows that the bot is thinking, until it comes, and else for ever.

What lets the bot give it is stored, sealed, before it is promised, and deleted with the answer. What is left
by a run that is cut off is answered by the next one (`promised.py`).
"""

import asyncio
from datetime import timedelta

import discord

from bot.broadcast.telling.errand import Errand, Kind
from cogs.kit import context

LIFETIME = timedelta(minutes=15)
"""How long Discord takes the answer to an interaction, and edits of it."""
STORED_WITHIN_S = 1.0
"""Discord waits for 3 s for the promise, however slow the disk is."""


async def promise(interaction: discord.Interaction, broadcast_id: str | None = None) -> None:
    """To be awaited before an answer is announced. `broadcast_id`: it will be this broadcast's panel."""
    services = context.services(interaction)
    now, sealed = services.clock.now(), services.seal.close(str(interaction.token))
    promised = Errand(
        Kind.ANSWER,
        str(interaction.id),
        now,
        broadcast_id,
        due_at=now + LIFETIME,
        sealed=sealed,
        guild_id=interaction.guild_id,
    )
    await asyncio.wait(services.outbox.add(promised), timeout=STORED_WITHIN_S)


def is_kept(interaction: discord.Interaction) -> None:
    """The answer was given: nobody has to see to it."""
    context.services(interaction).outbox.forget(Kind.ANSWER, interaction.id)
