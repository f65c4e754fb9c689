"""A panel of which there is a newer one further down: it gives way."""

import discord
from discord.ui import TextDisplay

from bot.discord.bot import Services
from cogs.kit.answers import DISCORD_FAILED, NO_MENTIONS
from cogs.kit.lasting_button import LastingView
from cogs.wording.text import PANEL_IS_BELOW


async def give_way(message: discord.PartialMessage, services: Services) -> None:
    """Deletes the message; where that fails, it only says where the panel is. Raises when that fails too."""
    try:
        await message.delete()
    except discord.NotFound:
        pass
    except DISCORD_FAILED:
        closed = LastingView(TextDisplay(f"-# {PANEL_IS_BELOW}"))
        await message.edit(view=closed, attachments=[], allowed_mentions=NO_MENTIONS)
        await services.journal.close_panel(message.id, services.clock.now())
        return
    await services.journal.forget_post(message.id)
