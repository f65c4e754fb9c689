"""A panel of which there is a newer one further down: it gives way."""

import discord

from bot.discord.services import Services
from cogs.kit.giving_way import gives_way
from cogs.wording.text import PANEL_IS_BELOW


async def give_way(message: discord.PartialMessage, services: Services) -> None:
    """Deletes the message, or has it say where the panel is. Raises when neither can be done."""
    if await gives_way(message, PANEL_IS_BELOW):
        await services.journal.forget_post(message.id)
    else:
        await services.journal.close_panel(message.id, services.clock.now())
