"""A message of ours of which there is a newer one further down."""

import discord
from discord.ui import TextDisplay

from cogs.kit.answers import DISCORD_FAILED, NO_MENTIONS
from cogs.kit.lasting_button import LastingView


async def gives_way(message: discord.PartialMessage, where: str) -> bool:
    """Deletes it; False where that fails: then it stays, and only says where the newer one is.

    Raises when that fails too.
    """
    try:
        try:
            await message.delete()
        except DISCORD_FAILED as error:
            if isinstance(error, discord.NotFound):
                raise
            closed = LastingView(TextDisplay(f"-# {where}"))
            await message.edit(view=closed, attachments=[], allowed_mentions=NO_MENTIONS)
            return False
    except discord.NotFound:
        pass  # somebody else has deleted it
    return True
