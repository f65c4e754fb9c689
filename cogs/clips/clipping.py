"""To keep the last seconds: `/odyssey clip`."""

import discord
from discord import app_commands

from bot.broadcast.recordings.clips import LONGEST_S, SHORTEST_S, USUAL_S
from bot.broadcast.rights import Deed
from cogs.kit import context, rights
from cogs.kit.answers import acknowledging, tell
from cogs.wording import commands as texts
from cogs.wording.clips import asked_for


@app_commands.command(description=texts.CLIP)
@app_commands.describe(**texts.CLIP_OPTIONS)
async def clip(
    interaction: discord.Interaction, seconds: app_commands.Range[int, SHORTEST_S, LONGEST_S] = USUAL_S
) -> None:
    person = await rights.check(interaction, Deed.CLIP)
    services, channel = context.services(interaction), context.channel(interaction)
    view = services.broadcasts.view_in(channel)
    async with acknowledging(interaction):
        asked = await services.clips.ask(view.broadcast if view else None, channel, seconds, person.viewer)
    await tell(interaction, asked_for(asked))
