"""`/odyssey list`: past broadcasts, page by page."""

from typing import Any

import discord
from discord.ui import ActionRow, Item, TextDisplay

from bot.broadcast.history import PastBroadcast
from bot.broadcast.rights import Deed
from cogs.kit import context, rights
from cogs.kit.answers import show
from cogs.kit.lasting_button import LastingButton, LastingView
from cogs.wording import labels
from cogs.wording import recordings as words

PAGE_SIZE = 8


class PageButton(LastingButton, template=r"odyssey:list:(?P<direction>newer|older):(?P<offset>\d{1,9})"):
    """Turns to another page, which it names, so it needs no memory."""

    def __init__(self, direction: str, offset: str | int, *, disabled: bool = False) -> None:
        label = labels.NEWER if direction == "newer" else labels.OLDER
        super().__init__(label, f"odyssey:list:{direction}:{offset}", disabled=disabled)
        self._offset = int(offset)

    async def clicked(self, interaction: discord.Interaction) -> None:
        await show(interaction, await broadcast_list_page(interaction, self._offset))


async def broadcast_list_page(interaction: discord.Interaction, offset: int) -> LastingView:
    """A page of the server's broadcasts, newest first, as far as the user may view their channels.

    Raises SERVER_MODERATORS_ONLY.
    """
    await rights.check(interaction, Deed.LIST)
    guild_id = context.channel(interaction).guild_id
    history, viewed = context.services(interaction).history, await rights.viewed_channels(interaction)
    page, total = await history.past_broadcasts(guild_id, viewed, limit=PAGE_SIZE, offset=offset)
    if offset and not page:  # fewer can be seen than when the button was made
        offset = max(0, total - 1) // PAGE_SIZE * PAGE_SIZE
        page, total = await history.past_broadcasts(guild_id, viewed, limit=PAGE_SIZE, offset=offset)
    summary = words.page_summary(offset + 1, offset + len(page), total)
    items: list[Item[Any]] = [TextDisplay(f"{words.LIST_TITLE}\n{summary}")]
    items += [TextDisplay(words.past_broadcast(past, _length(past))) for past in page]
    if total > PAGE_SIZE:
        newer = PageButton("newer", max(0, offset - PAGE_SIZE), disabled=offset == 0)
        older = PageButton("older", offset + PAGE_SIZE, disabled=offset + PAGE_SIZE >= total)
        items.append(ActionRow(newer, older))
    return LastingView(*items, colour=discord.Colour.blurple())


def _length(past: PastBroadcast) -> str:
    """How long it was on air; or, where a crash left that unknown, how long its last stream was."""
    if not past.is_over:
        return words.LIVE_NOW
    length_s = past.streams[-1].length_s if past.on_air_s is None else past.on_air_s
    return words.NOT_ENDED if length_s is None else words.time_on_air(length_s)
