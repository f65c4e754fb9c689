"""Another round: what a broadcast's last panel offers to whoever may start."""

from __future__ import annotations

import discord
from discord.ui import ActionRow, Button, Container, LayoutView

from bot.broadcast.errors import BroadcastError, Code
from bot.broadcast.rights import Deed
from cogs.broadcasts.starting import check_start, show_started
from cogs.kit import context
from cogs.kit.answers import NO_MENTIONS, telling
from cogs.kit.lasting_button import LastingButton
from cogs.wording.labels import ANOTHER_ROUND


class AnotherRoundButton(LastingButton, template=r"odyssey:again:(?P<broadcast_id>[\w-]+)"):
    """Begins anew where a broadcast ended. `cogs/panel/panel.py` draws it: a panel is what it leads to."""

    def __init__(self, broadcast_id: str) -> None:
        super().__init__(ANOTHER_ROUND, f"odyssey:again:{broadcast_id}")
        self._broadcast_id = broadcast_id

    async def clicked(self, interaction: discord.Interaction) -> None:
        services = context.services(interaction)
        person = await check_start(interaction, Deed.START)
        over = await services.history.broadcast(self._broadcast_id)
        if over is None or over.channel != context.channel(interaction):
            raise BroadcastError(Code.BROADCAST_OVER)
        session = await services.broadcasts.start_again(over, by=person)
        await show_started(interaction, session)
        if interaction.message:
            with telling(interaction):
                await _take_away(interaction.message)


async def _take_away(message: discord.Message) -> None:
    """Leaves a last panel without the button: Watch, where it has that, stays."""
    panel = LayoutView.from_message(message, timeout=None)
    panel.stop()
    for frame in panel.children:
        if isinstance(frame, Container):
            for row in [item for item in frame.children if isinstance(item, ActionRow)]:
                for button in [item for item in row.children if isinstance(item, Button) and not item.url]:
                    row.remove_item(button)
                if not row.children:
                    frame.remove_item(row)
    await message.edit(view=panel, allowed_mentions=NO_MENTIONS)
